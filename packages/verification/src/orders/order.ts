import { mulberry32 } from '../../../simulator/src/random.js';

/** Where virtual time begins, epoch ms. */
export const START = 1_764_460_800_000;

/** A broken promise, in words that are the same for all orders of its kind. */
export interface Broken {
  readonly rule: string;
  readonly detail: string;
}

export interface OrderOptions {
  readonly seed: number;
  /** Numbers of faults that do not happen: without them the rest of a failing order is easier to read. */
  readonly without?: ReadonlySet<number> | undefined;
  /** Whether events are recorded. */
  readonly keepLines?: boolean | undefined;
}

/** One order of events on virtual time: what is due, chance by seed, and what is observed. */
export interface Order {
  readonly seed: number;
  /** Ms. */
  readonly now: () => number;
  readonly random: () => number;
  /** A whole number from 0 to below `count`. */
  readonly below: (count: number) => number;
  /** A whole number, both ends included. */
  readonly between: (low: number, high: number) => number;
  readonly pick: <T>(values: readonly T[]) => T;
  readonly chance: (probability: number) => boolean;
  /** Decides whether something goes wrong here, and counts it by name. */
  readonly trouble: (name: string, probability: number) => boolean;
  /** Delays everything by this many ms. */
  readonly holdUp: (ms: number) => void;
  /** Returns for how long everything was delayed, ms. */
  readonly heldUp: () => number;
  readonly after: (ms: number, what: () => void) => void;
  readonly say: (line: () => string) => void;
  /** Notes a case that the orders should contain. */
  readonly meet: (kind: string) => void;
  readonly broke: (rule: string, detail?: string) => void;
  /** Runs until nothing is due, or until this many ms after the beginning, or until a promise is broken. */
  readonly run: (forMs: number) => void;
  readonly lines: readonly string[];
  readonly met: ReadonlySet<string>;
  readonly broken: readonly Broken[];
  readonly troubles: () => number;
  /** Returns how often something was due. */
  readonly steps: () => number;
}

interface Due {
  readonly at: number;
  readonly what: () => void;
}

/** No order of one call needs this many steps: it would be a loop. */
const MOST_STEPS = 20_000;

export function createOrder({ seed, without = new Set(), keepLines = false }: OrderOptions): Order {
  const random = mulberry32(Math.imul(seed, 0x9e3779b1));
  const agenda: Due[] = [];
  const lines: string[] = [];
  const met = new Set<string>();
  const broken: Broken[] = [];
  let now = START;
  let troubles = 0;
  let steps = 0;
  let heldUp = 0;
  const below = (count: number): number => Math.floor(random() * count);
  // Some orders have few faults, so that the effect of few shows as well as that of many.
  const level = [0, 0.4, 1, 1, 2.5][below(5)] ?? 1;

  const say = (line: () => string): void => {
    if (keepLines) lines.push(`${((now - START) / 1000).toFixed(2).padStart(8)} s  ${line()}`);
  };
  return {
    seed,
    now: () => now,
    random,
    below,
    between: (low, high) => low + below(high - low + 1),
    pick: <T>(values: readonly T[]) => values[below(values.length)] as T,
    chance: (probability) => random() < probability,
    trouble(name, probability) {
      if (random() >= probability * level) return false;
      troubles += 1;
      if (without.has(troubles)) return false;
      met.add(name);
      const number = troubles;
      say(() => `  ! ${name} (trouble ${String(number)})`);
      return true;
    },
    holdUp: (ms) => (heldUp = Math.max(heldUp, ms)),
    heldUp: () => heldUp,
    after(ms, what) {
      const due = { at: now + Math.max(0, ms), what };
      let place = agenda.length;
      // The latest first, so that the next is taken from the end; of two due together, the one requested earlier goes first.
      while (place > 0 && (agenda[place - 1] as Due).at <= due.at) place -= 1;
      agenda.splice(place, 0, due);
    },
    say,
    meet: (kind) => met.add(kind),
    broke(rule, detail = '') {
      say(() => `  ✗ ${rule}${detail === '' ? '' : `: ${detail}`}`);
      if (!broken.some((one) => one.rule === rule)) broken.push({ rule, detail });
    },
    run(forMs) {
      for (; steps < MOST_STEPS; steps += 1) {
        const next = agenda.pop();
        if (next === undefined) return;
        if (next.at > START + forMs) return;
        now = next.at;
        next.what();
        if (broken.length > 0) return;
      }
      broken.push({ rule: 'it never ends: a loop', detail: `${String(MOST_STEPS)} steps` });
    },
    lines,
    met,
    broken,
    troubles: () => troubles,
    steps: () => steps,
  };
}
