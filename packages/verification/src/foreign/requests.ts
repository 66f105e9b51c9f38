import { payloads, taskSids, sids, type Payload } from '@amd/core/testing';

/** One request as Twilio signs it, and which parts of it others control. */
export interface SignedRequest {
  readonly flow: 'forwarding' | 'taskrouter';
  readonly path: string;
  readonly query: string;
  readonly params: Payload;
}

/** A source of chance: a number from 0 to 1, exclusive. */
export type Chance = () => number;

export const pick = <T>(chance: Chance, values: readonly T[]): T => values[below(chance, values.length)] as T;
export const below = (chance: Chance, count: number): number => Math.floor(chance() * count);

const KEY = sids.call(0);
const ACCOUNT = sids.account();
const leg = (flow: string): string => `ref=${flow}.${KEY}.1.1`;
const caller = (flow: string): string => `ref=${flow}.${KEY}.1.0`;
const RE = `RE${'1'.repeat(32)}`;

/** What each path reads besides what is always there, and which values carry information. Written once more here, on purpose. */
export const READ: Readonly<Record<string, Readonly<Record<string, RegExp>>>> = {
  '/inbound': {
    From: /^(?:\+[0-9]{1,20}|(?:client|sips?):.+|(?:anonymous|blocked|restricted|unknown|unavailable).*)$/is,
    CallToken: /^\S/,
  },
  '/inbound/fallback': {
    DialCallStatus: /^(?:answered|completed|busy|no-answer|failed|canceled)$/,
    RecordingDuration: /^[0-9]{1,9}$/,
    RecordingSid: /^RE[0-9a-f]{32}$/i,
    RecordingUrl: /^https:\/\/./s,
  },
  '/inbound/recording': {
    RecordingDuration: /^[0-9]{1,9}$/,
    RecordingSid: /^RE[0-9a-f]{32}$/i,
    RecordingStatus: /^[a-z_-]{1,64}$/,
    RecordingUrl: /^https:\/\/./s,
  },
  '/inbound/key': { Digits: /^[0-9*#A-Da-dwW]{1,32}$/ },
  '/inbound/ended': { QueueResult: /^[a-z0-9_-]{1,64}$/ },
  '/outbound': { AnsweredBy: /^[a-z0-9_-]{1,64}$/ },
  '/outbound/key': { Digits: /^[0-9*#A-Da-dwW]{1,32}$/, SpeechResult: /^./s },
  '/outbound/ended': { DialBridged: /^(?:true|false)$/ },
  '/outbound/status': { AnsweredBy: /^[a-z0-9_-]{1,64}$/, SipResponseCode: /^[0-9]{1,3}$/ },
  '/outbound/amd': { AnsweredBy: /^[a-z0-9_-]{1,64}$/, MachineDetectionDuration: /^[0-9]{1,6}$/ },
  '/trevents': {
    ReservationSid: /^WR[0-9a-f]{32}$/i,
    TaskAssignmentStatus: /^(?:pending|reserved|assigned|wrapping|completed|canceled)$/,
    TaskAttributes: /^\{/,
    TaskCanceledReason: /^./s,
    TaskCompletedReason: /^./s,
    TaskSid: /^WT[0-9a-f]{32}$/i,
    TimestampMs: /^[0-9]{1,15}$/,
    WorkerActivityName: /^./s,
    WorkerActivitySid: /^WA[0-9a-f]{32}$/i,
    WorkerAttributes: /^\{/,
    WorkerName: /^./s,
    WorkerSid: /^WK[0-9a-f]{32}$/i,
    WorkerVersion: /^[0-9]{1,15}$/,
  },
};

/** Parameters that we read, or that Twilio always sends: names that guests may choose as well. */
export const NAMES: readonly string[] = [
  ...new Set(Object.values(READ).flatMap((names) => Object.keys(names))),
  ...['AccountSid', 'ApiVersion', 'CallSid', 'CallStatus', 'Direction', 'To', 'EventType', 'WorkspaceSid'],
];

const VALUES = [
  ...['', '1', '9', 'x', 'human', 'completed', 'true', 'inbound', '2010-04-01', '404', '+14155550142', 'client:bob'],
  ...[KEY, ACCOUNT, RE, taskSids.task(1), taskSids.worker(1), taskSids.reservation(1), taskSids.available],
  ...['{"call_sid":1}', `https://api.twilio.com/Recordings/${RE}`],
];
const WORDS = ['Ann', 'some value', 'Größe', 'zoo', ' ', '=', ': ', '&', '"', 'q', 'Dir', 'To'];

/** Creates text of an author who knows our parameters' names, with or without values, anywhere in it. */
function text(chance: Chance): string {
  return Array.from({ length: 1 + below(chance, 4) }, () => {
    const dice = chance();
    if (dice < 0.4) return pick(chance, NAMES);
    return dice < 0.65 ? pick(chance, VALUES) : pick(chance, WORDS);
  }).join('');
}

/** Creates the name that a client app or a SIP phone gives to a parameter of its own. */
function ownName(chance: Chance): string {
  const name = pick(chance, NAMES);
  return pick(chance, [
    `${name}2`,
    `${name} of the caller`,
    `${name}[]`,
    `my${name}`,
    `_${name}`,
    name.toLowerCase(),
    name.slice(0, -1),
    ...['customer', 'Caller name', 'PhoneNumbers[]', '_id', 'Größe', 'user:name', 'DigitsToDial', 'AnsweredByX'],
  ]);
}

/** Creates attributes of a foreign task or worker; `own` is what must be in it. */
function attributes(chance: Chance, own: object): string {
  const others = Array.from({ length: below(chance, 4) }, () => [
    pick(chance, [pick(chance, NAMES), ownName(chance), `target${pick(chance, NAMES)}`]),
    pick<unknown>(chance, [text(chance), 5, null, [text(chance)], { [pick(chance, NAMES)]: text(chance) }]),
  ]);
  return JSON.stringify({ ...(Object.fromEntries(others) as object), ...own });
}

/** What the parties of an inbound call contribute: names, headers, parameters of their app. */
/** Works like `Object.fromEntries`, for texts only. */
function record(entries: readonly (readonly string[])[]): Payload {
  return Object.fromEntries(entries.map(([name = '', value = '']) => [name, value] as const));
}

function guestsOfCall(chance: Chance, params: Payload): Payload {
  const kind = pick(chance, ['phone', 'phone', 'client', 'sip', 'nobody']);
  const own = Array.from({ length: 1 + below(chance, 3) }, () => [ownName(chance), text(chance)]);
  if (kind === 'phone') return { ...params, CallerName: text(chance), AddOns: attributes(chance, {}) };
  if (kind === 'nobody')
    return { ...params, From: pick(chance, ['', 'anonymous', '+', '+266696687', '+1-212', 'Unknown']) };
  if (kind === 'sip') {
    const headers = own.map(([name = '', value = '']) => [`SipHeader_X-${name.replace(/[^A-Za-z0-9]/g, '-')}`, value]);
    const plain = [`SipHeader_${pick(chance, NAMES)}`, text(chance)];
    return { ...params, From: 'sip:ann@sip.example', ...record([...headers, plain]) };
  }
  const free = own.filter(([name = '']) => !(name in params) && !NAMES.includes(name));
  return { ...params, From: 'client:ann', Caller: 'client:ann', ...record(free) };
}

function guestsOfWorkspace(chance: Chance, params: Payload): Payload {
  const call = { call_sid: KEY, from: '+12125550123', to: '+14155550199' };
  return {
    ...params,
    ...('TaskAttributes' in params ? { TaskAttributes: attributes(chance, call) } : {}),
    ...('WorkerAttributes' in params ? { WorkerAttributes: attributes(chance, { phone: '+14155550142' }) } : {}),
    ...('WorkerName' in params ? { WorkerName: text(chance) } : {}),
    ...('EventDescription' in params ? { EventDescription: text(chance) } : {}),
    WorkspaceName: text(chance),
    WorkflowName: text(chance),
  };
}

const COMMON = { AccountSid: ACCOUNT, WorkspaceSid: taskSids.workspace, WorkspaceName: 'Flex Task Assignment' };
const TASK = {
  TaskSid: taskSids.task(),
  TaskAttributes: JSON.stringify({ call_sid: KEY, from: '+12125550123', to: '+14155550199' }),
  TaskAge: '3',
  TaskPriority: '0',
  TaskAssignmentStatus: 'pending',
  TaskVersion: '3',
  TaskChannelUniqueName: 'voice',
  TaskQueueName: 'Everyone',
  WorkflowName: 'Assign to Anyone',
};
const WORKER = { WorkerSid: taskSids.worker(1), WorkerName: 'Ann', WorkerAttributes: '{"phone":"+14155550142"}' };
const ACTIVITY = { WorkerActivitySid: taskSids.available, WorkerActivityName: 'Available', WorkerVersion: '7' };
const event = (type: string, ...parts: readonly Payload[]): Payload => ({
  ...COMMON,
  EventType: type,
  EventDescription: 'It happened',
  Sid: `EV${'1'.repeat(32)}`,
  ResourceType: 'task',
  Timestamp: '1764100000',
  TimestampMs: '1764100000123',
  ...parts.reduce<Payload>((all, part) => ({ ...all, ...part }), {}),
});

type Guests = (chance: Chance, params: Payload) => Payload;
const nobody: Guests = (_, params) => params;

/** One valid request of each kind, and who controls parts of it. */
const KINDS: readonly (readonly [path: string, query: string, params: Payload, guests: Guests])[] = [
  ['/inbound', '', payloads.inbound(), guestsOfCall],
  ['/inbound/status', '', payloads.callerStatus(), guestsOfCall],
  ['/inbound/ended', 'caller', payloads.callerEnded(), guestsOfCall],
  ['/inbound/document', 'caller', payloads.callerDocument(), guestsOfCall],
  ['/inbound/fallback', 'caller', payloads.recorded(), guestsOfCall],
  ['/inbound/fallback', 'caller', payloads.callerEnded(), guestsOfCall],
  ['/inbound/recording', 'caller', payloads.recording(), nobody],
  ['/recording', 'caller', payloads.talkRecorded(), nobody],
  ['/inbound/wait', 'caller', payloads.listening(), nobody],
  ['/outbound', 'leg', payloads.answered(), guestsOfCall],
  ['/outbound/key', 'leg', payloads.key(), guestsOfCall],
  ['/outbound/key', 'leg', payloads.key({ speech: 'What is the reason for your call, To whom?' }), guestsOfCall],
  ['/outbound/poll', 'leg', payloads.visit(), guestsOfCall],
  ['/outbound/ended', 'leg', payloads.legEnded(), guestsOfCall],
  ['/outbound/status', 'leg', payloads.status({ status: 'no-answer' }), guestsOfCall],
  ['/outbound/status', 'leg', payloads.status({ status: 'ringing' }), guestsOfCall],
  ['/outbound/amd', 'leg', payloads.verdict(), nobody],
];
const IN_A_ROOM: typeof KINDS = [
  ['/conference', 'caller', payloads.conference({ event: 'leave', reason: 'participant_hung_up' }), nobody],
  ['/conference', 'caller', payloads.conference({ event: 'end' }), nobody],
];
const IN_A_WORKSPACE: typeof KINDS = [
  ['/inbound/key', 'caller', { ...payloads.callerDocument(), Digits: '*', msg: 'Gather End' }, guestsOfCall],
  ['/inbound/ended', 'caller', { ...payloads.callerDocument(), QueueResult: 'hangup', QueueTime: '9' }, guestsOfCall],
  ['/assign', '', { ...COMMON, ...TASK, ...WORKER, ReservationSid: taskSids.reservation(1) }, guestsOfWorkspace],
  ['/trevents', '', event('task.created', TASK), guestsOfWorkspace],
  ['/trevents', '', event('task.canceled', TASK, { TaskCanceledReason: 'hangup' }), guestsOfWorkspace],
  ['/trevents', '', event('worker.activity.update', WORKER, ACTIVITY), guestsOfWorkspace],
  [
    '/trevents',
    '',
    event('reservation.accepted', TASK, WORKER, ACTIVITY, { ReservationSid: taskSids.reservation(1) }),
    guestsOfWorkspace,
  ],
];

/** Once in a while makes guests write the very bytes of a parameter that we read. */
function veryBytes(chance: Chance, path: string, params: Payload): Payload {
  const absent = Object.keys(READ[path] ?? {}).filter((name) => !(name in params));
  if (absent.length === 0 || chance() > 0.05) return params;
  const name = pick(chance, absent);
  return { ...params, [name.slice(0, -1)]: `${text(chance)}${name}${pick(chance, VALUES)}` };
}

/** Creates a request as Twilio may send it, and the same one without foreign content. */
export function genuine(chance: Chance): { readonly request: SignedRequest; readonly plain: SignedRequest } {
  const flow = chance() < 0.5 ? 'forwarding' : 'taskrouter';
  const kinds = [...KINDS, ...(flow === 'forwarding' ? IN_A_ROOM : [...IN_A_WORKSPACE, ...IN_A_WORKSPACE])];
  const [path, whose, params, guests] = pick(chance, kinds);
  const query = whose === '' ? '' : whose === 'leg' ? leg(flow) : caller(flow);
  const plain = { flow, path, query, params } as const;
  return { plain, request: { ...plain, params: veryBytes(chance, path, guests(chance, params)) } };
}
