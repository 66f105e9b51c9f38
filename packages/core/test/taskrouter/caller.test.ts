import { describe, expect, it } from 'vitest';
import { e164, type CallStatus, type TaskOptions, type TaskRouterEvent } from '@amd/core';
import { events, NUMBERS, sids, taskEvents, taskSids } from '@amd/core/testing';
import { at, scene, type Step } from './scenes.js';

/** Twilio has placed the call to a worker. */
const created = (leg: number): Step =>
  taskEvents.outcomeOf('call.create', { kind: 'created', sid: sids.call(leg), status: 'queued' }, { leg, at: at(4) });
/** A caller waits in the queue, and Twilio has created a task for the call. */
const queued: readonly Step[] = [taskEvents.inbound(), taskEvents.task('created', { at: at(1) })];
/** A worker is reserved for them, and their phone rings. */
const ringing: readonly Step[] = [...queued, taskEvents.assignment(1, { at: at(2) }), created(1)];
/** A human was offered the caller. */
const joining: readonly Step[] = [...ringing, events.answered({ at: at(9) })];
const talking: readonly Step[] = [...joining, taskEvents.reservation('accepted', 1, { at: at(10) })];
/** Nobody is left, and the caller's redirect was requested. */
const falling = (options: TaskOptions = {}): readonly Step[] => [
  taskEvents.inbound({ options: { deadlineSeconds: 30, ...options }, status: 'in-progress' }),
  taskEvents.due('deadline'),
];
const fallbackAsked = (options: TaskOptions = {}): readonly Step[] => [
  ...falling(options),
  { type: 'caller.document', at: at(31), part: 1, status: 'in-progress' },
];
const REDIRECTED: TaskOptions = { fallback: { kind: 'redirect', url: 'https://example.com/menu' } };
const handedOff = fallbackAsked(REDIRECTED);
const document_ = (
  seconds: number,
  o: { readonly status?: CallStatus; readonly visit?: number; readonly part?: number } = {},
) => ({ type: 'caller.document', at: at(seconds), part: 1, status: 'in-progress', ...o }) as const;
const ANN = e164(NUMBERS.ann, 'ann');
const ended = (visit: number, result: string): object => ({
  type: 'hook.run',
  id: `hook:ended:${sids.call(0)}:${String(visit)}`,
  hook: 'ended',
  data: { sid: sids.call(0), from: NUMBERS.caller, to: NUMBERS.ours, visit, result },
});

describe('the caller arrives', () => {
  it('a new caller hears the greeting and is queued, with what the original’s tasks carried', () => {
    scene()
      .when(taskEvents.inbound())
      .then({
        reply: {
          kind: 'twiml',
          verbs: [
            { verb: 'say', text: 'Please hold while we connect your call.' },
            {
              verb: 'enqueue',
              workflow: taskSids.workflow,
              action: { flow: 'taskrouter', key: sids.call(0), visit: 1, leg: 0, purpose: 'caller.ended' },
              attributes: { caller_id: NUMBERS.caller, amd_visit: 1 },
            },
          ],
        },
        state: {
          caller: { phase: 'waiting', held: false, inQueueBy: at(0) + 39 * 120 + 25_000 },
          timers: { heartbeat: at(30) },
        },
        asks: [],
        keepForMs: null,
      });
  });

  it('a caller is queued as the options say, and with nothing else', () => {
    const queueOf = (options: TaskOptions): object => {
      const { reply } = scene().when(taskEvents.inbound({ options })).result;
      return (reply.kind === 'twiml' ? reply.verbs.at(-1) : undefined) ?? {};
    };
    expect(queueOf({ priority: 0, taskSeconds: 600, attributes: { skill: 'de' }, ringback: 'us' })).toMatchObject({
      priority: 0,
      timeoutSeconds: 600,
      attributes: { skill: 'de', caller_id: NUMBERS.caller, amd_visit: 1 },
      wait: { purpose: 'caller.wait', leg: 0 },
    });
    expect(queueOf({ waitUrl: 'https://example.com/a.mp3' })).toMatchObject({
      wait: { url: 'https://example.com/a.mp3' },
    });
    expect(Object.keys(queueOf({}))).toEqual(['verb', 'workflow', 'action', 'attributes']);
  });

  it('a caller in progress is held; one past the deadline hears the fallback', () => {
    scene()
      .when(taskEvents.inbound({ status: 'in-progress', options: { deadlineSeconds: 30 } }))
      .then({ state: { caller: { held: true }, timers: { deadline: at(30), heartbeat: at(30) } } });
  });

  it.each<CallStatus>(['completed', 'busy', 'failed', 'no-answer', 'canceled', 'queued'])(
    'a caller whose call is %s gets a hang-up, and nothing is kept',
    (status) => {
      scene()
        .when(taskEvents.inbound({ status }))
        .then({ verbs: ['hangup'], state: { kind: 'nothing' }, effects: [], keepForMs: 86_400_000 });
    },
  );

  it('a repeated request gets the same answer until the caller is known to be in the queue, then one without the greeting', () => {
    scene(taskEvents.inbound())
      .when(taskEvents.inbound({ at: at(1) }))
      .then({ verbs: ['say', 'enqueue'] })
      .thenNothingHappened();
    scene(...queued)
      .when(taskEvents.inbound({ status: 'in-progress', at: at(2) }))
      .then({ verbs: ['pause', 'enqueue'] });
    scene(...talking)
      .when(taskEvents.inbound({ status: 'in-progress', at: at(11) }))
      .then({ verbs: [] });
  });

  it('a call that is over gets a hang-up, unless it was handed off and comes back in progress', () => {
    const left = [taskEvents.inbound(), events.callerStatus({ at: at(5) }) as TaskRouterEvent];
    for (const status of ['ringing', 'in-progress'] as const) {
      scene(...left)
        .when(taskEvents.inbound({ status, at: at(9) }))
        .then({ verbs: ['hangup'] })
        .thenNothingHappened();
    }
    scene(...handedOff)
      .when(taskEvents.inbound({ status: 'ringing', at: at(40) }))
      .then({ verbs: ['hangup'] })
      .thenNothingHappened();
    scene(...handedOff)
      .when(taskEvents.inbound({ status: 'in-progress', at: at(40) }))
      .then({
        reply: { verbs: [{ verb: 'say' }, { attributes: { amd_visit: 2 }, action: { visit: 2 } }] },
        state: {
          visit: 2,
          result: null,
          caller: { phase: 'waiting', held: true, fallbackServed: false },
          task: { sid: null, over: false },
          timestamps: { startedAt: at(40) },
        },
      });
  });
});

