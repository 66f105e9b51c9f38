import type { CallbackRef, CreateCall, Outcome, CallEffect, Verb } from '@amd/core';
import { isOver, nameOf, newCall, type Call, type Calls, type CallEnvironment } from './call.js';
import { atEndOfMessage, type Person } from './people.js';
import type { Told } from './told.js';
import { createTwiml } from './twiml.js';
import { createWebhooks } from './webhooks.js';

const NOT_IN_PROGRESS = 21220;
const SIP_CODES: Partial<Record<Call['status'], string>> = {
  busy: '486',
  failed: '404',
  'no-answer': '487',
  canceled: '487',
};

/** Creates calls as Twilio makes them: they ring, are listened to, run TwiML, meet in a room, and report it. */
export function createCalls(environment: CallEnvironment): Calls {
  const { order } = environment;
  const all: Call[] = [];
  const statusRefs = new Map<Call, CallbackRef>();
  let callerOverAt = Infinity;
  // Webhooks and TwiML are added below: each needs the others.
  const calls = {
    all,
    caller: () => all[0] as Call,
    add,
    begin,
    later,
    finish,
    waits,
    talk,
    join: environment.joined,
    carryOut,
  } as unknown as Calls;

  function add(given: Parameters<Calls['add']>[0]): Call {
    const call = newCall(all.length, given);
    all.push(call);
    return call;
  }

  function later(call: Call, ms: number, what: () => void): void {
    const { turn } = call;
    order.after(ms, () => {
      if (call.turn === turn && !isOver(call)) what();
    });
  }

  /** Answers a call whose TwiML has arrived. */
  function begin(call: Call, verbs: readonly Verb[]): void {
    if (verbs[0]?.verb === 'reject') return;
    call.status = 'in-progress';
    call.answeredAt = order.now();
    waits(call);
  }

  function finish(call: Call, status: Call['status'], by: Call['endedBy']): void {
    if (isOver(call)) return;
    const wasQueued = call.status === 'queued';
    order.say(() => `${nameOf(call)}: ${status}, ended by ${by ?? ''}`);
    call.endedBy = by;
    call.status = status;
    call.turn += 1;
    const { leave } = call;
    call.leave = null;
    leave?.('over');
    call.waitsSince = null;
    environment.over(call);
    // Cancelled on Twilio's queue: nothing is reported (twilio.com/docs/voice/api/call-resource).
    if (wasQueued && status === 'canceled') return;
    if (call.leg === 0) calls.send({ type: 'caller.status', status } as Told, 'caller.status');
    else {
      const ref = statusRefs.get(call);
      const heardBy = call.answeredBy === null ? {} : { AnsweredBy: call.answeredBy };
      if (ref !== undefined)
        calls.notify(ref, { CallStatus: status, SipResponseCode: SIP_CODES[status] ?? '200', ...heardBy }, call);
    }
  }

  /** Puts the caller on hold, from now on if they were not. None waits forever. */
  function waits(call: Call): void {
    if (call.leg !== 0 || call.waitsSince !== null || isOver(call)) return;
    const since = order.now();
    call.waitsSince = since;
    order.after(environment.longestWaitMs(), () => {
      if (call.waitsSince === since) order.broke('a caller is left on hold');
    });
  }

  function create(effect: CreateCall): Outcome {
    const person = environment.people(effect.to);
    const { visit } = effect.answered;
    // A leg of an earlier visit may still hear why there is no caller.
    const here = all.filter((one) => one.to === effect.to && (one.visit === visit || one.leg === 0) && !isOver(one));
    if (here.length > 0) {
      order.broke(
        here.some(({ leg }) => leg === 0) ? 'the caller is rung' : 'one number is rung twice at a time',
        `leg ${String(effect.leg)} to ${effect.to}`,
      );
    }
    if (isOver(calls.caller()) && order.now() - callerOverAt > 60_000)
      order.broke('somebody is rung for a caller who is long gone');
    if (order.now() - calls.caller().goodbyeAt > 2000)
      order.broke('somebody is rung for a caller who was told goodbye');
    if (person.kind === 'refused') return { kind: 'refused', code: person.code, reason: 'refused' };
    if (person.needsOurNumber && effect.callToken !== undefined) {
      order.meet("our own number is shown where the caller's cannot be");
      return { kind: 'refused', code: order.pick([21210, 21212]), reason: 'not a verified number' };
    }
    const call = add({ leg: effect.leg, visit, to: effect.to, person, status: 'queued' });
    statusRefs.set(call, effect.status);
    // More calls than Twilio takes from its queue at once (CPS).
    later(call, order.trouble('a call waits on Twilio’s queue', 0.1) ? order.below(12_000) : order.below(80), () =>
      dial(call, effect, person),
    );
    return { kind: 'created', sid: call.sid as never, status: 'queued' };
  }

  function dial(call: Call, effect: CreateCall, person: Person): void {
    call.status = 'initiated';
    calls.notify(effect.status, { CallStatus: 'initiated' }, call);
    if (person.kind === 'failed') {
      later(call, 200, () => finish(call, 'failed', 'themselves'));
      return;
    }
    later(call, order.below(order.chance(0.5) ? 100 : 800), () => {
      call.status = 'ringing';
      calls.notify(effect.status, { CallStatus: 'ringing' }, call);
      // `Timeout` may be five seconds longer than requested (twilio.com/docs/voice/api/call-resource).
      later(call, effect.ringSeconds * 1000 + order.below(5000), () => {
        if (call.status === 'ringing') finish(call, 'no-answer', 'themselves');
      });
      if (person.kind === 'noAnswer') return;
      later(call, person.ringMs, () => {
        if (person.kind === 'busy') finish(call, 'busy', 'themselves');
        else answer(call, effect, person);
      });
    });
  }

  function answer(call: Call, { answered, status, detection, verdict }: CreateCall, person: Person): void {
    call.status = 'in-progress';
    call.answeredAt = order.now();
    call.turn += 1;
    const rivals = all.filter((one) => one !== call && one.person?.kind === 'human' && one.answeredAt !== null);
    if (person.kind === 'human' && rivals.some((one) => Math.abs((one.answeredAt ?? 0) - order.now()) < 1000)) {
      order.meet('two humans pick up in the same second');
    }
    calls.notify(status, {}, call);
    const gone = (): void => finish(call, 'completed', 'themselves');
    if (person.staysMs !== null) {
      order.after(person.staysMs, () => {
        if (!call.talking) gone();
      });
    }
    const longest = (detection?.timeoutSeconds ?? 0) * 1000;
    const isMessage = detection?.mode === 'DetectMessageEnd';
    const said =
      person.verdictMs > longest ? 'unknown' : isMessage ? atEndOfMessage(order, person.verdict) : person.verdict;
    if (detection === null) calls.ask(call, answered);
    else if (verdict === undefined) {
      // The callee hears nothing until detection has decided.
      call.listenedFirst = true;
      later(call, Math.min(person.verdictMs, longest), () => {
        call.answeredBy = said;
        calls.ask(call, answered, order.trouble('a verdict is missing', 0.01) ? {} : { AnsweredBy: said });
      });
    } else {
      calls.ask(call, answered);
      order.after(Math.min(person.verdictMs, longest), () => {
        if (isOver(call)) return;
        call.answeredBy = said;
        if (call.screened && said === 'human') order.meet('a phone that screens its calls sounds human afterwards');
        calls.notify(verdict, { AnsweredBy: said, MachineDetectionDuration: String(person.verdictMs) }, call);
      });
    }
  }

  function talk(leg: Call, theCaller: Call, end: (who: Call) => void): void {
    order.say(() => `${nameOf(leg)} talks with the caller`);
    order.meet('somebody talks with the caller');
    for (const [one, other] of [
      [leg, theCaller],
      [theCaller, leg],
    ] as const) {
      one.talking = true;
      one.talkedWith.add(other.sid);
      one.waitsSince = null;
    }
    const { turn } = leg;
    order.after(leg.person?.talkMs ?? 5000, () => {
      if (leg.turn !== turn || isOver(leg)) return;
      const both = order.chance(0.15);
      const who = order.chance(0.5) ? leg : theCaller;
      if (both) order.meet('both hang up at once');
      end(who);
      if (both) end(who === leg ? theCaller : leg);
    });
  }

  function carryOut(effect: CallEffect, askedAt: number): Outcome {
    if (isOver(calls.caller())) callerOverAt = Math.min(callerOverAt, order.now());
    if (effect.type === 'call.create') return create(effect);
    const call = all.find(({ sid }) => sid === effect.sid);
    if (call === undefined) return { kind: 'gone' };
    switch (effect.type) {
      case 'call.end':
        return end(call, askedAt);
      case 'call.redirect': {
        if (call.status !== 'in-progress') return { kind: 'refused', code: NOT_IN_PROGRESS, reason: 'not in-progress' };
        order.say(() => `${nameOf(call)} is redirected to ${effect.document.purpose}`);
        const { leave } = call;
        call.leave = null;
        call.turn += 1;
        call.redirectedAt = askedAt;
        leave?.('redirected');
        calls.ask(call, effect.document);
        return { kind: 'done', status: 'in-progress' };
      }
      case 'call.fetch': {
        const status = call.status === 'initiated' ? 'queued' : call.status;
        return { kind: 'fetched', status, answeredBy: call.answeredBy as never };
      }
      case 'call.announce':
        return call.leave === null ? { kind: 'gone' } : { kind: 'done', status: 'in-progress' };
    }
  }

  function end(call: Call, askedAt: number): Outcome {
    // Over already: 21220, which means the same as a 404.
    if (isOver(call)) return { kind: 'gone' };
    const wasLive = call.status === 'in-progress';
    // Decided before it was known.
    if (call.acceptedAt !== null && call.acceptedAt > askedAt) call.owed = false;
    const ends = order.pick(['canceled', 'canceled', 'completed', 'no-answer'] as const);
    finish(call, wasLive ? 'completed' : call.status === 'queued' ? 'canceled' : ends, 'REST');
    return { kind: 'done', status: wasLive ? 'completed' : order.pick([null, 'completed', 'canceled']) };
  }

  return Object.assign(calls, createWebhooks(environment, calls), createTwiml(environment, calls));
}
