import { isCallSid } from '../kernel/brand.js';

/**
 * Which question of which call a callback answers. Flows name callbacks by reference; the edge turns a reference into
 * an absolute URL and back, and Twilio's signature covers it.
 */
export interface CallbackRef {
  readonly flow: string;
  /** Key of the record: the inbound call's SID. */
  readonly key: string;
  /** Counts the rounds of one call, from 1. */
  readonly round: number;
  /** The outbound leg, from 1; 0 means the caller. */
  readonly leg: number;
  /**
   * Of the caller: the part of the fallback that it asks for or ends, or which of their stays in the queue is over, from 1. Of a leg: 1, where it is to hear why it has no caller.
   */
  readonly part?: number;
  readonly purpose: CallbackPurpose;
}

/** What each callback is for, and the path it has on both sides of the edge. */
export const CALLBACK_PATHS = {
  'caller.ended': '/inbound/ended',
  'caller.document': '/inbound/document',
  /** A caller of whom nothing is known any more, who is to be served anew. */
  'caller.again': '/inbound/again',
  'caller.fallback': '/inbound/fallback',
  'caller.recording': '/inbound/recording',
  'caller.wait': '/inbound/wait',
  'caller.progress': '/inbound/progress',
  'caller.key': '/inbound/key',
  'caller.whisper': '/inbound/whisper',
  'talk.recording': '/recording',
  conference: '/conference',
  'leg.answered': '/outbound',
  'leg.key': '/outbound/key',
  'leg.round': '/outbound/round',
  'leg.document': '/outbound/document',
  'leg.ended': '/outbound/ended',
  'leg.status': '/outbound/status',
  'leg.verdict': '/outbound/amd',
} as const;

export type CallbackPurpose = keyof typeof CALLBACK_PATHS;

const SHAPE = /^([a-z]{1,20})\.(CA[0-9a-fA-F]{32})\.([1-9][0-9]{0,4})\.(0|[1-9][0-9]{0,4})(?:\.([1-9]))?$/;

/** `forwarding.CA….1.2`: flow, key, round and leg; `forwarding.CA….1.0.2`: with the part. The purpose is the path's. */
export function formatRef({ flow, key, round, leg, part }: CallbackRef): string {
  const ref = `${flow}.${key}.${String(round)}.${String(leg)}`;
  return part === undefined ? ref : `${ref}.${String(part)}`;
}

/** The reference, or `undefined` when the text is not one. */
export function parseRef(text: string | null | undefined, purpose: CallbackPurpose): CallbackRef | undefined {
  const match = SHAPE.exec(text ?? '');
  if (match === null) return undefined;
  const [, flow = '', key = '', round = '', leg = '', part] = match;
  if (!isCallSid(key)) return undefined;
  return {
    flow,
    key,
    round: Number(round),
    leg: Number(leg),
    ...(part === undefined ? {} : { part: Number(part) }),
    purpose,
  };
}