describe('a request of an unknown call', () => {
  it.each<[string, TaskRouterEvent, readonly string[] | null]>([
    ['a document of the caller', document_(1), ['hangup']],
    ['the end of a queue', taskEvents.callerEnded(null), ['hangup']],
    ['a document of a leg', events.legDocument(), ['hangup']],
    ['an answer', events.answered(), ['hangup']],
    ['what is heard on hold', { type: 'caller.wait', at: at(1) }, []],
    ['what is heard when connected', { type: 'caller.whisper', at: at(1) }, []],
    ['a status of the caller', events.callerStatus(), null],
    ['a recording', events.recording(), null],
    ['a status of a leg', events.status({ status: 'ringing' }), null],
    ['a verdict', events.verdict(), null],
    ['news of a reservation', taskEvents.reservation('accepted'), null],
  ])('%s of an unknown call changes nothing', (_, event, verbs) => {
    const { result } = scene().when(event).thenNothingHappened();
    if (verbs === null) expect(result.reply).toEqual({ kind: 'nothing' });
    else expect(result.reply).toMatchObject({ kind: 'twiml', verbs: verbs.map((verb) => ({ verb })) });
    expect(result.keepForMs).toBe(86_400_000);
  });
});

describe('the end of the Enqueue', () => {
  it.each(['bridged', 'bridging-in-process', 'redirected-from-bridged'] as const)(
    'an Enqueue that ended as %s means that they talked, which is the outcome',
    (queueResult) => {
      scene(...talking)
        .when(taskEvents.callerEnded(queueResult, { at: at(60) }))
        .then({ reply: { kind: 'twiml', verbs: [] }, state: { result: 'connected', caller: { phase: 'ended' } } });
      // No event reported the acceptance: it was the worker who was offered the caller.
      scene(...joining)
        .when(taskEvents.callerEnded(queueResult, { at: at(60) }))
        .then({
          reply: { kind: 'twiml', verbs: [] },
          state: { servedReservation: 1, result: 'connected', reservations: [{ result: 'accepted' }] },
        });
    },
  );

  it('an Enqueue that ended as bridged, repeated or together with the end of the call, has one outcome', () => {
    const over = [...talking, taskEvents.callerEnded('bridged', { at: at(60) })];
    scene(...over)
      .when(taskEvents.callerEnded('bridged', { at: at(61) }))
      .then({ asks: [], reply: { verbs: [] } });
    scene(...talking)
      .when(taskEvents.callerEnded('bridged', { status: 'completed', at: at(60) }))
      .then({
        verbs: ['hangup'],
        state: { result: 'connected' },
        asks: [],
        tells: [ended(1, 'connected')],
      });
  });

  it('with two workers offered the caller, bridged counts for the winner', () => {
    const two = [
      ...ringing,
      taskEvents.assignment(2, { at: at(3) }),
      events.answered({ leg: 1, at: at(9) }),
      taskEvents.legEnded({ leg: 1, at: at(10) }),
      events.answered({ leg: 2, at: at(11) }),
    ];
    scene(...two)
      .when(taskEvents.callerEnded('bridged', { at: at(60) }))
      .then({ state: { servedReservation: 2 } });
    // Neither is still the winner: the first one who was offered the caller.
    scene(...two, taskEvents.legEnded({ leg: 2, at: at(12) }))
      .when(taskEvents.callerEnded('bridged', { at: at(60) }))
      .then({ state: { servedReservation: 1 } });
  });

  it('bridged while a worker rings who was offered nothing is not a talk with them', () => {
    scene(...ringing)
      .when(taskEvents.callerEnded('bridged', { at: at(60) }))
      .then({ state: { servedReservation: null, result: 'connected' }, asks: [{ type: 'call.end', leg: 1 }] });
  });

  it('an Enqueue that ended as hangup means that the caller left, whatever the status says', () => {
    scene(...ringing)
      .when(taskEvents.callerEnded('hangup', { at: at(5) }))
      .then({
        verbs: ['hangup'],
        state: { result: 'callerLeft' },
        asks: [{ type: 'call.end', leg: 1, sid: sids.call(1) }],
        tells: [ended(1, 'callerLeft'), { hook: 'missed' }],
      });
    scene(...talking)
      .when(taskEvents.callerEnded('hangup', { at: at(50) }))
      .then({ state: { result: 'connected' } });
  });

  it.each(['queue-full', 'error', 'system-error', 'leave'] as const)(
    'an Enqueue that ended as %s gives the caller the fallback',
    (queueResult) => {
      scene(...queued)
        .when(taskEvents.callerEnded(queueResult, { at: at(5) }))
        .then({
          reply: { verbs: [{ verb: 'redirect', to: { purpose: 'caller.document', part: 1 } }] },
          state: { caller: { phase: 'fallingBack', held: true, fallbackServed: false }, timers: { caller: at(15) } },
          asks: [],
        });
      scene(...queued, taskEvents.callerEnded(queueResult, { at: at(5) }))
        .when(document_(6))
        .then({
          verbs: ['say', 'hangup'],
          state: { caller: { fallbackServed: true }, timestamps: { fallbackAt: at(6) }, timers: { caller: undefined } },
          asks: [{ type: 'task.update', status: 'canceled', task: taskSids.task() }],
        });
    },
  );

  it.each(['queue-full', 'leave'] as const)('a late report of %s takes no caller from their worker', (queueResult) => {
    scene(...talking)
      .when(taskEvents.callerEnded(queueResult, { at: at(12) }))
      .then({ reply: { verbs: [] }, state: { caller: { phase: 'connected' } }, asks: [] });
  });

  it('an Enqueue redirected by another application leaves the caller to it until the call is queued again', () => {
    const elsewhere = [...queued, taskEvents.callerEnded('redirected', { at: at(5) })];
    scene(...queued)
      .when(taskEvents.callerEnded('redirected', { at: at(5) }))
      .then({ verbs: ['pause', 'enqueue'], state: { caller: { takenElsewhere: true, inQueueBy: at(30) } } });
    scene(...elsewhere)
      .when(taskEvents.task('created', { task: 1, at: at(6) }))
      .then({ state: { caller: { takenElsewhere: false }, task: { sid: taskSids.task(1) } } });
    scene(...falling())
      .when(taskEvents.callerEnded('redirected', { at: at(31) }))
      .then({ verbs: ['pause', 'redirect'], state: { caller: { takenElsewhere: false } } });
  });

  it('an Enqueue without a result is answered from the state', () => {
    scene(...queued)
      .when(taskEvents.callerEnded(null, { at: at(5) }))
      .then({ verbs: ['pause', 'enqueue'], state: { caller: { held: true, inQueueBy: at(30) } } });
    scene(...queued)
      .when(taskEvents.callerEnded(null, { status: 'completed', at: at(5) }))
      .then({ verbs: ['hangup'], state: { result: 'callerLeft' } });
  });
});

