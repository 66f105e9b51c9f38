import {
  atOnce,
  callSettings,
  DEFAULT_FORWARDING_CONFIG,
  forwarding,
  inOrder,
  isFinal,
  staggered,
  waves,
  type CallSettings,
  type ForwardingState,
  type CallEffect,
} from '@amd/core';
import { translate } from '../../../core/src/http/forwarding/events.js';
import { isOver, type Call } from './call.js';
import { createCalls } from './calls.js';
import { CALLER, hangUps, isScreening, legOptions, meaningOf, OURS } from './choices.js';
import { judgeCaller, judgeJoin, judgeLeg, noteDelivered, repeatsOf, tellWithKeys } from './judge.js';
import { createOrder, type Order, type OrderOptions } from './order.js';
import { somebody, type Person } from './people.js';
import { createRecord } from './record.js';
import type { Told } from './told.js';
import { GOODBYE } from './webhooks.js';

const numberOf = (n: number): string => `+1415555014${String(n)}`;
/** Nothing about one call takes this long: its deadline, twice, and whatever goes wrong. */
const LONGEST_MS = 45 * 60_000;

/** Plays one forwarded call, from its first request to its last, with everything that may happen. */
export function playForwarding(options: OrderOptions): Order {
  const order = createOrder(options);
  const settings = settingsOf(order);
  const people = new Map<string, Person>();
  const noteRepeats = repeatsOf(order);
  const record = createRecord<ForwardingState, { kind: string }, typeof DEFAULT_FORWARDING_CONFIG>({
    order,
    flow: forwarding,
    config: DEFAULT_FORWARDING_CONFIG,
    carryOut: (effect, askedAt) => calls.carryOut(effect as CallEffect, askedAt),
    // A caller who was handed off and comes back starts anew; nothing distinguishes that from a repeat.
    mayDiffer: (event, state) => event.type === 'inbound' && state.kind === 'call' && state.result === 'handedOff',
    look: (state, event, effects) => {
      lookAt(order, state);
      for (const effect of effects) {
        const call = effect.type === 'call.redirect' ? calls.all.find(({ sid }) => sid === effect.sid) : undefined;
        if (call !== undefined) call.fetchedBackAt = order.now();
      }
      noteRepeats(event, state);
    },
  });
  const calls = createCalls({
    order,
    people(to) {
      const known = people.get(to) ?? somebody(order);
      people.set(to, known);
      return known;
    },
    translate(ref, params) {
      const translated = translate(ref, params);
      if (!translated.ok) order.broke('a webhook of Twilio is refused', translated.problem);
      return translated.ok ? translated.event : null;
    },
    tell: tellWithKeys(order, settings, record.state, record.tell),
    special: () => false,
    joined: (leg) => judgeJoin(order, settings, leg, 'room'),
    over(call) {
      if (call.leg === 0) callerIsOver();
      judgeLeg(order, call);
    },
    longestWaitMs: () => settings.deadlineSeconds * 1000 + 5 * 60_000 + order.heldUp(),
    delivered: (call, ref, params, askedAt) => noteDelivered(order, settings, call, ref, params, askedAt),
    meaningOf: (digits) => meaningOf(settings, digits),
    isScreening: (speech) => isScreening(settings, speech),
    elsewhere,
  });
  const caller = calls.add({ leg: 0, visit: 0, to: CALLER, person: null, status: 'ringing' });

  function inbound(): void {
    const call = { sid: caller.sid, from: CALLER, to: OURS, status: caller.status, token: 'token' };
    calls.request(caller, { type: 'inbound', call, settings } as Told, 'inbound');
  }

  function callerIsOver(): void {
    judgeCaller(order, settings, caller);
    // A call that still rings or speaks is ended soon, or ends by itself.
    order.after(4 * 60_000 + order.heldUp(), () => {
      for (const leg of calls.all) {
        if (leg.leg > 0 && leg.answeredAt !== null && !isOver(leg)) order.broke('a leg is left on the line for nobody');
      }
    });
  }

  /** TwiML of the user's: it hangs up, or sends the caller to us again. */
  function elsewhere(call: Call): void {
    calls.later(call, order.between(500, 20_000), () => {
      if (!order.chance(0.4)) {
        calls.finish(call, 'completed', 'themselves');
        return;
      }
      order.meet('a caller who was handed on comes back');
      call.heard.length = 0;
      calls.waits(call);
      inbound();
    });
  }

  order.say(() => describe(settings));
  inbound();
  for (const at of hangUps(order)) order.after(at, () => calls.finish(caller, 'completed', 'themselves'));
  order.run(LONGEST_MS);
  if (order.broken.length > 0) return order;

  order.say(() => 'the end');
  for (const call of calls.all) {
    if (isOver(call)) continue;
    order.broke(call.leg === 0 ? 'a caller never gets out' : 'a leg never ends', `${callName(call)} is ${call.status}`);
  }
  const state = record.state();
  if (order.broken.length === 0 && state.kind === 'call' && !isFinal(state)) {
    order.broke('the record lives on though every call is over');
  }
  judgeHooks(order, record.hooks, state, caller);
  return order;
}

