import type { AnswerPolicy, CallbackRef, CallSettings, Confirm, Texts } from '@amd/core';
import { isOver, nameOf, type Call, type KeyMeaning, type Params, type TwimlReply } from './call.js';
import { meaningOf } from './choices.js';
import type { Order } from './order.js';
import { isSame } from './shown.js';
import type { Told } from './told.js';
import { GOODBYE } from './webhooks.js';

const DECLINED = 'somebody declines with a key';
/** The longest that a call goes on, or a worker is kept, after a decline: what we ask Twilio for may be lost twice. */
const AFTER_DECLINE_MS = 60_000;

interface Settings {
  readonly policy: AnswerPolicy;
  readonly confirm: Confirm;
  readonly keys: CallSettings['keys'];
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
  if (leg.declined) order.broke('somebody who has declined has the caller', nameOf(leg));
  else if (order.met.has(DECLINED)) order.meet('somebody has the caller after another has declined');
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
  const digits = ref.purpose === 'leg.key' ? (params.get('Digits') ?? '') : '';
  const meaning = digits === '' ? 'nothing' : meaningOf(settings, digits);
  if (meaning === 'decline') noteDecline(order, settings, call);
  const key = meaning !== 'nothing';
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

/** Notes a decline. It is too late for somebody whom a key or a verdict has sent to the caller. */
function noteDecline(order: Order, settings: Settings, call: Call): void {
  if (call.declined || isOver(call)) return;
  if (call.keyed || (passes(settings, call) && !call.screened)) {
    order.meet('somebody declines who is on the way to the caller');
    return;
  }
  order.meet(DECLINED);
  call.declined = true;
  expectSoon(order, () => isOver(call), 'the call of somebody who has declined goes on');
}

/** Expects what has to follow a decline, however often a request of ours fails. */
export function expectSoon(order: Order, isSo: () => boolean, otherwise: string): void {
  const since = order.now();
  const look = (): void => {
    const left = since + AFTER_DECLINE_MS + order.heldUp() - order.now();
    if (left > 0) order.after(left, look);
    else if (!isSo()) order.broke(otherwise);
  };
  look();
}

interface Asked {
  readonly id: number;
  readonly phase: string;
  readonly confirmUntil: number | null;
  readonly inFlight: { readonly redirect: string | null };
}

/** The part of a flow's state that decides what a key may do. */
type CallState =
  | { readonly kind: 'nothing' }
  | {
      readonly kind: 'call';
      readonly winner: number | null;
      readonly taskCanceled?: boolean;
      readonly caller: { readonly phase: string; readonly takenElsewhere?: boolean };
      readonly legs: readonly Asked[];
    };

/** Clocks of two machines differ by no more, ms. */
const SKEW_MS = 4000;

/** Tells an event, and checks the answer to a key of a callee who is asked for one. */
export function tellWithKeys(
  order: Order,
  settings: Settings,
  state: () => CallState,
  tell: (event: Told) => TwimlReply,
): (event: Told) => TwimlReply {
  return (event) => {
    const before = state();
    const reply = tell(event);
    const { leg: id, digits = '' } = event as { leg?: number; digits?: string };
    if (event.type !== 'leg.key' || digits === '' || before.kind !== 'call') return reply;
    const leg = before.legs.find((one) => one.id === id);
    if (leg?.phase === 'confirming') judgeKey(order, meaningOf(settings, digits), before, state(), leg, reply);
    return reply;
  };
}

function judgeKey(
  order: Order,
  meaning: KeyMeaning,
  before: CallState & { readonly kind: 'call' },
  after: CallState,
  leg: Asked,
  { verbs = [] }: TwimlReply,
): void {
  const asks = verbs.some(({ verb }) => verb === 'gather');
  const connects = verbs.some(({ verb }) => verb.startsWith('dial.'));
  switch (meaning) {
    case 'accept': {
      const { caller, winner, taskCanceled = false } = before;
      const isFree = ['arriving', 'held', 'waiting'].includes(caller.phase) && winner === null && !taskCanceled;
      if (isFree && caller.takenElsewhere !== true && !connects && leg.inFlight.redirect === null)
        order.broke('somebody takes a call that is free, and does not get it');
      return;
    }
    case 'decline':
      if (asks || connects) order.broke('somebody who has declined is not let go');
      return;
    case 'nothing':
      if (order.now() + SKEW_MS >= (leg.confirmUntil ?? 0)) return;
      order.meet('somebody presses a key without meaning');
      if (!asks) order.broke('somebody who presses a key without meaning is not asked again');
      if (!isSame(bare(before), bare(after))) order.broke('a key without meaning changes something');
  }
}

/** Without times that are for people. */
function bare(state: CallState): unknown {
  if (state.kind === 'nothing') return state;
  return { ...state, legs: state.legs.map((leg) => ({ ...leg, timestamps: null })) };
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