describe('the caller is gone', () => {
  it('when the caller is gone, ringing legs are ended, asked callees told, and the token is forgotten', () => {
    const asking = [
      taskEvents.inbound({ token: 'secret' }),
      taskEvents.assignment(1, { at: at(2) }),
      taskEvents.assignment(2, { at: at(2) }),
      events.status({ leg: 1, status: 'in-progress', at: at(8) }),
      events.answered({ leg: 2, answeredBy: 'unknown', at: at(9) }),
    ];
    scene(...asking)
      .when(events.callerStatus({ at: at(12) }))
      .then({
        state: {
          call: { token: null },
          timestamps: { endedAt: at(12) },
          legs: [{ phase: 'ending' }, { phase: 'farewell', farewell: 'callerGone' }],
        },
        asks: [{ type: 'call.end', leg: 1 }],
        tells: [ended(1, 'callerLeft'), { hook: 'missed' }],
      });
    scene(...asking)
      .when(events.callerStatus({ status: 'in-progress', at: at(12) }))
      .thenNothingHappened();
  });

  it('a worker who heard that they could not be connected now hears why', () => {
    const lost = [...joining, taskEvents.legEnded({ at: at(10) })];
    scene(...lost)
      .when(events.callerStatus({ at: at(11) }))
      .then({ state: { legs: [{ farewell: 'callerGone' }] } });
  });

  it('a joining worker has ten seconds in which their Dial reports the result', () => {
    scene(...joining)
      .when(events.callerStatus({ at: at(11) }))
      .then({ state: { legs: [{ phase: 'joining' }], timers: { leg1: at(21) } } });
    scene(...talking)
      .when(events.callerStatus({ at: at(50) }))
      .then({ state: { result: 'connected', timers: { leg1: at(60) } } });
  });

  it("the caller's end has one outcome, whatever repeats it", () => {
    const gone = [...ringing, events.callerStatus({ at: at(12) }) as TaskRouterEvent];
    for (const again of [
      events.callerStatus({ at: at(13) }),
      taskEvents.callerEnded('hangup', { at: at(13) }),
      document_(13, { status: 'completed' }),
    ]) {
      scene(...gone)
        .when(again)
        .then({ asks: [], state: { result: 'callerLeft' } });
    }
  });

  it('a call is kept until every leg, every reservation and the task are over', () => {
    const left = events.callerStatus({ at: at(12) });
    scene(taskEvents.inbound())
      .when(left)
      .then({ keepForMs: 86_400_000, state: { timers: {} } });
    scene(...queued)
      .when(left)
      .then({ keepForMs: null });
    scene(...queued, left)
      .when(taskEvents.task('canceled', { at: at(13) }))
      .then({ keepForMs: 86_400_000, state: { timers: {} } });
    const busy = [...ringing, left, events.status({ status: 'canceled', at: at(13) })];
    scene(...busy)
      .when(taskEvents.task('canceled', { at: at(14) }))
      .then({ keepForMs: 86_400_000, state: { legs: [{ phase: 'ended' }], reservations: [{ phase: 'over' }] } });
    scene(...ringing, left)
      .when(taskEvents.task('canceled', { at: at(14) }))
      .then({ keepForMs: null, state: { legs: [{ phase: 'ending' }] } });
  });
});

