import { describe, expect, it } from 'vitest';
import { createSimulator, handlerTransport, human, type RestFault } from '@amd/simulator';
import type { CallSid, Execution, TwilioEffect } from '@amd/core';
import { callbackUrls } from '@amd/core/http';
import { createTwilioExecutor } from '@amd/core/twilio';
import twilio from 'twilio';
import { BASE, CALLER, OUR_NUMBER } from '../../src/crowds/forwarding-app.js';

// Every kind of request that the executor can send, through the official client, against the simulator. No scenario plays a kind
// that a flow sends only when much is lost: `task.find` was refused by our own simulator, forever and unnoticed.

type Type = TwilioEffect['type'];
type Of<T extends Type> = Omit<Extract<TwilioEffect, { type: T }>, 'type' | 'id'>;

const ROOM = '+14155550198';
const ANN = '+14155550142';
const none = (prefix: string): never => `${prefix}${'9'.repeat(32)}` as never;

/** A caller in a queue with a worker reserved for them, who has a chat as well; two people in a room. */
async function scenario() {
  let fault: RestFault | undefined;
  const documents: Record<string, string> = {
    '/inbound': '<Enqueue workflowSid="{workflow}"/>',
    '/room': '<Dial><Conference>room</Conference></Dial>',
  };
  const sim = createSimulator({
    numbers: [
      { phoneNumber: OUR_NUMBER, voiceUrl: `${BASE}/inbound` },
      { phoneNumber: ROOM, voiceUrl: `${BASE}/room` },
    ],
    transport: handlerTransport((request) => {
      const path = new URL(request.url).pathname;
      const isTwiml = path !== '/assign' && path !== '/trevents';
      const verbs = (documents[path] ?? '<Pause length="600"/>').replace('{workflow}', sids.workflow);
      const body = isTwiml ? `<Response>${verbs}</Response>` : '';
      return Promise.resolve(
        new Response(body, { headers: { 'content-type': isTwiml ? 'text/xml' : 'application/json' } }),
      );
    }),
    people: () => human({ ringMs: 2000, talkMs: 3_600_000 }),
    rest: () => fault,
  });
  const sids = sim.addWorkspace({
    assignmentCallbackUrl: `${BASE}/assign`,
    reservationTimeout: 3600,
    workers: [{ friendlyName: 'Ann', attributes: { phone: ANN } }],
  });
  const executorOf = (token: string) =>
    createTwilioExecutor({
      client: twilio(sim.accountSid, token, { httpClient: sim.httpClient }),
      url: callbackUrls(BASE),
      mayDial: () => true,
      clock: sim.clock,
    });
  const client = twilio(sim.accountSid, sim.authToken, { httpClient: sim.httpClient });
  const inside = client.taskrouter.v1.workspaces(sids.workspace);
  const caller = sim.placeCall({ from: CALLER, to: OUR_NUMBER });
  const guests = ['+12125550101', '+12125550102'].map((from) => sim.placeCall({ from, to: ROOM }));
  const chat = await inside.tasks.create({ workflowSid: sids.workflow, taskChannel: 'chat', attributes: '{}' });
  await sim.advance(5000);
  const held = async (task: string) => (await inside.tasks(task).reservations.list())[0]?.sid as never;
  const [task] = await inside.tasks.list({ evaluateTaskAttributes: `call_sid == "${caller.sid}"` });
  const chatReservation = await held(chat.sid);
  const reservation = await held(task?.sid ?? '');
  const leave = () => {
    caller.hangUp();
    return sim.advance(1000);
  };
  return {
    sim,
    inside,
    leave,
    caller: caller.sid as CallSid,
    guest: guests[0]?.sid as CallSid,
    room: guests[0]?.conference?.sid as never,
    sids,
    workspace: sids.workspace as never,
    worker: sids.workers['Ann'] as never,
    activity: sids.activities['Unavailable'] as never,
    task: task?.sid as never,
    chat: chat.sid as never,
    reservation,
    chatReservation,
    execute: executorOf(sim.authToken),
    stranger: executorOf('not the token'),
    fail: (next: RestFault | undefined) => {
      fault = next;
    },
  };
}
type Scenario = Awaited<ReturnType<typeof scenario>>;

/** One way a request may go: the effect and its outcome. `before`: what happens at Twilio first. */
interface Play<T extends Type> {
  readonly name: string;
  readonly ask: (scenario: Scenario) => Of<T>;
  readonly before?: (scenario: Scenario) => Promise<unknown>;
  readonly comes: object;
}
type Plays = { readonly [T in Type]: readonly [Play<T>, ...Play<T>[]] };

