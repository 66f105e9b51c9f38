import { BASE, CALLER, NUMBER, world, xml } from './app.js';
import type { World } from './app.js';
import type { InboundOptions, Person, SimulatedCall, SimulatorOptions } from '../src/index.js';

type Handlers = Parameters<typeof world>[0];

export const ANN = '+14155550142';
export const BEN = '+14155550143';
export const CARA = '+14155550144';

export interface Dialled extends World {
  readonly caller: SimulatedCall;
  /** Ms from the beginning of the call. */
  readonly at: (when: number | undefined) => number;
  readonly leg: (to: string) => SimulatedCall;
  /** What the action of the `<Dial>` was told. */
  readonly ended: () => Readonly<Record<string, string>>;
}

/** A caller who gets this `<Dial>`, whose action says "Over" and hangs up. */
export function dial(
  verb: string,
  people: Record<string, Person>,
  options: { handlers?: Handlers; call?: Partial<InboundOptions>; simulator?: SimulatorOptions } = {},
): Dialled {
  const app = world(
    { '/inbound': () => xml(verb), '/ended': () => xml('<Say>Over</Say>'), ...options.handlers },
    { people, ...options.simulator },
  );
  const start = app.sim.clock.now();
  const caller = app.sim.placeCall({ from: CALLER, to: NUMBER, ...options.call });
  return {
    ...app,
    caller,
    at: (when) => (when ?? NaN) - start,
    leg(to) {
      const found = app.sim.calls.find((call) => call.to === to && call.direction === 'outbound-dial');
      if (found === undefined) throw new Error(`nobody called ${to}`);
      return found;
    },
    ended: () => app.find('/ended').at(-1)?.params ?? {},
  };
}

/** The same, played to its end. */
export async function dialled(...given: Parameters<typeof dial>): Promise<Dialled> {
  const app = dial(...given);
  await app.sim.settle();
  return app;
}

export const number = (to: string, attributes = ''): string => `<Number ${attributes}>${to}</Number>`;
export const dialTo = (nouns: string, attributes = ''): string =>
  `<Dial action="${BASE}/ended" ${attributes}>${nouns}</Dial>`;
