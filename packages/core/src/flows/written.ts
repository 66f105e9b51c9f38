import { sameState } from '../kernel/same-state.js';

/**
 * What most calls have in common is not stored with each of them: of a call's settings, its caller and each leg, only what
 * differs from these tables. They are part of the format rather than today's defaults: changing a table needs a new schema.
 */
export interface Usual {
  readonly settings: Readonly<Record<string, unknown>>;
  readonly texts: Readonly<Record<string, unknown>>;
  readonly caller: Readonly<Record<string, unknown>>;
  readonly policy: Readonly<Record<string, unknown>>;
  readonly leg: Readonly<Record<string, unknown>>;
}

const SETTINGS = {
  waitUrl: null,
  ringback: null,
  progressSeconds: null,
  record: false,
  amd: { mode: 'sync' },
  confirm: 'when-unsure',
  keys: { accept: null, decline: '' },
  screening: null,
  callerId: 'caller',
  ownNumber: null,
  ringSeconds: 20,
  detection: { mode: 'Enable', timeoutSeconds: 30 },
  confirmSeconds: 12,
  timeLimitSeconds: 14_400,
  fallback: { kind: 'say' },
  voice: null,
  language: null,
};

const POLICY = {
  human: 'bridge',
  unknown: 'confirm',
  machine_start: 'hang up',
  machine_end_beep: 'hang up',
  machine_end_silence: 'hang up',
  machine_end_other: 'hang up',
  fax: 'hang up',
  busy: 'go on',
  noAnswer: 'go on',
  failed: 'go on',
  hungUp: 'go on',
};

const TEXTS = {
  greeting: 'Please hold while we connect your call.',
  progress: 'Thank you for holding. We are still trying to reach somebody for you.',
  offerMessage: 'To leave a message now, press star.',
  connected: '',
  consent: 'This call is recorded.',
  unavailable: 'We are sorry, nobody is available to take your call. Please try again later. Goodbye.',
  voicemail: 'We are sorry, nobody is available to take your call. Please leave a message after the beep.',
  recorded: 'Thank you for your message. Goodbye.',
  confirm: 'A call for {name}, from {caller}. Press any key to take it.',
  announce: 'A call for {name}, from {caller}. One moment, please.',
  screened: 'This is a call for {name}, from {caller}, who is on the line and waiting to speak to them.',
  message: 'You have missed a call from {caller}. Goodbye.',
  taken: 'Somebody else has taken the call. Goodbye.',
  callerGone: 'The caller has hung up. Goodbye.',
  lost: 'We are sorry, the call could not be connected. Goodbye.',
  declined: 'All right. Goodbye.',
  withheld: 'a withheld number',
  you: 'you',
  somebody: 'somebody',
};

const CALLER = {
  held: false,
  inFlight: { fetch: null, end: null, redirect: null },
  redirectTries: 0,
  fallbackServed: false,
  useIfUnanswered: false,
  recorded: false,
  recording: null,
  talks: [],
};

const LEG = {
  answeredBy: null,
  human: false,
  farewell: null,
  farewellDelivered: false,
  farewellTries: 0,
  confirmUntil: null,
  joined: false,
  seenAlive: false,
  overdue: false,
  inFlight: { fetch: null, end: null, redirect: null },
  joinTwimlSent: false,
  wasRedirected: false,
  screened: null,
  result: null,
};

export const USUAL_FORWARDING: Usual = {
  settings: { ...SETTINGS, deadlineSeconds: 120 },
  texts: TEXTS,
  caller: { ...CALLER, inRoom: false, seenAlive: false, isUnverified: false },
  policy: POLICY,
  leg: LEG,
};

export const USUAL_TASK_CALL: Usual = {
  settings: {
    ...SETTINGS,
    afterCall: 'coolDown',
    deadlineSeconds: null,
    offerMessage: false,
    attributes: {},
    priority: null,
    taskSeconds: null,
  },
  texts: { ...TEXTS, callerGone: 'The caller is no longer there. Goodbye.' },
  caller: { ...CALLER, takenElsewhere: false },
  policy: POLICY,
  leg: LEG,
};

interface Call {
  readonly settings: { readonly policy: object; readonly texts: object };
  readonly caller: object;
  readonly legs: readonly object[];
}

type AnyState = { readonly kind: 'nothing' } | ({ readonly kind: 'call' } & Call);

/**
 * Serialises a state to JSON without what is usual. Unchanged parts are serialised once: flows share them from state to state,
 * and never change them in place.
 */
export function writeCall(state: AnyState, usual: Usual, jsonCache: WeakMap<object, string>): string {
  if (state.kind === 'nothing') return JSON.stringify(state);
  const { settings, caller, legs, ...rest } = state;
  const own = JSON.stringify({ ...rest, caller: unusual(caller, usual.caller) });
  const set = jsonCache.get(settings) ?? keep(jsonCache, settings, writeSettings(settings, usual));
  let rung = '';
  for (const leg of legs) {
    rung +=
      (rung === '' ? '' : ',') + (jsonCache.get(leg) ?? keep(jsonCache, leg, JSON.stringify(unusual(leg, usual.leg))));
  }
  return `${own.slice(0, -1)},"settings":${set},"legs":[${rung}]}`;
}

/** Restores the state from its stored form. */
export function readCall(data: unknown, usual: Usual): unknown {
  const state = data as AnyState;
  if (state.kind === 'nothing') return state;
  const { policy, texts: said, ...settings } = state.settings;
  return {
    ...state,
    settings: {
      ...usual.settings,
      ...settings,
      policy: { ...usual.policy, ...policy },
      texts: { ...usual.texts, ...said },
    },
    caller: { ...usual.caller, ...state.caller },
    legs: state.legs.map((leg) => ({ ...usual.leg, ...leg })),
  };
}

function writeSettings({ policy, texts: said, ...settings }: Call['settings'], usual: Usual): string {
  return JSON.stringify({
    ...unusual(settings, usual.settings),
    policy: orNothing(unusual(policy, usual.policy)),
    texts: orNothing(unusual(said, usual.texts)),
  });
}

function keep(texts: WeakMap<object, string>, value: object, text: string): string {
  texts.set(value, text);
  return text;
}

function unusual(value: object, usual: Readonly<Record<string, unknown>>): object {
  const all = value as Readonly<Record<string, unknown>>;
  const own: Record<string, unknown> = {};
  // States are plain data, so nothing is inherited.
  for (const name in all) {
    const its = all[name];
    if (!Object.hasOwn(usual, name) || !sameState(its, usual[name])) own[name] = its;
  }
  return own;
}

/** Leaves an empty table out altogether. */
function orNothing(table: object): object | undefined {
  return Object.keys(table).length === 0 ? undefined : table;
}