const done = { kind: 'done' };
const gone = { kind: 'gone' };
const refused = (code: number) => ({ kind: 'refused', code });
const ref = { flow: 'taskrouter', key: none('CA'), visit: 1, leg: 1 } as const;
const create = {
  leg: 1,
  to: ANN as never,
  from: OUR_NUMBER as never,
  answered: { ...ref, purpose: 'leg.answered' },
  status: { ...ref, purpose: 'leg.status' },
  verdict: { ...ref, purpose: 'leg.verdict' },
  ringSeconds: 20,
  timeLimitSeconds: 3600,
  detection: {
    mode: 'DetectMessageEnd',
    timeoutSeconds: 30,
    speechThresholdMs: 2400,
    speechEndThresholdMs: 1200,
    silenceTimeoutMs: 5000,
  },
} as const;
const document = { ...ref, purpose: 'caller.document' } as const;
const ofCaller = ({ caller }: Scenario) => ({ leg: 0, sid: caller });
const ofNobody = () => ({ leg: 0, sid: none('CA') });
const ofTask = ({ workspace, task }: Scenario) => ({ workspace, task });
const ofWorker = ({ workspace, worker }: Scenario) => ({ workspace, worker });

/** A missing kind does not compile. The first play of each kind succeeds. */
const PLAYS: Plays = {
  'call.create': [
    { name: 'is placed', ask: () => create, comes: { kind: 'created', status: 'queued' } },
    {
      name: 'shows a number that is not ours',
      ask: () => ({ ...create, from: '+14155550111' as never }),
      comes: refused(21210),
    },
    { name: 'calls no number', ask: () => ({ ...create, to: '+1' as never }), comes: { kind: 'refused' } },
  ],
  'call.end': [
    { name: 'ends', ask: ofCaller, comes: { kind: 'done', status: 'completed' } },
    { name: 'of a call that is over', ask: ofCaller, before: ({ leave }) => leave(), comes: gone },
    { name: 'of no call', ask: ofNobody, comes: gone },
  ],
  'call.redirect': [
    { name: 'is taken', ask: (here) => ({ ...ofCaller(here), document }), comes: done },
    {
      name: 'of a call that is over',
      ask: (here) => ({ ...ofCaller(here), document }),
      before: ({ leave }) => leave(),
      comes: refused(21220),
    },
    { name: 'of no call', ask: () => ({ ...ofNobody(), document }), comes: gone },
  ],
  'call.fetch': [
    { name: 'sees the call', ask: ofCaller, comes: { kind: 'fetched', status: 'in-progress' } },
    { name: 'of no call', ask: ofNobody, comes: gone },
  ],
  'call.announce': [
    {
      name: 'is played',
      ask: ({ guest, room }) => ({ leg: 0, sid: guest, conference: room, document, once: true }),
      comes: done,
    },
    {
      name: 'to nobody',
      ask: ({ room }) => ({ leg: 0, sid: none('CA'), conference: room, document, once: true }),
      comes: gone,
    },
  ],
  'reservation.update': [
    {
      name: 'rejects',
      ask: (here) => ({ ...ofTask(here), reservation: here.reservation, status: 'rejected', activity: here.activity }),
      comes: done,
    },
    {
      name: 'of one that is over',
      ask: (here) => ({ ...ofTask(here), reservation: here.reservation, status: 'rejected', activity: here.activity }),
      before: ({ leave }) => leave(),
      comes: refused(20001),
    },
    {
      name: 'to no activity',
      ask: (here) => ({ ...ofTask(here), reservation: here.reservation, status: 'rejected', activity: none('WA') }),
      comes: refused(20001),
    },
    {
      name: 'of none',
      ask: (here) => ({ ...ofTask(here), reservation: none('WR'), status: 'rejected', activity: here.activity }),
      comes: gone,
    },
  ],
  'reservation.fetch': [
    {
      name: 'sees it',
      ask: (here) => ({ ...ofTask(here), reservation: here.reservation }),
      comes: { kind: 'reservation', status: 'pending' },
    },
    { name: 'of none', ask: (here) => ({ ...ofTask(here), reservation: none('WR') }), comes: gone },
  ],
  'task.update': [
    {
      name: 'cancels',
      ask: (here) => ({ ...ofTask(here), status: 'canceled', reason: 'the caller left' }),
      comes: done,
    },
    {
      name: 'of one that nobody has',
      ask: (here) => ({ ...ofTask(here), status: 'completed', reason: 'over' }),
      comes: refused(20001),
    },
    {
      name: 'of one that is over',
      ask: (here) => ({ ...ofTask(here), status: 'canceled', reason: 'over' }),
      before: ({ leave }) => leave(),
      comes: refused(20001),
    },
    {
      name: 'of none',
      ask: ({ workspace }) => ({ workspace, task: none('WT'), status: 'canceled', reason: 'over' }),
      comes: gone,
    },
  ],
  'task.fetch': [
    { name: 'sees it', ask: ofTask, comes: { kind: 'task', status: 'reserved' } },
    { name: 'of none', ask: ({ workspace }) => ({ workspace, task: none('WT') }), comes: gone },
  ],
  'task.find': [
    {
      name: 'finds it',
      ask: ({ workspace, caller }) => ({ workspace, call: caller }),
      comes: { kind: 'task', status: 'reserved' },
    },
    {
      name: 'finds one that is over',
      ask: ({ workspace, caller }) => ({ workspace, call: caller }),
      before: ({ leave }) => leave(),
      comes: { kind: 'task', status: 'canceled' },
    },
    { name: 'of a call without one', ask: ({ workspace, guest }) => ({ workspace, call: guest }), comes: gone },
    { name: 'in no workspace', ask: ({ caller }) => ({ workspace: none('WS'), call: caller }), comes: gone },
  ],
  'worker.update': [
    { name: 'moves them', ask: (here) => ({ ...ofWorker(here), activity: here.activity, version: '*' }), comes: done },
    {
      name: 'at another version',
      ask: (here) => ({ ...ofWorker(here), activity: here.activity, version: '99' }),
      comes: { kind: 'changed' },
    },
    {
      name: 'to no activity',
      ask: (here) => ({ ...ofWorker(here), activity: none('WA'), version: '*' }),
      comes: refused(20001),
    },
    {
      name: 'of nobody',
      ask: (here) => ({ ...ofWorker(here), worker: none('WK'), activity: here.activity, version: '*' }),
      comes: gone,
    },
  ],
  'worker.fetch': [
    { name: 'sees them', ask: ofWorker, comes: { kind: 'worker', version: '0' } },
    { name: 'of nobody', ask: ({ workspace }) => ({ workspace, worker: none('WK') }), comes: gone },
  ],
  'reservation.coolDown': [
    {
      name: 'moves them',
      ask: (here) => ({ ...ofWorker(here), reservation: here.reservation, activity: here.activity }),
      comes: done,
    },
    {
      name: 'after a talk, while they have accepted a chat',
      ask: (here) => ({ ...ofWorker(here), reservation: here.reservation, activity: here.activity }),
      before: ({ inside, chat, chatReservation }) =>
        inside.tasks(chat).reservations(chatReservation).update({ reservationStatus: 'accepted' }),
      comes: { kind: 'elsewhere' },
    },
    {
      name: 'after the one they have accepted themselves',
      ask: (here) => ({ ...ofWorker(here), reservation: here.chatReservation, activity: here.activity }),
      before: ({ inside, chat, chatReservation }) =>
        inside.tasks(chat).reservations(chatReservation).update({ reservationStatus: 'accepted' }),
      comes: done,
    },
    {
      name: 'to no activity',
      ask: (here) => ({ ...ofWorker(here), reservation: here.reservation, activity: none('WA') }),
      comes: refused(20001),
    },
    {
      name: 'of nobody',
      ask: (here) => ({
        ...ofWorker(here),
        worker: none('WK'),
        reservation: here.reservation,
        activity: here.activity,
      }),
      comes: gone,
    },
  ],
};