describe('the fallback', () => {
  it('the fallback is a redirect of the caller, at once if they are held, otherwise when they must be in the queue', () => {
    scene(taskEvents.inbound({ options: { deadlineSeconds: 30 }, status: 'in-progress' }))
      .when(taskEvents.due('deadline'))
      .then({
        state: { deadlinePassed: true, caller: { phase: 'fallingBack' }, timers: { deadline: undefined } },
        asks: [{ type: 'call.redirect', leg: 0, sid: sids.call(0), document: { purpose: 'caller.document', leg: 0 } }],
      });
    scene(taskEvents.inbound({ options: { deadlineSeconds: 30 } }))
      .when(taskEvents.due('deadline'))
      .then({ asks: [], state: { caller: { phase: 'fallingBack' }, timers: { caller: at(31) } } });
  });

  it('the fallback waits for the last worker who has answered', () => {
    const late: readonly Step[] = [
      taskEvents.inbound({ options: { deadlineSeconds: 30 }, status: 'in-progress' }),
      taskEvents.assignment(1, { at: at(20) }),
      taskEvents.assignment(2, { at: at(20) }),
      events.status({ leg: 1, status: 'in-progress', at: at(28) }),
      events.status({ leg: 2, status: 'in-progress', at: at(28) }),
    ];
    scene(...late)
      .when(taskEvents.due('deadline'))
      .then({ asks: [], state: { caller: { phase: 'waiting' } } });
    scene(...late, taskEvents.due('deadline'), events.status({ leg: 1, status: 'completed', at: at(32) }))
      .when(events.status({ leg: 2, status: 'completed', at: at(33) }))
      .then({ state: { caller: { phase: 'fallingBack' } } });
    scene(...late, taskEvents.due('deadline'), events.answered({ leg: 1, at: at(32) }))
      .when(events.status({ leg: 2, status: 'completed', at: at(33) }))
      .then({ state: { winner: 1, caller: { phase: 'waiting' } } });
  });

  it('the fallback leaves a caller alone whom another application took out of the queue', () => {
    scene(
      taskEvents.inbound({ options: { deadlineSeconds: 30 }, status: 'in-progress' }),
      taskEvents.callerEnded('redirected', { at: at(5) }),
    )
      .when(taskEvents.due('deadline'))
      .then({ asks: [], state: { caller: { phase: 'waiting' } } });
  });

  it('the fallback says our sentence and cancels what is left of the queue', () => {
    scene(...queued, taskEvents.callerEnded('leave', { at: at(5) }))
      .when(document_(6))
      .then({ verbs: ['say', 'hangup'], state: { timestamps: { fallbackAt: at(6) } } });
    scene(...fallbackAsked())
      .when(events.callerStatus({ at: at(40) }))
      .then({ state: { result: 'unanswered' } });
  });

  it('the fallback can hand the caller off, which is the outcome, and repeats the way there', () => {
    scene(...falling(REDIRECTED))
      .when(document_(31))
      .then({
        reply: { verbs: [{ verb: 'redirect', to: { url: 'https://example.com/menu' } }] },
        state: { result: 'handedOff', caller: { phase: 'ended' } },
        asks: [],
        tells: [ended(1, 'handedOff')],
      });
    scene(...handedOff)
      .when(document_(32))
      .then({ verbs: ['redirect'], asks: [] });
    scene(...fallbackAsked(), events.callerStatus({ at: at(40) }))
      .when(document_(41))
      .then({ verbs: ['hangup'], asks: [] });
  });

  it('the fallback can be a number, whose talk is the outcome, and what follows one that does not answer', () => {
    const number: TaskOptions = { fallback: { kind: 'number', to: NUMBERS.cleo, ifUnanswered: { kind: 'voicemail' } } };
    scene(...falling(number))
      .when(document_(31))
      .then({
        reply: {
          verbs: [
            {
              verb: 'dial.number',
              to: e164(NUMBERS.cleo, 'cleo'),
              action: { purpose: 'caller.fallback', leg: 0 },
              timeoutSeconds: 30,
            },
          ],
        },
      });
    scene(...fallbackAsked(number))
      .when({ ...events.callerFallback({ answered: true, at: at(90) }) })
      .then({ verbs: ['hangup'], state: { result: 'handedOff' }, asks: [], tells: [ended(1, 'handedOff')] });
    scene(...fallbackAsked(number))
      .when({ ...events.callerFallback({ answered: false, at: at(60) }) })
      .then({
        reply: { verbs: [{ verb: 'redirect', to: { purpose: 'caller.document', part: 2 } }] },
        state: { caller: { useIfUnanswered: true } },
      });
    scene(...fallbackAsked(number), events.callerFallback({ answered: false, at: at(60) }))
      .when(document_(60, { part: 2 }))
      .then({ verbs: ['say', 'record', 'hangup'] });
    const back: TaskOptions = { fallback: { kind: 'number', to: NUMBERS.caller, ifUnanswered: { kind: 'voicemail' } } };
    scene(...falling(back))
      .when(document_(31, { part: 2 }))
      .then({ verbs: ['say', 'record', 'hangup'] });
  });

  it('a fallback that records runs the hook once, even after the call', () => {
    const recording = { sid: `RE${'1'.repeat(32)}`, url: 'https://api.twilio.com/x', seconds: 9 };
    const recorded = events.recording({ recording, at: at(50) });
    const voicemail = fallbackAsked({ fallback: { kind: 'voicemail' } });
    scene(...voicemail)
      .when(recorded)
      .then({ asks: [], tells: [{ id: `hook:voicemail:${recording.sid}`, hook: 'voicemail' }] });
    scene(...voicemail, recorded)
      .when(recorded)
      .then({ asks: [] });
  });
});

