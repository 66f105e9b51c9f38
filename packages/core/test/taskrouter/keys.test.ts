import { describe, expect, it } from 'vitest';
import { taskSettings, type TaskOptions } from '@amd/core';
import { events, taskEvents, taskSids, WORKSPACE } from '@amd/core/testing';
import { at, ringing, scene, second, type Step } from './scenes.js';

const KEYS: TaskOptions = { confirm: 'always', keys: { accept: '1', decline: '2' } };
/** The first worker is asked for a key. */
const asked: readonly Step[] = [...ringing(KEYS), events.answered({ at: at(9) })];
const declines = events.key({ digits: '2', at: at(10) });
const word = { verbs: [{ verb: 'say', text: 'All right. Goodbye.' }, { verb: 'hangup' }] } as const;

describe('a worker who declines with a key', () => {
  it('a worker who declines hears a word, is rejected at once, and cools down', () => {
    scene(...asked)
      .when(declines)
      .then({
        reply: word,
        asks: [
          {
            type: 'reservation.update',
            reservation: taskSids.reservation(1),
            status: 'rejected',
            activity: taskSids.unavailable,
          },
        ],
        state: {
          winner: null,
          caller: { phase: 'waiting' },
          legs: [{ phase: 'farewell', farewell: 'declined', result: { kind: 'declined' } }],
          reservations: [{ phase: 'rejecting', rejectTo: 'unavailable', offered: false }],
        },
      });
  });

  it('a worker who declines is heard out when their reservation is over', () => {
    scene(...asked, declines)
      .when(taskEvents.outcomeOf('reservation.update', { kind: 'done' }, { at: at(11) }))
      .then({
        asks: [{ type: 'flow.send', id: `parked:${taskSids.reservation(1)}` }],
        state: { legs: [{ phase: 'farewell' }], reservations: [{ phase: 'over', result: 'rejected' }] },
      });
  });

  it('a worker who declines leaves the other workers ringing', () => {
    scene(...asked, ...second)
      .when(declines)
      .then({ reply: word, state: { legs: [{}, { phase: 'ringing' }], reservations: [{}, { phase: 'pending' }] } });
  });

  it('a worker who declines twice, or takes it afterwards, is rejected once', () => {
    for (const digits of ['2', '1']) {
      scene(...asked, declines)
        .when(events.key({ digits, at: at(10) }))
        .then({ reply: word, effects: [], state: { winner: null } });
    }
  });

  it('a worker who declines after another has been offered the caller hears that the call was taken', () => {
    const later: readonly Step[] = [...asked, ...second, events.answered({ leg: 2, at: at(9) })];
    scene(...later, events.key({ leg: 2, digits: '1', at: at(10) }))
      .when(declines)
      .then({ reply: { verbs: [{ text: 'Somebody else has taken the call. Goodbye.' }, {}] }, state: { winner: 2 } });
  });

  it('a worker who presses a key that means nothing is asked again', () => {
    scene(...asked)
      .when(events.key({ digits: '7', at: at(10) }))
      .then({ verbs: ['gather', 'redirect'], effects: [], state: { legs: [{ phase: 'confirming' }] } });
  });

  it('keys are refused where no worker is asked for one', () => {
    expect(() => taskSettings({ ...KEYS, confirm: 'never' }, WORKSPACE)).toThrow(
      '"keys.accept" needs a callee who is asked for a key: "confirm" cannot be "never"',
    );
  });
});
