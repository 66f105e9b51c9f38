import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  DEFAULT_FORWARDING_CONFIG,
  forwarding,
  isFinal,
  type Effect,
  type ForwardingEvent,
  type ForwardingState,
  type Reply,
  type Step,
} from '@amd/core';
import { START } from '@amd/core/testing';
import { countCases } from '../helpers/met.js';
import { moves, type Move } from './arbitraries.js';

/** More for a longer run: `PROPERTY_RUNS=20000 npx vitest run …`. */
const RUNS = { numRuns: Number(process.env['PROPERTY_RUNS'] ?? 200) };
type ForwardingStep = Step<ForwardingState, Effect, Reply>;

interface Seen {
  readonly before: ForwardingState;
  readonly event: ForwardingEvent;
  readonly step: ForwardingStep;
  readonly at: number;
}

/** Plays the moves; time advances with them, and never falls below what a timer says. */
function play(all: readonly { readonly move: Move; readonly afterMs: number }[], look: (seen: Seen) => void): void {
  let state = forwarding.initial();
  const effects: Effect[] = [];
  let now = START;
  for (const { move, afterMs } of all) {
    now += afterMs;
    const made = typeof move === 'function' ? move({ state, effects }) : move;
    now = Math.max(now, made.at);
    const event = { ...made, at: now };
    const before = structuredClone(state);
    const step = forwarding.transition(state, event, DEFAULT_FORWARDING_CONFIG);
    expect(state, 'a step leaves the state it was given alone').toEqual(before);
    look({ before, event, step, at: now });
    state = step.state;
    effects.push(...step.effects);
  }
}

const WANTS_TWIML =
  /^(inbound|caller\.(ended|document|fallback|wait|whisper)|leg\.(answered|key|poll|document|ended))$/;

/**
 * Checks a property. `cases`: situations the property is about that not every step brings. Rare ones are looked for in up to
 * twenty times as many examples.
 */
function check(name: string, look: (seen: Seen, met: (name: string) => void) => void, ...cases: string[]): void {
  it(name, () => {
    const { met, lookIn, expectAll } = countCases(...cases);
    const property = fc.property(moves, (all) => {
      play(all, (seen) => {
        look(seen, met);
      });
    });
    lookIn(() => {
      fc.assert(property, RUNS);
    });
    expectAll();
  });
}

describe('a transition in any state', () => {
  check(
    'has a step, and requests are answered with TwiML and notifications with nothing',
    ({ event, step }, met) => {
      met(step.reply.kind);
      expect(step.reply.kind).toBe(WANTS_TWIML.test(event.type) ? 'twiml' : 'nothing');
    },
    'twiml',
    'nothing',
  );

  check(
    'changes nothing the second time, and answers the same kind of reply',
    ({ event, step, at }, met) => {
      if (WANTS_TWIML.test(event.type)) met('a request for TwiML');
      // A caller who was handed off and comes back in progress starts a new visit; nothing distinguishes that from a repeat.
      if (event.type === 'inbound' && step.state.kind === 'call' && step.state.result === 'handedOff') return;
      const again = forwarding.transition(step.state, { ...event, at }, DEFAULT_FORWARDING_CONFIG);
      expect(again.state).toEqual(step.state);
      expect(again.effects).toEqual([]);
      expect(again.reply.kind).toBe(step.reply.kind);
      met('checked');
    },
    'a request for TwiML',
    'checked',
  );

  check('leaves a state that survives being stored', ({ step }) => {
    expect(JSON.parse(JSON.stringify(step.state))).toEqual(step.state);
  });

  check(
    'keeps a live record forever and a final one for a day',
    ({ step }, met) => {
      const live = step.state.kind === 'call' && !isFinal(step.state);
      met(live ? 'live' : step.state.kind === 'call' ? 'final' : 'nothing');
      expect(step.keepForMs).toBe(live ? null : 86_400_000);
    },
    'live',
    'final',
  );
});

