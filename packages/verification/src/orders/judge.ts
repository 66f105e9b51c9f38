import type { AnswerPolicy, CallbackRef, CallSettings, Confirm, Texts } from '@amd/core';
import { isOver, type Call, type Params } from './call.js';
import type { Order } from './order.js';
import type { Told } from './told.js';
import { GOODBYE } from './webhooks.js';

interface Settings {
  readonly policy: AnswerPolicy;
  readonly confirm: Confirm;
  readonly screening: CallSettings['screening'];
  readonly texts: Texts;
}

/** True if what Twilio has reported lets them have the caller without a key. */
function passes({ policy, confirm }: Settings, { verdicts }: Call): boolean {
  return confirm !== 'always' && [...verdicts].some((verdict) => policy[verdict as 'human'] === 'bridge');
}

/**
 * Checks that only answers which the policy accepts get the caller. The words of a robot are a request of their own, and may
 * reach us when Twilio already has the document that brings its phone to the caller
 * (twilio.com/docs/voice/answering-machine-detection). On the way to a room it can be redirected back, though it may be there
 * before the redirect is. A Dial into a queue takes the caller out of it at once: then a redirect would end the caller's call,
 * and nothing can prevent that.
 */
export function judgeJoin(order: Order, settings: Settings, leg: Call, way: 'room' | 'queue'): void {
  const isTooLate = leg.screenedAt > leg.decidedAt && (way === 'queue' || leg.fetchedBackAt >= leg.screenedAt);
  if (leg.keyed) order.meet('somebody has the caller by a key');
  else if (leg.screened && isTooLate) order.meet('the words of a robot come when its phone is on its way');
  else if (leg.screened)
    order.broke('a phone that screens its calls has the caller without a key', [...leg.verdicts].join());
  else if (!passes(settings, leg)) {
    order.broke(`a ${leg.person?.kind ?? ''} has the caller without a key`, [...leg.verdicts].join() || 'no verdict');
  }
}

/**
 * Notes a human, by a verdict or by a key that has reached us, who is still on the line: they are owed the caller, or an
 * explanation.
 */
export function noteDelivered(
  order: Order,
  settings: Settings,
  call: Call,
  ref: CallbackRef,
  params: Params,
  askedAt: number,
): void {
  if (call.leg === 0) {
    if (ref.purpose === 'caller.fallback' && params.has('DialCallStatus'))
      order.meet('the number that is the fallback was dialled');
    if (ref.purpose === 'caller.fallback' && params.has('RecordingUrl')) order.meet('a message is recorded');
    return;
  }
  const key = ref.purpose === 'leg.key' && (params.get('Digits') ?? '') !== '';
  const human =
    ref.purpose === 'leg.answered' &&
    settings.confirm !== 'always' &&
    settings.policy[(params.get('AnsweredBy') ?? '') as 'human'] === 'bridge';
  if ((key || human) && call.acceptedAt === null && !isOver(call) && params.get('CallStatus') === 'in-progress') {
    call.acceptedAt = order.now();
    // What they have heard since they pressed the key was the answer.
    call.owed = call.heardAt <= askedAt;
  }
}

export function judgeLeg(order: Order, leg: Call): void {
  if (leg.leg === 0 || leg.endedBy === 'themselves' || !leg.owed) return;
  order.broke('a human is hung up on without a word', `ended by ${leg.endedBy ?? ''}`);
}

/** Checks that a caller who is hung up on has talked, or has heard that nobody can be reached. */
export function judgeCaller(order: Order, { texts }: Settings, caller: Call): void {
  if (caller.endedBy === 'themselves') return;
  const words: readonly string[] = ['♪ beep', '→ number', '→ elsewhere', texts.unavailable, texts.voicemail, GOODBYE];
  if (caller.talkedWith.size > 0 || caller.heard.some((one) => words.includes(one))) return;
  order.broke('a caller is hung up on without a word', `ended by ${caller.endedBy ?? ''}`);
}

type State = { readonly kind: 'nothing' } | { readonly kind: 'call'; readonly caller: { readonly phase: string } };

/** Notes repeats of a caller's request while they fall back: the very same event. */
export function repeatsOf(order: Order): (event: Told, state: State) => void {
  const seen = new WeakSet<Told>();
  return (event, state) => {
    if (!/^(inbound|caller\.(ended|document|fallback))$/.test(event.type)) return;
    if (seen.has(event) && state.kind === 'call' && state.caller.phase === 'fallingBack') {
      order.meet('a request of a caller who is falling back comes twice');
    }
    seen.add(event);
  };
}