describe('a caller who comes back to the queue', () => {
  const left = taskEvents.callerEnded('redirected', { part: 1, at: at(5) });
  const back: readonly Step[] = [
    taskEvents.inbound({ options: { deadlineSeconds: 60 }, status: 'in-progress' }),
    taskEvents.task('created', { at: at(1) }),
    left,
    taskEvents.task('created', { task: 1, at: at(8) }),
  ];

  it('P-128 a late copy of the end of an earlier stay in the queue does not remove the deadline', () => {
    expect(scene(...back).state).toMatchObject({ caller: { phase: 'waiting', takenElsewhere: false, stay: 2 } });
    scene(...back)
      .when({ ...left, at: at(30) })
      .then({ verbs: ['pause', 'enqueue'], asks: [], state: { caller: { takenElsewhere: false, stay: 2 } } });
    scene(...back, { ...left, at: at(30) })
      .when(taskEvents.due('deadline'))
      .then({ asks: [{ type: 'call.redirect', leg: 0 }], state: { caller: { phase: 'fallingBack' } } });
  });

  it('the Enqueue reports which stay is over, and the end of the new stay takes the caller elsewhere again', () => {
    const { reply } = scene(...back).when({ ...left, at: at(30) }).result;
    expect(reply).toMatchObject({ verbs: [{}, { action: { purpose: 'caller.ended', part: 2 } }] });
    scene(...back)
      .when(taskEvents.callerEnded('redirected', { part: 2, at: at(30) }))
      .then({ state: { caller: { takenElsewhere: true, stay: 3 } } });
  });

  it('stays count to nine and start again: a reference has one digit for them', () => {
    const nine = Array.from({ length: 9 }, (_, n) => taskEvents.callerEnded('redirected', { part: n + 1, at: at(n) }));
    expect(scene(taskEvents.inbound(), ...nine).state).toMatchObject({ caller: { stay: 1 } });
  });
});

describe('star leads to voicemail', () => {
  const offering: TaskOptions = { offerMessage: true, fallback: { kind: 'voicemail' }, deadlineSeconds: 60 };
  const key = (o: object = {}) =>
    ({ type: 'caller.key', at: at(20), status: 'in-progress', digits: '*', ...o }) as const;

  it('star stops the deadline, and redirects a caller whom the queue does not release', () => {
    scene(taskEvents.inbound({ options: offering }))
      .when(key())
      .then({
        verbs: ['leave'],
        state: { caller: { phase: 'fallingBack', held: true }, timers: { caller: at(30), deadline: undefined } },
      });
  });

  it('pressing star again leaves the queue again; another key continues the wait and shows that they are there', () => {
    scene(taskEvents.inbound({ options: offering }), key())
      .when(key({ digits: '1' }))
      .then({ verbs: ['leave'] });
    scene(taskEvents.inbound({ options: offering }))
      .when(key({ digits: '1' }))
      .then({ verbs: ['gather', 'redirect'], state: { caller: { phase: 'waiting', held: true } } });
  });

  it('star of a call that is over, or of an earlier visit, has no effect', () => {
    scene(taskEvents.inbound({ options: offering }))
      .when(key({ status: 'completed', digits: '1' }))
      .then({ state: { caller: { held: false } } });
    scene(...handedOff, taskEvents.inbound({ options: offering, status: 'in-progress', at: at(40) }))
      .when(key({ visit: 1, at: at(41) }))
      .then({ state: { caller: { phase: 'waiting' } }, reply: { verbs: [] } });
  });
});

describe('visits', () => {
  const again = [...handedOff, taskEvents.inbound({ options: REDIRECTED, status: 'in-progress', at: at(40) })];

  it('late requests of an earlier visit are answered like current ones, unless they report the end', () => {
    scene(...again)
      .when(document_(41, { visit: 1 }))
      .then({ verbs: ['pause', 'enqueue'] })
      .thenNothingHappened();
    scene(...again)
      .when(document_(41, { visit: 1, status: 'completed' }))
      .then({ verbs: ['hangup'], state: { result: 'callerLeft', visit: 2 } });
  });

  it('the task of an earlier visit is not ours', () => {
    scene(...again)
      .when(taskEvents.task('created', { task: 1, visit: 1, at: at(41) }))
      .then({ state: { task: { sid: null } } });
    scene(...again)
      .when(taskEvents.task('created', { task: 1, visit: 2, at: at(41) }))
      .then({ state: { task: { sid: taskSids.task(1) }, caller: { held: true } } });
  });

  it('each visit has one outcome, and one hook', () => {
    scene(...again)
      .when(events.callerStatus({ at: at(50) }))
      .then({ asks: [], tells: [ended(2, 'callerLeft'), { hook: 'missed' }] });
  });

  it('a leg of an earlier visit that is still being ended stays until it has ended', () => {
    const late: readonly Step[] = [
      taskEvents.inbound({ options: { ...REDIRECTED, deadlineSeconds: 30 }, status: 'in-progress' }),
      taskEvents.assignment(1, { at: at(2) }),
      taskEvents.outcomeOf('call.create', { kind: 'created', sid: sids.call(1), status: 'queued' }, { at: at(3) }),
      events.answered({ answeredBy: 'machine_start', at: at(8) }),
      taskEvents.due('deadline'),
      document_(31),
      taskEvents.inbound({ options: REDIRECTED, status: 'in-progress', at: at(40) }),
    ];
    scene(...late)
      .when(taskEvents.assignment(2, { at: at(42), task: 1, visit: 2 }))
      .then({ state: { visit: 2, lastLeg: 2, lastReservation: 2 }, asks: [{ type: 'call.create', leg: 2 }] });
    expect(scene(...late).state).toMatchObject({ legs: [{ id: 1, phase: 'ending' }], lastReservation: 1 });
  });
});

