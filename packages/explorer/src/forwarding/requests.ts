import type { AnsweredBy, EpochMs, ForwardingEvent, Reply } from '@amd/core';
import type { Violation } from '../explore.js';
import { documentAsked, endCallerCall, endLegCall, withLeg } from './calls.js';
import { inRoom, legOf, unfairEnd } from './checks.js';
import { hear, tell, type Heard } from './hear.js';
import type { WorldContext } from './options.js';
import { CALLER_SID, DECLINING_KEY, sid, START, type CallActivity, type Stale, type World } from './state.js';

/** Makes a call request a document and execute it. */
export function request(context: WorldContext, world: World, who: number): World | Violation {
  const heard = asked(context, world, who);
  return 'violation' in heard ? heard : obey(context, heard.world, who, heard.reply);
}

/** Makes a call request a document whose answer is lost: it asks once more and executes the second answer. */
export function unheardRequest(context: WorldContext, world: World, who: number): World | Violation {
  const heard = asked(context, world, who);
  return 'violation' in heard ? heard : heard.world;
}

const DECLINES = `asks:leg.key#${DECLINING_KEY}`;

function asked(context: WorldContext, world: World, who: number): Heard | Violation {
  const doing = who === 0 ? world.caller.doing : (world.legs[who - 1]?.doing ?? 'nothing');
  const before = legOf(world, who)?.phase;
  const name = requestName(world, who, doing);
  const heard = hear(context, world, name, () => requestEvent(context, world, who, doing));
  if ('violation' in heard) return heard;
  if (who === 0) return heard;
  const inSync = context.amd === 'sync';
  const human =
    inSync && doing === 'asks:leg.answered' ? world.legs[who - 1]?.verdict === 'human' : doing === 'asks:leg.key';
  const declined = doing === DECLINES && before === 'confirming';
  const owed = declined || (human && before !== 'farewell' && before !== 'ending' && before !== 'ended');
  const heardLeg = {
    ...(inSync ? { verdict: null } : {}),
    ...(human ? { human } : {}),
    ...(owed ? { owed } : {}),
    ...(declined ? { declined } : {}),
  };
  return { world: withLeg(heard.world, who, heardLeg), reply: heard.reply };
}

/** Delivers a request that was overtaken; its answer is not used. */
export function lateRequest(context: WorldContext, world: World, entry: Stale): World | Violation {
  const [leg = '0', , type = ''] = entry.split(':');
  const [who, doing] = [Number(leg), `asks:${type}`];
  return tell(context, world, requestName(world, who, doing), () => requestEvent(context, world, who, doing));
}

/** Equal names, equal events. */
function requestName(world: World, who: number, doing: string): string {
  const leg = world.legs[who - 1];
  return `${doing} ${String(who)} ${leg?.verdict ?? ''} ${leg?.late === true ? 'late' : ''}`;
}

function requestEvent(context: WorldContext, world: World, who: number, doing: string): ForwardingEvent {
  const [type = '', part] = doing.slice('asks:'.length).split('#');
  // The only time that matters: whether the time for a key is over.
  const at =
    world.legs[who - 1]?.late === true
      ? START + (context.settings.confirmSeconds + LISTENING[context.amd]) * 1000
      : START;
  if (type === 'inbound') return inbound(context);
  if (who === 0) return callerEvent(type, Number(part), at);
  const of = { at, leg: who, sid: sid(who), status: 'in-progress' } as const;
  if (type === 'leg.answered') return { ...of, type, answeredBy: answeredByOf(context, world, who) };
  if (type === 'leg.key') return { ...of, type, digits: part ?? '#' };
  if (type === 'leg.document' && part !== undefined) return { ...of, type, part: Number(part) };
  return { ...of, type: type as 'leg.poll' };
}

function callerEvent(type: string, part: number, at: EpochMs): ForwardingEvent {
  const of = { at, status: 'in-progress' } as const;
  if (type === 'caller.fallback') return { ...of, type, part, answered: null, recording: null };
  return type === 'caller.document' ? { ...of, type, part } : { ...of, type: 'caller.ended' };
}

/** The longest that asynchronous detection listens, in seconds; a key counts that much longer. */
const LISTENING = { sync: 0, async: 30 };

function answeredByOf({ amd }: WorldContext, world: World, who: number): AnsweredBy | null {
  return amd === 'sync' ? (world.legs[who - 1]?.verdict ?? 'unknown') : null;
}

function inbound({ settings, token }: WorldContext): ForwardingEvent {
  return {
    type: 'inbound',
    at: START,
    settings,
    call: {
      sid: CALLER_SID,
      from: '+12125550123',
      to: '+14155550199',
      status: 'ringing',
      ...(token ? { token: 'token' } : {}),
    },
  };
}

type Document = Extract<Reply, { kind: 'twiml' }>;

/** Executes a document. */
function obey(context: WorldContext, world: World, who: number, reply: Reply): World | Violation {
  if (reply.kind !== 'twiml') return { violation: 'P9: a request for TwiML was answered without any' };
  const verbs = reply.verbs.map(({ verb }) => verb);
  const becomes = (doing: CallActivity): World =>
    who === 0
      ? { ...world, caller: { ...world.caller, call: 'in-progress', doing } }
      : withLeg(world, who, { doing, ...(doing === 'speaking' ? { told: true } : {}) });
  if (verbs.includes('dial.conference')) {
    const leg = world.legs[who - 1];
    if (who !== 0 && leg?.declined === true) return { violation: 'P2: somebody is bridged who has declined' };
    if (who !== 0 && leg?.human !== true) return { violation: 'P2: somebody is bridged who is not known as a human' };
    if (world.legs.some((other, index) => index !== who - 1 && inRoom(other)) && who !== 0) {
      return { violation: 'P2: two people get one caller' };
    }
    return becomes('entering');
  }
  if (verbs.includes('gather')) return becomes('gather');
  if (verbs.includes('record')) return becomes(`recording#${partIn(reply) ?? 0}`);
  if (verbs.includes('say')) return becomes('speaking');
  if (verbs.includes('redirect')) return becomes(where(who, reply));
  if (who === 0) return endCallerCall(world);
  const unfair = unfairEnd(context, world, who);
  return unfair === undefined ? endLegCall(world, who, 'completed') : { violation: unfair };
}

/** Returns where a redirect in a document leads. */
function where(who: number, reply: Document): CallActivity {
  const part = partIn(reply);
  return who > 0 && part === undefined ? 'asks:leg.poll' : documentAsked(who, part);
}

/** Returns the part that a document leads to. */
function partIn({ verbs }: Document): number | undefined {
  for (const verb of verbs) {
    const to = verb.verb === 'redirect' ? verb.to : verb.verb === 'record' ? verb.action : undefined;
    if (to !== undefined && 'part' in to) return to.part;
  }
  return undefined;
}
