import { mulberry32 } from '../../../simulator/src/random.js';

/** Where virtual time begins, epoch ms. */
export const START = 1_764_460_800_000;

/** A promise that did not hold, in words that are the same for all orders of its kind. */
export interface Broken {
  readonly rule: string;
  readonly detail: string;
}

export interface OrderOptions {
  readonly seed: number;
  /** Troubles that do not befall, by number: with them left out, the rest of a failing order is easier to read. */
  readonly without?: ReadonlySet<number> | undefined;
  /** Whether what happens is written down. */
  readonly keepLines?: boolean | undefined;
}

/** One order of events on virtual time: what is due, chance by seed, and what is noticed. */
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
  /** Whether something goes wrong that may go wrong here. Counted by its name. */
  readonly trouble: (name: string, probability: number) => boolean;
  /** Something that holds everything up, for so many ms. */
  readonly holdUp: (ms: number) => void;
  /** For how long everything was held up, ms. */
  readonly heldUp: () => number;
  readonly after: (ms: number, what: () => void) => void;
  readonly say: (line: () => string) => void;
  /** A case that is worth meeting. */
  readonly meet: (kind: string) => void;
  readonly broke: (rule: string, detail?: string) => void;
  /** Until nothing is due, or until so many ms after the beginning, or until something is broken. */
  readonly run: (forMs: number) => void;
  readonly lines: readonly string[];
  readonly met: ReadonlySet<string>;
  readonly broken: readonly Broken[];
  readonly troubles: () => number;
  /** How often something was due. */
  readonly steps: () => number;
}

interface Due {
  readonly at: number;
  readonly what: () => void;
}

/** No order of one call needs so many steps: it would be a loop. */
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
  // Some orders are quiet, so that what few troubles do is seen as well as what many do.
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
      // The latest first, so that the next is taken from the end; of two that are due together, the earlier asked goes first.
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