describe('an assignment', () => {
  it('an assignment rings the worker by name, and is checked before the reservation times out', () => {
    scene(...queued)
      .when({ ...taskEvents.assignment(1, { at: at(2) }), workerName: 'Ann' })
      .then({
        reply: { kind: 'later' },
        asks: [{ type: 'call.create', leg: 1, to: ANN }],
        state: {
          reservations: [{ id: 1, phase: 'pending', leg: 1, expiresAt: at(122), timestamps: { assignedAt: at(2) } }],
          legs: [{ target: { to: ANN, name: 'Ann' } }],
          timers: { reservation1: at(117) },
        },
      });
    expect(scene(...ringing).state).toMatchObject({ legs: [{ target: { to: ANN } }] });
    const { state } = scene(...ringing);
    if (state.kind === 'call') expect(state.legs[0]?.target).not.toHaveProperty('name');
  });

  it('a repeated assignment rings one phone and gets the same answer', () => {
    scene(...ringing)
      .when(taskEvents.assignment(1, { at: at(3) }))
      .then({ reply: { kind: 'later' } })
      .thenNothingHappened();
  });

  it.each([{ forwardedFrom: ANN }, { calledVia: ANN.slice(1) }, { from: ANN }])(
    'an assignment to a worker whose own phone sent us the call (%j) is rejected to a cool-down, and rings nobody',
    (more) => {
      const inbound = taskEvents.inbound();
      const came: readonly Step[] = [
        { ...inbound, call: { ...inbound.call, ...more } },
        taskEvents.task('created', { at: at(1) }),
      ];
      scene(...came)
        .when(taskEvents.assignment(1, { at: at(2) }))
        .then({
          reply: { kind: 'instruction', instruction: { instruction: 'reject', activity: taskSids.unavailable } },
          asks: [],
          state: { caller: { phase: 'waiting' }, legs: [] },
        });
      scene(...came)
        .when(taskEvents.assignment(2, { phone: NUMBERS.ben, at: at(2) }))
        .then({ asks: [{ type: 'call.create', to: NUMBERS.ben as never }] });
    },
  );

  it.each([null, '', '4155550142', 'client:ann'])(
    'an assignment to a worker whose phone is %j is rejected to Offline',
    (phone) => {
      const rejected = { instruction: { instruction: 'reject', activity: taskSids.offline } } as const;
      scene(...queued)
        .when(taskEvents.assignment(1, { phone, at: at(2) }))
        .then({
          reply: rejected,
          asks: [],
          state: {
            legs: [],
            reservations: [{ phase: 'rejecting', leg: null, rejectTo: 'offline' }],
            timers: { reservation1: at(12) },
          },
        });
      scene(...queued, taskEvents.assignment(1, { phone, at: at(2) }))
        .when(taskEvents.assignment(1, { phone, at: at(3) }))
        .then({ reply: rejected });
    },
  );

  it.each<[string, readonly Step[]]>([
    [
      'past the deadline',
      [taskEvents.inbound({ options: { deadlineSeconds: 30 } }), taskEvents.assignment(9), taskEvents.due('deadline')],
    ],
    ['for a caller who gets the fallback', falling()],
    ['of another task of the same call', queued],
  ])('an assignment %s is rejected to a cool-down', (what, before) => {
    scene(...before)
      .when(taskEvents.assignment(1, { at: at(31), task: what.startsWith('of another') ? 7 : 0 }))
      .then({ reply: { instruction: { activity: taskSids.unavailable } } });
  });

  it('an assignment during a talk rings nobody: Twilio takes it back by itself', () => {
    scene(...talking)
      .when(taskEvents.assignment(2, { at: at(12) }))
      .then({ reply: { kind: 'later' }, state: { legs: [{ id: 1 }] } });
    expect(
      scene(...talking)
        .when(taskEvents.assignment(2, { at: at(12) }))
        .result.effects.some(({ type }) => type === 'call.create'),
    ).toBe(false);
  });

  it('an assignment of a call that another application queued starts a call of ours', () => {
    scene()
      .when(taskEvents.assignment(1, { visit: null, at: at(2), options: { afterCall: 'available' } }))
      .then({
        asks: [{ type: 'call.create', leg: 1 }],
        state: {
          visit: 1,
          call: { token: null, from: NUMBERS.caller },
          task: { sid: taskSids.task() },
          caller: { held: true },
        },
      });
    scene()
      .when(taskEvents.assignment(1, { visit: 3, at: at(2) }))
      .then({ state: { visit: 3 } });
  });

  it('an assignment of a caller who was handed off, and whose call is known to be over, starts none', () => {
    const over = [...handedOff, events.callerStatus({ at: at(40) }) as TaskRouterEvent];
    scene(...over)
      .when(taskEvents.inbound({ status: 'in-progress', at: at(50) }))
      .then({ verbs: ['hangup'] })
      .thenNothingHappened();
    scene(...over)
      .when(taskEvents.assignment(1, { task: 1, visit: null, at: at(50) }))
      .then({ state: { visit: 1 }, asks: [] });
  });

  it('an assignment of a caller who was handed off, and queued again by another application, starts another visit', () => {
    scene(...handedOff)
      .when(taskEvents.assignment(1, { task: 1, visit: null, at: at(50) }))
      .then({ state: { visit: 2, caller: { phase: 'waiting' } }, asks: [{ type: 'call.create' }] });
    scene(...handedOff)
      .when(taskEvents.assignment(1, { task: 1, visit: 1, at: at(50) }))
      .then({ state: { visit: 2 } });
    const left = [...queued, events.callerStatus({ at: at(5) }) as TaskRouterEvent];
    scene(...left)
      .when(taskEvents.assignment(1, { task: 1, visit: null, at: at(50) }))
      .then({ state: { visit: 1, result: 'callerLeft' }, asks: [] });
    const third = [
      ...handedOff,
      taskEvents.inbound({ options: { ...REDIRECTED, deadlineSeconds: 30 }, status: 'in-progress', at: at(40) }),
      taskEvents.task('created', { task: 2, visit: 2, at: at(41) }),
      taskEvents.due('deadline'),
      document_(71, { visit: 2 }),
    ];
    scene(...third)
      .when(taskEvents.assignment(1, { task: 1, visit: 1, at: at(80) }))
      .then({ state: { visit: 2, result: 'handedOff' } });
    scene(...third)
      .when(taskEvents.assignment(1, { task: 2, visit: 2, at: at(80) }))
      .then({ state: { visit: 2, result: 'handedOff' } });
  });
});