const callName = ({ leg }: Call): string => (leg === 0 ? 'the caller' : `leg ${String(leg)}`);

function judgeHooks(
  order: Order,
  hooks: ReadonlyMap<string, { hook: string; data: unknown }>,
  state: ForwardingState,
  caller: Call,
): void {
  if (state.kind !== 'call') return;
  const ended = [...hooks.values()].filter(({ hook }) => hook === 'ended');
  if (order.broken.length === 0 && ended.length !== state.visit) {
    order.broke('not one outcome for every round', `${String(ended.length)} of ${String(state.visit)}`);
  }
  // A caller who hangs up in between may be counted either way, and so may one whose last answer was lost before they were told
  // goodbye.
  if (state.visit > 1 || caller.endedBy === 'themselves' || caller.heard.includes(GOODBYE)) return;
  const wentOn = caller.heard.some((one) => one === '→ elsewhere' || one === '→ number');
  if (state.result === 'handedOff' && !wentOn) order.broke('a caller counts as handed on who was not');
  if (state.result === 'connected' && caller.talkedWith.size === 0)
    order.broke('a caller counts as connected who was not');
}

function lookAt(order: Order, state: ForwardingState): void {
  if (state.kind !== 'call') return;
  if (state.legs.filter(({ phase }) => phase === 'joining' || phase === 'bridged').length > 1) {
    order.broke('two people are with one caller', 'in the state');
  }
}

function settingsOf(order: Order): CallSettings {
  const { pick, chance } = order;
  const count = order.between(1, 4);
  const people = Array.from({ length: count }, (_, n) => numberOf(n + 1));
  // One person is listed twice; the caller is one of the callees.
  if (count > 1 && chance(0.08)) people[count - 1] = people[0] ?? '';
  const targets = people.map((to) => (chance(0.1) ? { to, name: 'Ann', ringSeconds: order.between(5, 30) } : to));
  const middle = Math.max(1, count - 1);
  const plan = pick([
    () => inOrder(targets),
    () => atOnce(targets),
    () => atOnce(targets),
    () => staggered(pick([1, 3, 10]), targets),
    () =>
      waves(
        [targets.slice(0, middle), targets.slice(middle)].filter((group) => group.length > 0),
        pick([2, 8]),
      ),
    () => waves([targets.slice(0, middle), targets.slice(middle)].filter((group) => group.length > 0)),
  ])();
  return callSettings({
    forwardTo: plan,
    deadlineSeconds: pick([10, 30, 120]),
    ...legOptions(order),
    ...(chance(0.15) ? { policy: { busy: 'fall back', hungUp: 'fall back' } as const } : {}),
    ...(chance(0.2) ? { progress: { everySeconds: 10 } } : {}),
  });
}

function describe(settings: CallSettings): string {
  const { plan, amd, confirm, policy, fallback, deadlineSeconds, screening, record } = settings;
  const rings = plan.map(
    ({ targets, nextAfterSeconds }) => `${targets.map(({ to }) => to).join(' ')} (next ${String(nextAfterSeconds)})`,
  );
  return JSON.stringify({
    rings,
    amd: amd.mode,
    confirm,
    fallback,
    deadlineSeconds,
    screening: screening !== null,
    record,
    policy,
  });
}