describe('whatever happens', () => {
  check(
    'the outcome is set once in a visit, and exactly when the caller is done',
    ({ before, step }, met) => {
      if (step.state.kind !== 'call') return;
      met(step.state.result ?? 'none yet');
      expect(step.state.result !== null).toBe(step.state.caller.phase === 'ended');
      if (before.kind !== 'call' || before.result === null || before.visit !== step.state.visit) return;
      met('an event after the outcome');
      expect(step.state.result).toBe(before.result);
    },
    ...['none yet', 'connected', 'unanswered', 'callerLeft', 'an event after the outcome'],
  );

  check(
    'one hook reports how the call ended',
    ({ before, event, step }, met) => {
      const hooks = forwarding.tells({ before, event, after: step.state }).filter(({ hook }) => hook === 'ended');
      const ended = step.state.kind === 'call' && step.state.result !== null;
      const endedBefore =
        before.kind === 'call' && before.result !== null && (step.state as typeof before).visit === before.visit;
      met(ended && !endedBefore ? 'the end' : 'no end');
      expect(hooks).toHaveLength(ended && !endedBefore ? 1 : 0);
    },
    'the end',
    'no end',
  );

  check(
    'at most one leg has the caller, and it is a human or what the policy bridges',
    ({ step }, met) => {
      if (step.state.kind !== 'call') return;
      const { caller, winner, legs } = step.state;
      const inRoom = legs.filter(({ phase }) => phase === 'joining' || phase === 'bridged');
      expect(inRoom.length).toBeLessThanOrEqual(1);
      for (const leg of inRoom) {
        expect(leg.id).toBe(winner);
        expect(leg.human).toBe(true);
        // By a verdict, or by a key: then it may have sounded like anything.
        met(leg.timestamps.keyAt === undefined ? 'by a verdict' : 'by a key');
        if (leg.timestamps.keyAt === undefined) expect(['human', 'unknown']).toContain(leg.answeredBy);
      }
      if (caller.phase === 'joining') expect(inRoom).toHaveLength(1);
    },
    'by a verdict',
    'by a key',
  );

  check(
    'a document for the room goes to the leg that has the caller, and to no other',
    ({ event, step }, met) => {
      if (!event.type.startsWith('leg.') || step.reply.kind !== 'twiml' || step.state.kind !== 'call') return;
      if (!step.reply.verbs.some(({ verb }) => verb === 'dial.conference')) return;
      met('the room');
      expect('leg' in event && event.leg).toBe(step.state.winner);
    },
    'the room',
  );

  check(
    'a known human is bridged or told why not, before we end the leg',
    ({ before, step }, met) => {
      if (step.state.kind !== 'call') return;
      for (const effect of step.effects) {
        if (effect.type !== 'call.end' || effect.leg === 0) continue;
        const leg = step.state.legs.find(({ id }) => id === effect.leg);
        const was = before.kind === 'call' ? before.legs.find(({ id }) => id === effect.leg) : undefined;
        // They hung up by themselves on the way to the caller: this only ends what is left.
        if (was?.phase === 'ending' && was.joinTwimlSent) continue;
        met(leg?.human === true ? 'a human is ended' : 'somebody else is ended');
        expect(leg?.human === true && leg.farewell === null && leg.result?.kind !== 'bridged').toBe(false);
      }
    },
    'a human is ended',
    'somebody else is ended',
  );

  check(
    'a live call always has a heartbeat, and each leg a timer or a fetch in flight',
    ({ step }, met) => {
      if (step.state.kind !== 'call') return;
      const { caller, legs, timers } = step.state;
      if (caller.phase !== 'ended') expect(timers['heartbeat']).toBeDefined();
      for (const leg of legs) {
        if (leg.phase === 'ended' || leg.phase === 'joining' || leg.phase === 'bridged' || leg.inFlight.fetch !== null)
          continue;
        met(leg.phase);
        expect(timers[`leg${String(leg.id)}`], `leg ${String(leg.id)} in ${leg.phase}`).toBeDefined();
      }
      met(isFinal(step.state) ? 'all is over' : 'all is not over');
      if (isFinal(step.state)) expect(timers).toEqual({});
    },
    ...['requested', 'placed', 'ringing', 'detecting', 'confirming', 'farewell', 'ending', 'all is over'],
  );

  check('timers and their effects agree', ({ before, step }) => {
    const want = new Map(before.kind === 'call' ? Object.entries(before.timers) : []);
    for (const effect of step.effects) {
      if (effect.type === 'timer.start') want.set(effect.timer, effect.dueAt);
      if (effect.type === 'timer.stop') {
        const [name = ''] = effect.id.slice('timer:'.length).split('@');
        if (effect.id === `timer:${name}@${String(want.get(name))}`) want.delete(name);
      }
    }
    expect(Object.fromEntries(want)).toEqual(step.state.kind === 'call' ? step.state.timers : {});
  });

  check(
    'no callee is rung once the caller is gone or taken',
    ({ step }, met) => {
      if (step.state.kind !== 'call') return;
      const { caller, winner } = step.state;
      if (caller.phase !== 'ended' && winner === null) return;
      met(winner === null ? 'gone' : 'taken');
      expect(step.effects.filter(({ type }) => type === 'call.create')).toEqual([]);
      for (const leg of step.state.legs) expect(['requested', 'placed', 'ringing']).not.toContain(leg.phase);
    },
    'gone',
    'taken',
  );

  it('every effect gets an id of its own', () => {
    fc.assert(
      fc.property(moves, (all) => {
        const ids: string[] = [];
        play(all, ({ before, event, step }) => {
          for (const effect of step.effects) if ('leg' in effect) ids.push(effect.id);
          for (const run of forwarding.tells({ before, event, after: step.state })) ids.push(run.id);
        });
        expect(new Set(ids).size).toBe(ids.length);
      }),
      RUNS,
    );
  });

  check(
    'keeps the token only while a callee may still be rung with it',
    ({ step }, met) => {
      if (step.state.kind !== 'call') return;
      met(step.state.call.token === null ? 'let go of' : 'kept');
      if (step.state.call.token === null) return;
      expect(step.state.caller.phase).not.toBe('ended');
      expect(step.state.nextStep).toBeLessThan(step.state.settings.plan.length);
    },
    'kept',
    'let go of',
  );
});
