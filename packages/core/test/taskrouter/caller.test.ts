import { describe, expect, it } from 'vitest';
import { e164, type CallStatus, type TaskOptions, type TaskRouterEvent } from '@amd/core';
import { events, NUMBERS, sids, taskEvents, taskSids } from '@amd/core/testing';
import { at, scene, type Step } from './scenes.js';

/** Twilio has placed the call to a worker. */
const created = (leg: number): Step =>
  taskEvents.outcomeOf('call.create', { kind: 'created', sid: sids.call(leg), status: 'queued' }, { leg, at: at(4) });
/** A caller waits in the queue, and Twilio has made a task of it. */
const queued: readonly Step[] = [taskEvents.inbound(), taskEvents.task('created', { at: at(1) })];
/** A worker is held for them, and their phone rings. */
const ringing: readonly Step[] = [...queued, taskEvents.assignment(1, { at: at(2) }), created(1)];
/** A human was told to take the caller. */
const joining: readonly Step[] = [...ringing, events.answered({ at: at(9) })];
const talking: readonly Step[] = [...joining, taskEvents.reservation('accepted', 1, { at: at(10) })];
/** Nobody is left, and the caller's redirect was asked for. */
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
  it('hears the greeting and is queued, with what the original’s tasks carried', () => {
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

  it('is queued as the options say, and by nothing they do not say', () => {
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

  it('in progress they are held; past their deadline they are told', () => {
    scene()
      .when(taskEvents.inbound({ status: 'in-progress', options: { deadlineSeconds: 30 } }))
      .then({ state: { caller: { held: true }, timers: { deadline: at(30), heartbeat: at(30) } } });
  });

  it.each<CallStatus>(['completed', 'busy', 'failed', 'no-answer', 'canceled', 'queued'])(
    'who is %s gets a hang-up, and nothing is kept',
    (status) => {
      scene()
        .when(taskEvents.inbound({ status }))
        .then({ verbs: ['hangup'], state: { kind: 'nothing' }, effects: [], keepForMs: 86_400_000 });
    },
  );

  it('asked again, the same is answered until they are known to be in the queue, then without the greeting', () => {
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

  it('a call that is over gets a hang-up, unless it was handed on and comes back in progress', () => {
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

describe('a stranger’s request', () => {
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
  ])('%s, of a call that nobody knows, changes nothing', (_, event, verbs) => {
    const { result } = scene().when(event).thenNothingHappened();
    if (verbs === null) expect(result.reply).toEqual({ kind: 'nothing' });
    else expect(result.reply).toMatchObject({ kind: 'twiml', verbs: verbs.map((verb) => ({ verb })) });
    expect(result.keepForMs).toBe(86_400_000);
  });
});

describe('the Enqueue is over', () => {
  it.each(['bridged', 'bridging-in-process', 'redirected-from-bridged'] as const)(
    '%s: they have talked, and that is the outcome',
    (queueResult) => {
      scene(...talking)
        .when(taskEvents.callerEnded(queueResult, { at: at(60) }))
        .then({ reply: { kind: 'twiml', verbs: [] }, state: { result: 'connected', caller: { phase: 'ended' } } });
      // Nobody has told of the acceptance: it was with the worker who was told to take the caller.
      scene(...joining)
        .when(taskEvents.callerEnded(queueResult, { at: at(60) }))
        .then({
          reply: { kind: 'twiml', verbs: [] },
          state: { servedReservation: 1, result: 'connected', reservations: [{ result: 'accepted' }] },
        });
    },
  );

  it('bridged, told twice, or with the end of the call: one outcome', () => {
    const over = [...talking, taskEvents.callerEnded('bridged', { at: at(60) })];
    scene(...over)
      .when(taskEvents.callerEnded('bridged', { at: at(61) }))
      .then({ asks: [], reply: { verbs: [] } });
    scene(...talking)
      .when(taskEvents.callerEnded('bridged', { status: 'completed', at: at(60) }))
      .then({
        verbs: ['hangup'],
        state: { result: 'connected' },
        asks: [ended(1, 'connected')],
      });
  });

  it('bridged, where two were told to take the caller, is of the one who holds the claim', () => {
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
    // Neither holds it any more: the first one who was told to.
    scene(...two, taskEvents.legEnded({ leg: 2, at: at(12) }))
      .when(taskEvents.callerEnded('bridged', { at: at(60) }))
      .then({ state: { servedReservation: 1 } });
  });

  it('bridged, while a worker rings who was told nothing, is not with them', () => {
    scene(...ringing)
      .when(taskEvents.callerEnded('bridged', { at: at(60) }))
      .then({ state: { servedReservation: null, result: 'connected' }, asks: [{ type: 'call.end', leg: 1 }, {}] });
  });

  it('hangup: the caller has left, whatever the status says', () => {
    scene(...ringing)
      .when(taskEvents.callerEnded('hangup', { at: at(5) }))
      .then({
        verbs: ['hangup'],
        state: { result: 'callerLeft' },
        asks: [{ type: 'call.end', leg: 1, sid: sids.call(1) }, ended(1, 'callerLeft')],
      });
    scene(...talking)
      .when(taskEvents.callerEnded('hangup', { at: at(50) }))
      .then({ state: { result: 'connected' } });
  });

  it.each(['queue-full', 'error', 'system-error', 'leave'] as const)(
    '%s: the caller gets the fallback',
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

  it.each(['queue-full', 'leave'] as const)('%s, told late, takes nobody from their worker', (queueResult) => {
    scene(...talking)
      .when(taskEvents.callerEnded(queueResult, { at: at(12) }))
      .then({ reply: { verbs: [] }, state: { caller: { phase: 'connected' } }, asks: [] });
  });

  it('redirected, and not by us: whoever took the call has it, until it is queued again', () => {
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

  it('without a word: as the state says', () => {
    scene(...queued)
      .when(taskEvents.callerEnded(null, { at: at(5) }))
      .then({ verbs: ['pause', 'enqueue'], state: { caller: { held: true, inQueueBy: at(30) } } });
    scene(...queued)
      .when(taskEvents.callerEnded(null, { status: 'completed', at: at(5) }))
      .then({ verbs: ['hangup'], state: { result: 'callerLeft' } });
  });
});

describe('the caller is gone', () => {
  it('who rings is ended, who is asked is told, and the token is forgotten', () => {
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
        asks: [{ type: 'call.end', leg: 1 }, ended(1, 'callerLeft')],
      });
    scene(...asking)
      .when(events.callerStatus({ status: 'in-progress', at: at(12) }))
      .thenNothingHappened();
  });

  it('a worker who heard that they could not be connected hears now why', () => {
    const lost = [...joining, taskEvents.legEnded({ at: at(10) })];
    scene(...lost)
      .when(events.callerStatus({ at: at(11) }))
      .then({ state: { legs: [{ farewell: 'callerGone' }] } });
  });

  it('one who joins has ten seconds in which their Dial says what came of it', () => {
    scene(...joining)
      .when(events.callerStatus({ at: at(11) }))
      .then({ state: { legs: [{ phase: 'joining' }], timers: { leg1: at(21) } } });
    scene(...talking)
      .when(events.callerStatus({ at: at(50) }))
      .then({ state: { result: 'connected', timers: { leg1: at(60) } } });
  });

  it('is one outcome, whatever says it again', () => {
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

  it('is kept until every leg, every reservation and the task are over', () => {
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
  it('is a redirect of the caller, at once if they are held, else when they must be in the queue', () => {
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

  it('waits for the last worker who has picked up', () => {
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

  it('leaves a caller alone whom somebody else took out of the queue', () => {
    scene(
      taskEvents.inbound({ options: { deadlineSeconds: 30 }, status: 'in-progress' }),
      taskEvents.callerEnded('redirected', { at: at(5) }),
    )
      .when(taskEvents.due('deadline'))
      .then({ asks: [], state: { caller: { phase: 'waiting' } } });
  });

  it('is our sentence, and what is left of the queue is cancelled', () => {
    scene(...queued, taskEvents.callerEnded('leave', { at: at(5) }))
      .when(document_(6))
      .then({ verbs: ['say', 'hangup'], state: { timestamps: { fallbackAt: at(6) } } });
    scene(...fallbackAsked())
      .when(events.callerStatus({ at: at(40) }))
      .then({ state: { result: 'unanswered' } });
  });

  it('can hand the caller on, which is the outcome, and repeats the way there', () => {
    scene(...falling(REDIRECTED))
      .when(document_(31))
      .then({
        reply: { verbs: [{ verb: 'redirect', to: { url: 'https://example.com/menu' } }] },
        state: { result: 'handedOff', caller: { phase: 'ended' } },
        asks: [ended(1, 'handedOff')],
      });
    scene(...handedOff)
      .when(document_(32))
      .then({ verbs: ['redirect'], asks: [] });
    scene(...fallbackAsked(), events.callerStatus({ at: at(40) }))
      .when(document_(41))
      .then({ verbs: ['hangup'], asks: [] });
  });

  it('can be a number, whose talk is the outcome, and what follows one that does not answer', () => {
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
      .then({ verbs: ['hangup'], state: { result: 'handedOff' }, asks: [ended(1, 'handedOff')] });
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

  it('that records runs the hook once, also after the call', () => {
    const recording = { sid: `RE${'1'.repeat(32)}`, url: 'https://api.twilio.com/x', seconds: 9 };
    const recorded = events.recording({ recording, at: at(50) });
    const voicemail = fallbackAsked({ fallback: { kind: 'voicemail' } });
    scene(...voicemail)
      .when(recorded)
      .then({ asks: [{ type: 'hook.run', id: `hook:voicemail:${recording.sid}`, hook: 'voicemail' }] });
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

  it('says which stay is over, and is elsewhere again by the end of the new one', () => {
    const { reply } = scene(...back).when({ ...left, at: at(30) }).result;
    expect(reply).toMatchObject({ verbs: [{}, { action: { purpose: 'caller.ended', part: 2 } }] });
    scene(...back)
      .when(taskEvents.callerEnded('redirected', { part: 2, at: at(30) }))
      .then({ state: { caller: { takenElsewhere: true, stay: 3 } } });
  });

  it('counts to nine, and begins again: a reference has one digit for it', () => {
    const nine = Array.from({ length: 9 }, (_, n) => taskEvents.callerEnded('redirected', { part: n + 1, at: at(n) }));
    expect(scene(taskEvents.inbound(), ...nine).state).toMatchObject({ caller: { stay: 1 } });
  });
});

describe('a star that leads to the voicemail', () => {
  const offering: TaskOptions = { offerMessage: true, fallback: { kind: 'voicemail' }, deadlineSeconds: 60 };
  const key = (o: object = {}) =>
    ({ type: 'caller.key', at: at(20), status: 'in-progress', digits: '*', ...o }) as const;

  it('stops the deadline, and fetches a caller whom the queue does not let go', () => {
    scene(taskEvents.inbound({ options: offering }))
      .when(key())
      .then({
        verbs: ['leave'],
        state: { caller: { phase: 'fallingBack', held: true }, timers: { caller: at(30), deadline: undefined } },
      });
  });

  it('pressed again leads out again; another key goes on with the wait, and says that they are there', () => {
    scene(taskEvents.inbound({ options: offering }), key())
      .when(key({ digits: '1' }))
      .then({ verbs: ['leave'] });
    scene(taskEvents.inbound({ options: offering }))
      .when(key({ digits: '1' }))
      .then({ verbs: ['gather', 'redirect'], state: { caller: { phase: 'waiting', held: true } } });
  });

  it('of a call that is over, or of an earlier round, is not heard', () => {
    scene(taskEvents.inbound({ options: offering }))
      .when(key({ status: 'completed', digits: '1' }))
      .then({ state: { caller: { held: false } } });
    scene(...handedOff, taskEvents.inbound({ options: offering, status: 'in-progress', at: at(40) }))
      .when(key({ visit: 1, at: at(41) }))
      .then({ state: { caller: { phase: 'waiting' } }, reply: { verbs: [] } });
  });
});

describe('rounds', () => {
  const again = [...handedOff, taskEvents.inbound({ options: REDIRECTED, status: 'in-progress', at: at(40) })];

  it('what comes late from an earlier one is answered as the present one is, unless it tells the end', () => {
    scene(...again)
      .when(document_(41, { visit: 1 }))
      .then({ verbs: ['pause', 'enqueue'] })
      .thenNothingHappened();
    scene(...again)
      .when(document_(41, { visit: 1, status: 'completed' }))
      .then({ verbs: ['hangup'], state: { result: 'callerLeft', visit: 2 } });
  });

  it('the task of an earlier one is none of ours', () => {
    scene(...again)
      .when(taskEvents.task('created', { task: 1, visit: 1, at: at(41) }))
      .then({ state: { task: { sid: null } } });
    scene(...again)
      .when(taskEvents.task('created', { task: 1, visit: 2, at: at(41) }))
      .then({ state: { task: { sid: taskSids.task(1) }, caller: { held: true } } });
  });

  it('each has its one outcome, and its hook', () => {
    scene(...again)
      .when(events.callerStatus({ at: at(50) }))
      .then({ asks: [ended(2, 'callerLeft')] });
  });

  it('a leg of an earlier one that is still being ended stays until it is', () => {
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
  it('rings the worker by name, and looks after the reservation before it times out', () => {
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

  it('told twice is one phone that rings, and the same answer', () => {
    scene(...ringing)
      .when(taskEvents.assignment(1, { at: at(3) }))
      .then({ reply: { kind: 'later' } })
      .thenNothingHappened();
  });

  it.each([{ forwardedFrom: ANN }, { calledVia: ANN.slice(1) }, { from: ANN }])(
    'of a worker whose own phone sent us the call (%j) is rejected to rest, and rings nobody',
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

  it.each([null, '', '4155550142', 'client:ann'])('of a worker whose phone is %j is rejected to Offline', (phone) => {
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
  });

  it.each<[string, readonly Step[]]>([
    [
      'past the deadline',
      [taskEvents.inbound({ options: { deadlineSeconds: 30 } }), taskEvents.assignment(9), taskEvents.due('deadline')],
    ],
    ['for a caller who gets the fallback', falling()],
    ['of another task of the same call', queued],
  ])('%s is rejected to rest', (what, before) => {
    scene(...before)
      .when(taskEvents.assignment(1, { at: at(31), task: what.startsWith('of another') ? 7 : 0 }))
      .then({ reply: { instruction: { activity: taskSids.unavailable } } });
  });

  it('while somebody talks with the caller rings nobody: Twilio takes it back by itself', () => {
    scene(...talking)
      .when(taskEvents.assignment(2, { at: at(12) }))
      .then({ reply: { kind: 'later' }, state: { legs: [{ id: 1 }] } });
    expect(
      scene(...talking)
        .when(taskEvents.assignment(2, { at: at(12) }))
        .result.effects.some(({ type }) => type === 'call.create'),
    ).toBe(false);
  });

  it('of a call that others put into the queue begins a call of ours', () => {
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

  it('of a caller who was handed on, and whose call is known to be over, begins none', () => {
    const over = [...handedOff, events.callerStatus({ at: at(40) }) as TaskRouterEvent];
    scene(...over)
      .when(taskEvents.inbound({ status: 'in-progress', at: at(50) }))
      .then({ verbs: ['hangup'] })
      .thenNothingHappened();
    scene(...over)
      .when(taskEvents.assignment(1, { task: 1, visit: null, at: at(50) }))
      .then({ state: { visit: 1 }, asks: [] });
  });

  it('of a caller who was handed on, and queued again by others, begins another round', () => {
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
  it('and takes the caller by the reservation; where they rest is settled after the talk', () => {
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

  it('as the options say: recorded, announced, and back to work at once', () => {
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

  it('too late is told why: taken, gone, or nobody knows', () => {
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

  it('those who are asked for a key meanwhile hear that it is taken', () => {
    const asked: readonly Step[] = [
      ...ringing,
      taskEvents.assignment(2, { at: at(3) }),
      events.answered({ leg: 2, answeredBy: 'unknown', at: at(8) }),
    ];
    scene(...asked)
      .when(events.answered({ leg: 1, at: at(9) }))
      .then({ state: { legs: [{ phase: 'joining' }, { phase: 'farewell', farewell: 'taken' }] } });
  });

  it('and their Dial is over: they have talked, or hear that the caller is gone', () => {
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

  it('takes the caller by a key', () => {
    scene(...asked)
      .when(events.key({ at: at(12) }))
      .then({ verbs: ['dial.queue'], state: { winner: 1 } });
  });

  it('hears the question again, and no more than that', () => {
    scene(...asked)
      .when(events.poll({ at: at(14) }))
      .then({ state: { winner: null, legs: [{ phase: 'confirming' }] } });
  });

  it('hears why, when they are fetched out of a Dial that leads nowhere', () => {
    scene(...joining, events.callerStatus({ at: at(11) }), taskEvents.due('leg1'))
      .when(events.legDocument({ part: 1, at: at(22) }))
      .then({ verbs: ['say', 'hangup'] });
  });

  it('meanwhile is listened to, where detection is asynchronous', () => {
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

  it('is not of a talk that their Dial tells of, once another has the caller', () => {
    const both: readonly Step[] = [...talking, taskEvents.assignment(2, { at: at(12) })];
    scene(...both)
      .when(taskEvents.legEnded({ leg: 2, bridged: true, at: at(20) }))
      .then({ state: { servedReservation: 1 } });
    scene(...both)
      .when(taskEvents.legEnded({ leg: 9, bridged: true, at: at(20) }))
      .then({ state: { servedReservation: 1 } });
  });

  it('and a recording of the talk is told of once', () => {
    const recording = { sid: `RE${'2'.repeat(32)}`, url: 'https://api.twilio.com/x', seconds: 9 };
    scene(...talking)
      .when(events.talkRecorded({ recording, at: at(70) }))
      .then({ asks: [{ type: 'hook.run', id: `hook:recording:${recording.sid}` }] });
  });
});

describe('what an earlier round has left', () => {
  /** A worker is being sent to rest, and a leg is being ended, when the caller comes back. */
  const leaving: readonly Step[] = [
    taskEvents.inbound({ options: { ...REDIRECTED, deadlineSeconds: 30 }, status: 'in-progress' }),
    taskEvents.assignment(1, { at: at(2) }),
    created(1),
    taskEvents.due('deadline'),
    document_(31),
  ];

  it('is finished in the new one: its numbers go on, its requests are not asked again', () => {
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

  it('and a late copy of an assignment of the earlier one holds nobody anew, and tells no flow once more', () => {
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