describe('a human answers', () => {
  it('a human answers and takes the caller by the reservation; their cool-down is decided after the talk', () => {
    scene(...ringing)
      .when(events.answered({ at: at(9) }))
      .then({
        reply: {
          verbs: [
            {
              verb: 'dial.queue',
              reservation: taskSids.reservation(1),
              postWorkActivity: undefined,
              action: { purpose: 'leg.ended', leg: 1 },
            },
          ],
        },
        state: {
          winner: 1,
          timestamps: { wonAt: at(9) },
          reservations: [{ offered: true }],
          legs: [{ phase: 'joining' }],
          timers: { leg1: at(19) },
        },
      });
    const { reply } = scene(...ringing).when(events.answered({ at: at(9) })).result;
    expect(reply).not.toHaveProperty('verbs.0.whisper');
    expect(reply).not.toHaveProperty('verbs.0.recording');
  });

  it('a talk follows the options: recorded, announced, and back to work at once', () => {
    const options: TaskOptions = { afterCall: 'available', record: true, texts: { connected: 'Here is {name}.' } };
    scene(taskEvents.inbound({ options }), taskEvents.assignment(1, { at: at(2) }))
      .when(events.answered({ at: at(9) }))
      .then({
        reply: {
          verbs: [
            { verb: 'say' },
            {
              postWorkActivity: taskSids.available,
              whisper: { purpose: 'caller.whisper', leg: 0 },
              recording: { purpose: 'talk.recording', leg: 0 },
            },
          ],
        },
      });
  });

  it('a human who answers too late is told why: taken, gone, or unknown', () => {
    const lateIn = (list: readonly Step[], leg = 2) => scene(...list).when(events.answered({ leg, at: at(60) }));
    const both: readonly Step[] = [...ringing, taskEvents.assignment(2, { at: at(3) })];
    const rings: readonly Step[] = [...both, created(2)];
    lateIn([...rings, events.answered({ leg: 1, at: at(9) })]).then({ state: { legs: [{}, { farewell: 'taken' }] } });
    lateIn([...rings, events.callerStatus({ at: at(9) })]).then({
      state: { legs: [{}, { farewell: 'callerGone' }] },
    });
    lateIn([...rings, taskEvents.task('canceled', { at: at(9) })]).then({
      state: { legs: [{}, { farewell: 'callerGone' }] },
    });
    lateIn([...rings, taskEvents.reservation('rescinded', 2, { at: at(9) })]).then({
      state: { legs: [{}, { farewell: 'lost' }] },
    });
  });

  it('workers who are being asked for a key hear that the call is taken', () => {
    const asked: readonly Step[] = [
      ...ringing,
      taskEvents.assignment(2, { at: at(3) }),
      events.answered({ leg: 2, answeredBy: 'unknown', at: at(8) }),
    ];
    scene(...asked)
      .when(events.answered({ leg: 1, at: at(9) }))
      .then({ state: { legs: [{ phase: 'joining' }, { phase: 'farewell', farewell: 'taken' }] } });
  });

  it('a worker whose Dial is over has talked, or hears that the caller is gone', () => {
    scene(...talking)
      .when(taskEvents.legEnded({ bridged: true, at: at(60) }))
      .then({ verbs: ['hangup'], state: { servedReservation: 1, legs: [{ result: { kind: 'bridged' } }] } });
    scene(...joining)
      .when(taskEvents.legEnded({ bridged: true, at: at(60) }))
      .then({ state: { servedReservation: 1, reservations: [{ result: 'accepted' }] } });
    scene(...joining)
      .when(taskEvents.legEnded({ bridged: false, at: at(10) }))
      .then({ state: { winner: null, legs: [{ phase: 'farewell' }] }, asks: [{ type: 'reservation.fetch' }] });
    scene(...ringing)
      .when(taskEvents.legEnded({ bridged: true, at: at(10) }))
      .then({ state: { servedReservation: null } });
  });
});

