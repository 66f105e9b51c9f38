import { describe, it } from 'vitest';
import { events, NUMBERS, sids, taskEvents, taskSids } from '@amd/core/testing';
import { at, scene, type Step } from './scenes.js';

const created = (leg: number): Step =>
  taskEvents.outcomeOf('call.create', { kind: 'created', sid: sids.call(leg), status: 'queued' }, { leg, at: at(4) });
const ringing: readonly Step[] = [
  taskEvents.inbound(),
  taskEvents.task('created', { at: at(1) }),
  taskEvents.assignment(1, { at: at(2) }),
  created(1),
];
const joining: readonly Step[] = [...ringing, events.answered({ at: at(9) })];

describe('hooks of a caller in a queue', () => {
  it('a worker whose phone rings is told of with their SID', () => {
    scene(...ringing)
      .when(events.status({ status: 'ringing', at: at(5) }))
      .then({
        tells: [
          {
            id: `hook:rung:${sids.call(0)}:1`,
            data: { flow: 'taskrouter', callee: { number: NUMBERS.ann, worker: taskSids.worker(1) }, waitedMs: 5000 },
          },
        ],
      });
  });

  it('the talk is told of when Twilio reports that the worker has the caller', () => {
    scene(...joining)
      .when(taskEvents.reservation('accepted', 1, { at: at(10) }))
      .then({ tells: [{ hook: 'connected', data: { callee: { worker: taskSids.worker(1) }, waitedMs: 10_000 } }] });
  });

  it('the end of the talk is told of with its length', () => {
    scene(...joining, taskEvents.reservation('accepted', 1, { at: at(10) }))
      .when({ type: 'caller.status', at: at(40), status: 'completed' })
      .then({
        tells: [{ hook: 'ended', data: { result: 'connected', callee: { leg: 1 }, others: [], talkMs: 30_000 } }],
      });
  });

  it('a caller who leaves the queue is missed', () => {
    scene(...ringing)
      .when({ type: 'caller.status', at: at(8), status: 'completed' })
      .then({ tells: [{ hook: 'ended' }, { hook: 'missed', data: { result: 'callerLeft', waitedMs: 8000 } }] });
  });

  it('a caller whom another application took is not missed', () => {
    scene(...ringing, taskEvents.reservation('accepted', 2, { at: at(6) }))
      .when({ type: 'caller.status', at: at(60), status: 'completed' })
      .then({ tells: [{ hook: 'ended' }] });
  });
});
