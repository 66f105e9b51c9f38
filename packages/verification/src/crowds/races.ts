import { atOnce, inOrder, staggered, waves, type CallOptions } from '@amd/core';
import { human, voicemail, type Person, type SimulatedCall } from '@amd/simulator';
import { generator } from './crowd.js';
import { forwardingApp, OUR_NUMBER } from './forwarding-app.js';

export interface Races {
  readonly races: number;
  readonly seed: number;
  /** How many of the callees are human; the others are voicemails that pick up at once. */
  readonly humans: 1 | 2;
}

/** Returns one of the possible plans for these people. */
function planFor(people: readonly string[], random: () => number): CallOptions['forwardTo'] {
  const middle = 1 + Math.floor(random() * (people.length - 1));
  const plans = [
    () => inOrder(people),
    () => atOnce(people),
    () => staggered(1 + Math.floor(random() * 8), people),
    () => waves([people.slice(0, middle), people.slice(middle)]),
    () => waves([people.slice(0, middle), people.slice(middle)], 1 + Math.floor(random() * 10)),
  ];
  return (plans[Math.floor(random() * plans.length)] ?? plans[0])?.() ?? [];
}

/**
 * Plays all races; reports for each whose human did not win, who else was with the caller, and who was left without an
 * explanation.
 */
export async function playRaces({ races, humans, seed }: Races): Promise<string[]> {
  const random = generator(seed + humans);
  const people = new Map<string, Person>();
  const plans = new Map<string, CallOptions['forwardTo']>();
  const app = forwardingApp((call) => ({ forwardTo: plans.get(call.from) ?? [] }), {
    people: (to) => people.get(to),
    random: seed,
    disorder: { seed, maxDelayMs: 3000 },
  });
  const callers: SimulatedCall[] = [];
  for (let race = 0; race < races; race += 1) {
    const from = `+1212${String(5_550_000 + race).padStart(7, '0')}`;
    const size = humans + 1 + Math.floor(random() * 4);
    const numbers = Array.from({ length: size }, (_, at) => `+1415${String(2_000_000 + race * 10 + at)}`);
    const chosen = new Set<string>();
    while (chosen.size < humans) chosen.add(numbers[Math.floor(random() * size)] ?? '');
    // Two humans pick up, and are recognised as human, at the same instant.
    const ringMs = 2000 + Math.floor(random() * 6000);
    for (const to of numbers) {
      const answers = { ringMs, verdictMs: 2600, talkMs: 2000 };
      people.set(to, chosen.has(to) ? human(answers) : voicemail({ ringMs: 50 + Math.floor(random() * 500) }));
    }
    plans.set(from, humans === 2 ? atOnce(numbers) : planFor(numbers, random));
    callers.push(app.sim.placeCall({ from, to: OUR_NUMBER }));
    await app.sim.advance(150);
  }
  await app.sim.settle();
  const problems = [...app.failures, ...app.log, ...app.sim.debugger].map((one) => JSON.stringify(one));
  let tooLate = 0;
  for (const caller of callers) {
    const legs = new Map(app.states.get(caller.sid)?.legs.map((leg) => [leg.sid, leg]));
    const talks = caller.bridgedWith.map(({ sid }) => app.sim.call(sid));
    const humansWith = talks.filter((leg) => leg?.answeredBy === 'human').length;
    if (talks.length !== 1 || humansWith !== 1) {
      problems.push(
        `${caller.sid}: ${String(humansWith)} humans and ${String(talks.length - humansWith)} others had the caller`,
      );
    }
    for (const [sid, known] of legs) {
      const leg = sid === null ? undefined : app.sim.call(sid);
      if (leg?.answeredBy !== 'human' || leg === talks[0]) continue;
      // As far as was reported, they still rang when the other one won: that ringing is ended.
      if (known.result?.kind === 'stopped') continue;
      tooLate += 1;
      if (!leg.heard.some((said) => said.includes('taken'))) problems.push(`${leg.sid}: a human heard nothing`);
    }
  }
  if (humans === 2 && tooLate === 0) problems.push('no human ever came too late: nothing was looked at');
  await app.stop();
  return problems;
}