describe('a worker who is asked', () => {
  const options: TaskOptions = { confirm: 'always' };
  const asked: readonly Step[] = [
    taskEvents.inbound({ options }),
    taskEvents.assignment(1, { at: at(2) }),
    created(1),
    events.answered({ at: at(9) }),
  ];

  it('a worker who is asked takes the caller with a key', () => {
    scene(...asked)
      .when(events.key({ at: at(12) }))
      .then({ verbs: ['dial.queue'], state: { winner: 1 } });
  });

  it('a worker who is asked hears the question again, and nothing else', () => {
    scene(...asked)
      .when(events.poll({ at: at(14) }))
      .then({ state: { winner: null, legs: [{ phase: 'confirming' }] } });
  });

  it('a worker redirected out of a Dial that leads nowhere hears why', () => {
    scene(...joining, events.callerStatus({ at: at(11) }), taskEvents.due('leg1'))
      .when(events.legDocument({ part: 1, at: at(22) }))
      .then({ verbs: ['say', 'hangup'] });
  });

  it('a worker is asked while asynchronous detection listens', () => {
    const greeted: readonly Step[] = [
      taskEvents.inbound({ options: { amd: { mode: 'async' } } }),
      taskEvents.assignment(1, { at: at(2) }),
      created(1),
      events.answered({ answeredBy: null, at: at(9) }),
    ];
    scene(...greeted)
      .when(events.verdict({ at: at(12) }))
      .then({ state: { winner: 1, legs: [{ answeredBy: 'human' }] } });
    scene(...greeted)
      .when(events.verdict({ answeredBy: 'machine_start', at: at(12) }))
      .then({ state: { winner: null, legs: [{ answeredBy: 'machine_start' }] } });
  });

  it("a worker's Dial reports no talk once another worker has the caller", () => {
    const both: readonly Step[] = [...talking, taskEvents.assignment(2, { at: at(12) })];
    scene(...both)
      .when(taskEvents.legEnded({ leg: 2, bridged: true, at: at(20) }))
      .then({ state: { servedReservation: 1 } });
    scene(...both)
      .when(taskEvents.legEnded({ leg: 9, bridged: true, at: at(20) }))
      .then({ state: { servedReservation: 1 } });
  });

  it('a recording of a talk is reported once', () => {
    const recording = { sid: `RE${'2'.repeat(32)}`, url: 'https://api.twilio.com/x', seconds: 9 };
    scene(...talking)
      .when(events.talkRecorded({ recording, at: at(70) }))
      .then({ asks: [], tells: [{ id: `hook:recording:${recording.sid}` }] });
  });
});

describe('what an earlier visit left unfinished', () => {
  /** A worker is being sent to cool down, and a leg is being ended, when the caller comes back. */
  const leaving: readonly Step[] = [
    taskEvents.inbound({ options: { ...REDIRECTED, deadlineSeconds: 30 }, status: 'in-progress' }),
    taskEvents.assignment(1, { at: at(2) }),
    created(1),
    taskEvents.due('deadline'),
    document_(31),
  ];

  it('unfinished work of an earlier visit is finished in the new one: numbers go on, requests are not repeated', () => {
    const before = scene(...leaving).state;
    if (before.kind !== 'call') throw new Error('there is a call');
    const { result } = scene(...leaving).when(
      taskEvents.inbound({ options: REDIRECTED, status: 'in-progress', at: at(40) }),
    );
    expect(result.state).toMatchObject({
      visit: 2,
      effectSeq: before.effectSeq,
      legs: [{ id: 1, phase: 'ending' }],
      reservations: before.reservations.filter(({ phase }) => phase !== 'over'),
      caller: { inFlight: { end: null, redirect: null }, redirectTries: 0 },
      winner: null,
      taskCanceled: false,
      deadlinePassed: false,
    });
    const { timers } = result.state as typeof before;
    expect(timers['leg1']).toBe(before.timers['leg1']);
    expect(timers).not.toHaveProperty('deadline');
  });

  it("a late repeat of an earlier visit's assignment reserves nobody anew, and tells the worker's flow nothing more", () => {
    const ended: readonly Step[] = [
      ...leaving,
      events.status({ status: 'canceled', at: at(33) }),
      taskEvents.reservation('rejected', 1, { at: at(33) }),
      taskEvents.inbound({ options: REDIRECTED, status: 'in-progress', at: at(40) }),
    ];
    scene(...ended)
      .when(taskEvents.assignment(1, { at: at(41) }))
      .then({
        asks: [],
        reply: { kind: 'instruction', instruction: { instruction: 'reject' } },
        state: { visit: 2, reservations: [{ phase: 'over', workerNotified: true }], lastLeg: 1, lastReservation: 1 },
      });
  });
});

describe('a call that nobody is to be rung for', () => {
  const inbound = taskEvents.inbound();
  const decided = {
    type: 'inbound.decided',
    at: at(3),
    call: inbound.call,
    reply: { kind: 'twiml', verbs: [{ verb: 'reject', reason: 'rejected' }] },
  } as const;

  it('is answered as decided, and is not remembered', () => {
    scene()
      .when(decided)
      .then({ verbs: ['reject'], state: { kind: 'nothing' }, effects: [] });
  });

  it('goes on when the caller waits already', () => {
    scene(...queued)
      .when(decided)
      .then({ state: { caller: { phase: 'waiting' } }, asks: [] });
    expect(scene(...queued).when(decided).result.reply).toMatchObject({
      verbs: [{ verb: 'pause' }, { verb: 'enqueue' }],
    });
  });
});
