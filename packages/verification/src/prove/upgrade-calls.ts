import {
  busy,
  hangsUpDuringDetection,
  human,
  noAnswer,
  silent,
  voicemail,
  type HangUpRule,
  type Person,
  type SimulatedCall,
  type Simulator,
} from '@amd/simulator';

/** One caller of the crowd, with the people whom they ring and what they do. */
export interface Caller {
  readonly from: string;
  readonly kind: string;
  readonly people: ReadonlyMap<string, Person>;
  /** Options of the call, in every release. */
  readonly options: Readonly<Record<string, unknown>>;
  readonly hangUp: HangUpRule | undefined;
}

interface Kind {
  readonly people: readonly (() => Person)[];
  readonly options?: Readonly<Record<string, unknown>>;
  readonly hangUp?: HangUpRule;
}

const quick = { ringMs: 900, verdictMs: 700 } as const;
const talks = { ...quick, talkMs: 2500 } as const;

/** Whatever may be under way when a process stops: rings, detections, questions, talks, farewells. */
const KINDS: Readonly<Record<string, Kind>> = {
  'a voicemail, then a human': { people: [() => voicemail(quick), () => human(talks)] },
  'a human at once': { people: [() => human(talks)] },
  'busy, hung up, then a human': {
    people: [() => busy(), () => hangsUpDuringDetection({ ringMs: 900 }), () => human(talks)],
  },
  'two phones at once': {
    people: [() => voicemail(quick), () => human({ ...talks, ringMs: 2500 })],
    options: { together: true },
  },
  'a key': { people: [() => voicemail(quick), () => silent({ ...talks, key: '1', keyAfterMs: 1500 })] },
  'a long ring, then a human': { people: [() => noAnswer(), () => human(talks)], options: { ringSeconds: 12 } },
  'a long talk': { people: [() => voicemail(quick), () => human({ ...talks, talkMs: 25_000 })] },
  nobody: { people: [() => voicemail(quick), () => busy()] },
  'hangs up while it rings': {
    people: [() => voicemail(quick), () => human({ ringMs: 30_000 })],
    hangUp: { afterMs: 7000 },
  },
  'hangs up in the talk': {
    people: [() => human({ ...quick, talkMs: 60_000 })],
    hangUp: { when: 'bridged', afterMs: 4000 },
  },
};

/** Returns this many callers, each kind as often as the others. */
export function callersOf(count: number): readonly Caller[] {
  const kinds = Object.entries(KINDS);
  return Array.from({ length: count }, (_, index) => {
    const [kind, { people, options = {}, hangUp }] = kinds[index % kinds.length] ?? ['', { people: [] }];
    const numbers = people.map((make, place) => [`+1415${String(2_000_000 + 10 * index + place)}`, make()] as const);
    return {
      from: `+1212${String(5_550_000 + index)}`,
      kind,
      people: new Map(numbers),
      options,
      hangUp,
    };
  });
}

/** How a call was for the people in it. */
export interface Ending {
  /** Places in the list, in the order in which they were rung. */
  readonly rung: readonly number[];
  readonly talkedWith: readonly number[];
  /** Whether the caller heard that nobody is available. */
  readonly sorry: boolean;
}

export function endingOf(sim: Simulator, { people }: Caller, call: SimulatedCall): Ending {
  const places = [...people.keys()];
  const placeOf = (sid: string): number => places.indexOf(sim.call(sid)?.to ?? '');
  return {
    rung: legsOf(sim, call).map(({ to }) => places.indexOf(to)),
    talkedWith: call.bridgedWith.map(({ sid }) => placeOf(sid)),
    sorry: call.heard.some((text) => text.includes('nobody is available')),
  };
}

/** How long a phone may ring on for a caller who has gone: until we hear of it. */
const NEWS_MS = 5000;

/** Says what no release may do to a caller or a callee. */
export function wrongs(sim: Simulator, { people, kind }: Caller, call: SimulatedCall): readonly string[] {
  const legs = legsOf(sim, call);
  const talks = [...call.bridgedWith].sort((a, b) => a.since - b.since);
  const { endedAt = Infinity } = call;
  const wrong: (readonly [isSo: boolean, what: string])[] = [
    [endedAt === Infinity, 'is still on the line'],
    [talks.some(({ since, ms }, at) => since + ms > (talks[at + 1]?.since ?? Infinity)), 'talked with two at once'],
    [legs.some((leg) => leg.endedAt === undefined), 'has a phone that rings, or a person who waits, for ever'],
    [
      legs.some((leg) => (leg.endedAt ?? Infinity) > endedAt + NEWS_MS && leg.bridgedWith.length === 0),
      'had a phone ring after they had gone',
    ],
    [legs.length > new Set(legs.map(({ to }) => to)).size, 'had one person rung twice'],
    [
      legs.some((leg) => leg.bridgedWith.length > 0 && /^(machine|fax)/.test(leg.answeredBy ?? '')),
      'talked with a machine',
    ],
    [
      [...people.values()].some((one) => one.kind === 'human') && legs.some(isMissed),
      'did not get a human who had answered',
    ],
  ];
  return wrong.filter(([isSo]) => isSo).map(([, what]) => `${call.from} (${kind}) ${what}`);
}

/** A human whose verdict came while the caller was there, and who talked with nobody. */
function isMissed(leg: SimulatedCall): boolean {
  return leg.answeredBy === 'human' && leg.bridgedWith.length === 0;
}

function legsOf(sim: Simulator, { sid }: SimulatedCall): readonly SimulatedCall[] {
  return sim.calls.filter((call) => call.callerSid === sid);
}
