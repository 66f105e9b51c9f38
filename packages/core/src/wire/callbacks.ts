import { isCallSid } from '../kernel/ids.js';

/**
 * Names a callback: which request of which call it is for. Flows name callbacks by reference; the HTTP endpoint turns a reference
 * into an absolute URL and back, and Twilio's signature covers it.
 */
export interface CallbackRef {
  readonly flow: string;
  /** Key of the record: the inbound call's SID. */
  readonly key: string;
  /** Counts the visits of one call, from 1. */
  readonly visit: number;
  /** The outbound leg, from 1; 0 means the caller. */
  readonly leg: number;
  /**
   * For the caller: the part of the fallback that the request is for or that is over, or which of their stays in the queue is
   * over, from 1. For a leg: 1 if the request is for its farewell.
   */
  readonly part?: number;
  readonly purpose: CallbackPurpose;
}

/** What Twilio expects in return: TwiML, an instruction for a reservation, or nothing. */
export type Wants = 'twiml' | 'instruction' | 'nothing';

/**
 * Every callback that we give out: its path on both sides of the edge, and what it wants back. `playsOnly`: what the caller
 * hears while they wait, in which `<Hangup>` has no place (twilio.com/docs/api/errors/13238). `only`: the one flow that gives it out.
 */
export const CALLBACKS = {
  'caller.ended': { path: '/inbound/ended', wants: 'twiml' },
  'caller.document': { path: '/inbound/document', wants: 'twiml' },
  /** A caller whose record was lost, who is to be served anew. */
  'caller.again': { path: '/inbound/again', wants: 'twiml', only: 'forwarding' },
  'caller.fallback': { path: '/inbound/fallback', wants: 'twiml' },
  'caller.recording': { path: '/inbound/recording', wants: 'nothing' },
  'caller.wait': { path: '/inbound/wait', wants: 'twiml', playsOnly: true },
  'caller.progress': { path: '/inbound/progress', wants: 'twiml', playsOnly: true },
  'caller.key': { path: '/inbound/key', wants: 'twiml', playsOnly: true, only: 'taskrouter' },
  'caller.whisper': { path: '/inbound/whisper', wants: 'twiml', playsOnly: true },
  'talk.recording': { path: '/recording', wants: 'nothing' },
  conference: { path: '/conference', wants: 'nothing', only: 'forwarding' },
  'leg.answered': { path: '/outbound', wants: 'twiml' },
  'leg.key': { path: '/outbound/key', wants: 'twiml' },
  'leg.poll': { path: '/outbound/poll', wants: 'twiml' },
  'leg.document': { path: '/outbound/document', wants: 'twiml' },
  'leg.ended': { path: '/outbound/ended', wants: 'twiml' },
  'leg.status': { path: '/outbound/status', wants: 'nothing' },
  'leg.verdict': { path: '/outbound/amd', wants: 'nothing' },
} as const satisfies Readonly<Record<string, Callback>>;

interface Callback {
  readonly path: string;
  readonly wants: Wants;
  readonly playsOnly?: true;
  readonly only?: 'forwarding' | 'taskrouter';
}

/** What a callback of ours is for; a key of `CALLBACKS`. */
export type CallbackPurpose = keyof typeof CALLBACKS;

/** Webhooks that are configured at the phone number or in the workspace, with their older names. */
export const CONFIGURED = {
  inbound: { paths: ['/inbound', '/incoming'], wants: 'twiml' },
  'inbound.status': { paths: ['/inbound/status'], wants: 'nothing' },
  assign: { paths: ['/assign'], wants: 'instruction' },
  trevents: { paths: ['/trevents'], wants: 'nothing' },
} as const satisfies Readonly<Record<string, { readonly paths: readonly string[]; readonly wants: Wants }>>;

/** The older path of a leg's document, for numbers that were set up with it. */
export const OUTGOING = '/outgoing';

/** Every path that Twilio requests, without the prefix of the public address. */
export type WebhookPath =
  | (typeof CALLBACKS)[CallbackPurpose]['path']
  | (typeof CONFIGURED)[keyof typeof CONFIGURED]['paths'][number]
  | typeof OUTGOING;

/** True if the request that an event was made from expects TwiML: a new caller's does, and callbacks by their table. */
export function wantsTwiml(type: string): boolean {
  return type === 'inbound' || type === 'inbound.decided' || callback(type)?.wants === 'twiml';
}

/** True if it is requested while the caller waits, so its TwiML may only play something. */
export function playsOnly(type: string): boolean {
  return callback(type)?.playsOnly === true;
}

function callback(type: string): Callback | undefined {
  return Object.hasOwn(CALLBACKS, type) ? CALLBACKS[type as CallbackPurpose] : undefined;
}

const SHAPE = /^([a-z]{1,20})\.(CA[0-9a-fA-F]{32})\.([1-9][0-9]{0,4})\.(0|[1-9][0-9]{0,4})(?:\.([1-9]))?$/;

/**
 * Formats a reference as `forwarding.CA….1.2`: flow, key, visit and leg; with a part `forwarding.CA….1.0.2`. The path tells the
 * purpose.
 */
export function formatRef({ flow, key, visit, leg, part }: CallbackRef): string {
  const ref = `${flow}.${key}.${String(visit)}.${String(leg)}`;
  return part === undefined ? ref : `${ref}.${String(part)}`;
}

/** Parses a reference; `undefined` if the text is not one. */
export function parseRef(text: string | null | undefined, purpose: CallbackPurpose): CallbackRef | undefined {
  const match = SHAPE.exec(text ?? '');
  if (match === null) return undefined;
  const [, flow = '', key = '', visit = '', leg = '', part] = match;
  if (!isCallSid(key)) return undefined;
  return {
    flow,
    key,
    visit: Number(visit),
    leg: Number(leg),
    ...(part === undefined ? {} : { part: Number(part) }),
    purpose,
  };
}
