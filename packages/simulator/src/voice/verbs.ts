import type { Element } from '../twiml/element.js';
import { allowsChild } from '../twiml/schema.js';
import type { Params } from '../wire/signature.js';
import type { Call, CallStatus } from './call.js';
import { playDial, ringsOn } from './dial.js';
import type { Execution } from './execution.js';
import { playGather } from './gather.js';
import { playEnqueue } from './queue.js';
import { markAnswered } from './lifecycle.js';
import { playRecord } from './record.js';
import type { Loaded, Source } from './run.js';
import { AUDIO_MS, DIGIT_MS, durationOfSpeech } from './speech.js';
import type { World } from './world.js';

/** What follows a verb or a document. */
export type Step =
  | { readonly to: 'next' }
  | { readonly to: 'source'; readonly source: Source }
  /** The document is over, and has ended nothing. */
  | { readonly to: 'over' }
  | { readonly to: 'end'; readonly reason: string }
  | { readonly to: 'reject'; readonly status: CallStatus; readonly sip: number }
  | { readonly to: 'error' };

export const NEXT: Step = { to: 'next' };

/** The verbs that may run before two parties are connected (twilio.com/docs/voice/twiml/number#url). */
export const WHISPERED: ReadonlySet<string> = new Set(['Say', 'Play', 'Pause', 'Gather', 'Redirect', 'Hangup']);

/** The context of a verb: its call, the run it belongs to, and the URL that its relative addresses start from. */
export interface VerbContext {
  readonly world: World;
  readonly call: Call;
  readonly run: Execution;
  readonly base: string | undefined;
}

/** Reads an attribute as a non-negative number. */
export function numberOf(element: Element, name: string, otherwise: number): number {
  const text = element.attributes[name];
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : otherwise;
}

/** Reads the `method` attribute, POST unless it is GET. */
export function methodOf(element: Element, name = 'method'): 'GET' | 'POST' {
  return element.attributes[name]?.toUpperCase() === 'GET' ? 'GET' : 'POST';
}

/** Resolves an address against its document; returns undefined (with a debugger entry) if that fails. */
export function resolveUrl(ctx: VerbContext, address: string): string | undefined {
  const { world, call, base } = ctx;
  try {
    return new URL(address, base).href;
  } catch {
    const relative = base === undefined && !/^[a-z]+:/i.test(address);
    world.debug({
      code: relative ? 15004 : 11100,
      level: 'error',
      message: relative ? `Relative URL "${address}" in TwiML without a document URL` : `Invalid URL "${address}"`,
      url: base,
      callSid: call.sid,
    });
    return undefined;
  }
}

/** Goes on at an address of this document; at the document's own address if empty. */
export function goTo(ctx: VerbContext, address: string | undefined, method: 'GET' | 'POST', params: Params): Step {
  const wanted = address === undefined || address === '' ? ctx.base : resolveUrl(ctx, address);
  if (wanted === undefined) {
    if (address === undefined || address === '') resolveUrl(ctx, '');
    return { to: 'error' };
  }
  return { to: 'source', source: { url: wanted, method, params } };
}

/** Reports by name what Twilio supports and this simulator does not. */
export function unsupported(ctx: VerbContext, what: string): { readonly to: 'error' } {
  ctx.world.debug({
    code: 0,
    level: 'error',
    message: `The simulator does not support ${what}`,
    url: ctx.base,
    callSid: ctx.call.sid,
  });
  return { to: 'error' };
}

/** Says, plays or pauses; also used inside Gather and wait documents. */
export async function playSound(ctx: VerbContext, element: Element): Promise<void> {
  const { world, call, run } = ctx;
  const loops = Math.min(1000, numberOf(element, 'loop', 1) || 1000);
  if (element.name === 'Pause') return run.sleep(numberOf(element, 'length', 1) * 1000);
  if (element.name === 'Say') {
    world.record('verb', call.sid, `Say: ${element.text}`, { verb: 'Say' });
    call.firstHeardAt ??= world.clock.now();
    call.sounds.push({ at: world.clock.now(), text: element.text });
    return run.sleep(loops * durationOfSpeech(element.text));
  }
  const digits = element.attributes['digits'];
  if (digits !== undefined) return run.sleep(loops * DIGIT_MS * digits.length);
  const url = element.text === '' ? undefined : (resolveUrl(ctx, element.text) ?? element.text);
  world.record('verb', call.sid, `Play: ${url ?? ''}`, { verb: 'Play' });
  call.firstHeardAt ??= world.clock.now();
  if (url !== undefined) call.sounds.push({ at: world.clock.now(), text: url });
  return run.sleep(loops * AUDIO_MS);
}

/**
 * True for everything but a refusal: it answers the call, and is billed; `<Dial answerOnBridge>` goes on ringing
 * (twilio.com/docs/voice/twiml/reject).
 */
function isAnswer(verb: Element): boolean {
  return verb.name !== 'Reject' && !(verb.name === 'Dial' && ringsOn(verb));
}

async function playVerb(ctx: VerbContext, verb: Element): Promise<Step> {
  const { world, call } = ctx;
  if (isAnswer(verb)) markAnswered(world, call);
  switch (verb.name) {
    case 'Say':
    case 'Play':
    case 'Pause':
      await playSound(ctx, verb);
      return NEXT;
    case 'Gather':
      return playGather(ctx, verb);
    case 'Record':
      return playRecord(ctx, verb);
    case 'Dial':
      return playDial(ctx, verb);
    case 'Enqueue':
      return playEnqueue(ctx, verb);
    case 'Leave':
      // Outside a queue there is nothing to leave.
      return { to: 'end', reason: '<Leave/> outside a queue' };
    case 'Redirect':
      return goTo(ctx, verb.text, methodOf(verb), []);
    case 'Hangup':
      return { to: 'end', reason: '<Hangup/>' };
    case 'Reject':
      if (call.status !== 'ringing') return { to: 'end', reason: '<Reject/> after answer' };
      return verb.attributes['reason'] === 'busy'
        ? { to: 'reject', status: 'busy', sip: 486 }
        : { to: 'reject', status: 'no-answer', sip: 603 };
    default:
      return unsupported(ctx, `the TwiML verb <${verb.name}>`);
  }
}

/** Executes a document from its first verb on. */
export async function playDocument(
  world: World,
  call: Call,
  run: Execution,
  loaded: Loaded,
): Promise<Exclude<Step, { to: 'next' }>> {
  const ctx: VerbContext = { world, call, run, base: loaded.base };
  const verbs = loaded.root.children.filter((verb) => allowsChild('Response', verb.name));
  for (const verb of verbs) {
    if (call.tie !== undefined && !WHISPERED.has(verb.name)) {
      return unsupported(ctx, `<${verb.name}> in the document of a <Number url>`);
    }
    const step = await playVerb(ctx, verb);
    if (step.to !== 'next') return step;
  }
  return { to: 'over' };
}
