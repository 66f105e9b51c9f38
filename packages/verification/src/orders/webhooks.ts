import { formatRef, parseRef, type CallbackRef, type Verb } from '@amd/core';
import { isOver, nameOf, type Call, type Calls, type Params, type CallEnvironment } from './call.js';
import type { Told } from './told.js';

/** What a caller hears whom we failed to serve for too long. */
export const GOODBYE = 'Goodbye.';

/** Creates the goodbye for the visit that the request belonged to; the first request belongs to none. */
function goodbyeTo(event: Told): Told {
  return { type: 'caller.goodbye', ...('visit' in event ? { visit: event.visit } : {}) };
}

type Webhooks = Pick<Calls, 'ask' | 'request' | 'notify' | 'send' | 'mention' | 'overhear'>;

/** Creates what Twilio requests and reports: on a bad network, with repeats. */
export function createWebhooks(environment: CallEnvironment, calls: Calls): Webhooks {
  const { order, translate, tell } = environment;

  /** Builds the reference as it travels: written into an address, and read from it. */
  function form(call: Call | null, ref: CallbackRef, more: Readonly<Record<string, string>>): [CallbackRef, Params] {
    const read = parseRef(formatRef(ref), ref.purpose);
    if (read === undefined) order.broke('a reference cannot be read back', JSON.stringify(ref));
    const own = call === null ? {} : { CallSid: call.sid, CallStatus: call.status };
    return [read ?? ref, new Map(Object.entries({ ...own, ...more }))];
  }

  function ask(call: Call, ref: CallbackRef, more: Readonly<Record<string, string>> = {}): void {
    const [read, params] = form(call, ref, more);
    const askedAt = order.now();
    request(call, translate(read, params), read.purpose, () => {
      environment.delivered(call, read, params, askedAt);
      learn(call, read, params);
    });
  }

  /** Records what the flow can know about a leg once this request has reached it. */
  function learn(call: Call, { purpose }: CallbackRef, params: Params): void {
    if (call.leg === 0) return;
    const said = params.get('AnsweredBy');
    // Where detection has listened first, no verdict is a verdict that says nothing.
    if (said !== undefined || (purpose === 'leg.answered' && call.listenedFirst)) call.verdicts.add(said ?? 'unknown');
    if (purpose !== 'leg.key') return;
    const digits = params.get('Digits') ?? '';
    if (digits !== '') call.keyed ||= environment.meaningOf(digits) === 'accept';
    else if (environment.isScreening(params.get('SpeechResult') ?? '')) {
      call.screened = true;
      call.screenedAt = Math.min(call.screenedAt, order.now());
    }
  }

  /** Makes a request for TwiML; it may be repeated, and then either reply is acted on, or the later one is discarded. */
  function request(call: Call, event: Told | null, what: string, delivered: () => void = () => undefined): void {
    call.turn += 1;
    const { turn } = call;
    const deliver = (): readonly Verb[] | null => {
      delivered();
      if (event === null) return null;
      order.say(() => `${nameOf(call)} asks: ${what}`);
      // Still there, and served: the goodbye was not the end.
      call.goodbyeAt = Infinity;
      return tell(event).verbs ?? null;
    };
    const act = (verbs: readonly Verb[] | null): void => {
      const decidedAt = order.now();
      order.after(order.below(150), () => {
        if (call.turn !== turn || isOver(call)) return;
        call.decidedAt = decidedAt;
        if (call.status === 'ringing') calls.begin(call, verbs ?? []);
        calls.run(call, verbs ?? []);
      });
    };
    if (call.leg === 0 && event !== null && order.trouble('we fail until the caller is told goodbye', 0.015)) {
      // The last try may have been decided and committed all the same.
      if (order.chance(0.5)) order.after(order.below(20_000), deliver);
      order.after(20_000, () => {
        order.say(() => `${nameOf(call)} is told goodbye`);
        tell(goodbyeTo(event));
        // Not where a redirect has taken them elsewhere meanwhile.
        if (call.turn === turn) call.goodbyeAt = order.now();
        act([{ verb: 'say', text: GOODBYE }, { verb: 'hangup' }]);
      });
      return;
    }
    if (call.leg === 0 && event !== null && order.trouble('we fail a late copy, and say goodbye to nobody', 0.015))
      order.after(order.between(20_000, 90_000), () => tell(goodbyeTo(event)));
    const first = order.trouble('a request for TwiML is slow', 0.02) ? order.below(14_000) : order.between(5, 250);
    if (order.trouble('a request for TwiML is repeated, and the first reply is acted on', 0.04)) {
      order.after(first, () => act(deliver()));
      order.after(first + order.below(15_000), deliver);
    } else if (order.trouble('a request for TwiML is repeated, and the second reply is acted on', 0.04)) {
      order.after(first, deliver);
      order.after(first + order.below(15_000), () => act(deliver()));
    } else {
      order.after(first, () => act(deliver()));
      if (order.trouble('a request for TwiML comes again much later', 0.03)) order.after(order.below(90_000), deliver);
    }
  }

  function notify(ref: CallbackRef, more: Readonly<Record<string, string>>, call?: Call): void {
    const [read, params] = form(call ?? null, ref, more);
    const event = translate(read, params);
    if (event === null) return;
    send(event, read.purpose, () => {
      if (call !== undefined) learn(call, read, params);
    });
  }

  /** Sends a notification: it may be lost, late or repeated. */
  function send(event: Told, what: string, delivered: () => void = () => undefined): void {
    const deliver = (): void => {
      delivered();
      order.say(() => `Twilio tells: ${what}`);
      tell(event);
    };
    if (order.trouble('a notification is lost', 0.05)) return;
    order.after(order.trouble('a notification is late', 0.05) ? order.below(30_000) : order.between(5, 400), deliver);
    if (order.trouble('a notification comes twice', 0.05)) order.after(order.below(40_000), deliver);
  }

  /** Plays music, or words of ours. */
  function overhear(call: Call, ref: CallbackRef): void {
    const { turn } = call;
    const event = translate(...form(call, ref, {}));
    if (event === null) return;
    order.after(order.below(300), () => {
      if (call.turn === turn && !isOver(call)) tell(event);
    });
  }

  function mention(call: Call, ref: CallbackRef, more: Readonly<Record<string, string>>): void {
    const event = translate(...form(call, ref, more));
    if (event !== null) order.after(order.below(1000), () => tell(event));
  }

  return { ask, request, notify, send, mention, overhear };
}