const kinds = Object.entries(PLAYS) as [Type, readonly Play<Type>[]][];
const effectOf = (type: Type, play: Play<Type>, here: Scenario): TwilioEffect =>
  ({ type, id: 'one', ...play.ask(here) }) as TwilioEffect;

describe('every request that the executor can send', () => {
  it.each(kinds.flatMap(([type, plays]) => plays.map((play) => [type, play.name, play] as const)))(
    '%s %s',
    async (type, _name, play) => {
      const here = await scenario();
      await play.before?.(here);
      expect(await here.execute(effectOf(type, play, here))).toMatchObject({ kind: 'outcome', outcome: play.comes });
    },
  );

  it.each(kinds.map(([type, [play]]) => [type, play] as const))(
    '%s tells apart wrong credentials, too many requests, an outage and a dead line',
    async (type, play) => {
      const here = await scenario();
      const effect = effectOf(type, play as Play<Type>, here);
      expect(await here.stranger(effect)).toMatchObject({ outcome: refused(20003) });
      const answers: readonly (readonly [RestFault, Execution['kind']])[] = [
        [{ status: 429, body: { code: 20429, message: 'Too many requests' } }, 'notExecuted'],
        [{ status: 503, body: { code: 20503, message: 'Unavailable' } }, 'ambiguous'],
        ['refuse-connection', 'notExecuted'],
        ['reset', 'ambiguous'],
      ];
      for (const [fault, kind] of answers) {
        here.fail(fault);
        expect(await here.execute(effect), JSON.stringify(fault)).toMatchObject({ kind });
      }
      here.fail(undefined);
      expect(await here.execute(effect)).toMatchObject({ kind: 'outcome', outcome: play?.comes ?? {} });
    },
  );
});
