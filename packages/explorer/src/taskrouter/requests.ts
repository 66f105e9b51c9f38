import type { TaskRouterEvent, TaskRouterReply } from '@amd/core';
import type { Violation } from '../explore.js';
import { isOpen, legOf, unfairTaskEnd } from './checks.js';
import { hear, type Heard } from './hear.js';
import {
  CALLER_SID,
  notification,
  OTHER_KEY,
  reservationIndex,
  type TaskCallActivity,
  type TaskWorld,
} from './state.js';
import { endCallerCall, endLegCall, send, withLeg } from './twilio.js';
import type { TasksContext } from './options.js';
import { documentAsked } from '../forwarding/calls.js';
import { DECLINING_KEY, sid, START } from '../forwarding/state.js';

/** Makes a call request a document and execute it. */
export function request(
  context: TasksContext,
  world: TaskWorld,
  who: number,
  doing: TaskCallActivity,
): TaskWorld | Violation {
  const type = doing.slice('asks:'.length);
  const leg = world.legs[who - 1];
  const before = legOf(world, who)?.phase;
  const name = `${type} ${String(who)} ${leg?.verdict ?? ''} ${leg?.late === true ? 'late' : ''} ${String(leg?.bridged)} ${world.caller.queueResult ?? ''}`;
  const heard = hear(context, world, name, () => requestEvent(context, world, who, type));
  if ('violation' in heard) return heard;
  if (who === 0) return obey(context, heard.world, who, heard.reply);
  const wasAsked = before === 'confirming';
  const wrong = wasAsked ? wrongAnswerToKey(world, heard, who, type) : undefined;
  if (wrong !== undefined) return { violation: wrong };
  const inSync = context.amd === 'sync';
  const human = type === 'leg.answered' ? inSync && leg?.verdict === 'human' : type === 'leg.key';
  const declined = wasAsked && type === DECLINES;
  const owed = declined || (human && before !== 'farewell' && before !== 'ending' && before !== 'ended');
  const after = withLeg(heard.world, who, {
    ...(inSync ? { verdict: null } : {}),
    ...(human ? { human } : {}),
    ...(owed ? { owed } : {}),
    ...(declined ? { declined } : {}),
  });
  return obey(context, after, who, heard.reply);
}

const DECLINES = `leg.key#${DECLINING_KEY}`;

/** Returns what is wrong with the answer to a key of a worker who was asked for one. */
function wrongAnswerToKey(
  world: TaskWorld,
  { world: after, reply }: Heard,
  who: number,
  type: string,
): string | undefined {
  const hears = (verb: string): boolean => reply.kind === 'twiml' && reply.verbs.some((one) => one.verb === verb);
  switch (type) {
    case 'leg.key':
      return isOpen(world) && !hears('dial.queue') ? 'P4: a worker who takes the call does not get it' : undefined;
    case DECLINES:
      return hears('gather') ? 'P4: a worker who has declined is asked again' : undefined;
    case `leg.key#${OTHER_KEY}`:
      if (world.legs[who - 1]?.late === true) return undefined;
      if (after !== world) return 'P6: a key without meaning changes something';
      return hears('gather') ? undefined : 'P4: a worker is not asked again after a key without meaning';
    default:
      return undefined;
  }
}

/** The longest that asynchronous detection listens, in seconds; a key counts that much longer. */
const LISTENING = { sync: 0, async: 30 };

export function requestEvent(context: TasksContext, world: TaskWorld, who: number, what: string): TaskRouterEvent {
  const [type = '', part] = what.split('#');
  const leg = world.legs[who - 1];
  // Whether the time for a key is over.
  const at = leg?.late === true ? START + (context.settings.confirmSeconds + LISTENING[context.amd]) * 1000 : START;
  if (type === 'inbound') {
    const call = { sid: CALLER_SID, from: '+12125550123', to: '+14155550199', status: 'ringing' } as const;
    return { type, at, settings: context.settings, call };
  }
  if (type === 'caller.ended') {
    return { type, at, status: 'in-progress', queueResult: world.caller.queueResult };
  }
  if (type === 'caller.document') return { type, part: Number(part), at, status: 'in-progress' };
  const of = { at, leg: who, sid: sid(who), status: 'in-progress' } as const;
  if (type === 'leg.answered')
    return { ...of, type, answeredBy: context.amd === 'sync' ? (leg?.verdict ?? 'unknown') : null };
  if (type === 'leg.key') return { ...of, type, digits: part ?? '#' };
  if (type === 'leg.ended') return { ...of, type, bridged: leg?.bridged ?? false };
  if (type === 'leg.document' && part !== undefined) return { ...of, type, part: Number(part) };
  return { ...of, type: type as 'leg.poll' };
}

/** Executes a document. */
function obey(context: TasksContext, world: TaskWorld, who: number, reply: TaskRouterReply): TaskWorld | Violation {
  if (reply.kind !== 'twiml') return { violation: 'P9: a request for TwiML was answered without any' };
  for (const verb of reply.verbs) {
    switch (verb.verb) {
      case 'enqueue': {
        if (world.task !== 'none') return { violation: 'P1: the caller is enqueued a second time' };
        const caller = { ...world.caller, call: 'in-progress', doing: 'queue' } as const;
        return send({ ...world, caller, task: 'pending' }, notification('task.created'));
      }
      case 'dial.queue': {
        const leg = world.legs[who - 1];
        if (leg?.declined === true) return { violation: 'P2: somebody is bridged who has declined' };
        if (leg?.human !== true) return { violation: 'P2: somebody is bridged who is not known as a human' };
        return withLeg(world, who, { doing: 'dialing', takes: reservationIndex(verb.reservation) });
      }
      case 'gather':
        return withLeg(world, who, { doing: 'gather' });
      case 'redirect':
        return redirected(world, who, 'part' in verb.to ? verb.to.part : undefined);
      case 'hangup':
      case 'reject':
        return hangUp(context, world, who, reply);
      case 'say':
      case 'pause':
      case 'play':
      case 'dial.conference':
      case 'record':
      case 'dial.number':
      case 'leave':
    }
  }
  return hangUp(context, world, who, reply);
}

function redirected(world: TaskWorld, who: number, part: number | undefined): TaskWorld {
  if (who === 0) return { ...world, caller: { ...world.caller, call: 'in-progress', doing: documentAsked(0, part) } };
  return withLeg(world, who, { doing: part === undefined ? 'asks:leg.poll' : documentAsked(who, part) });
}

function hangUp(context: TasksContext, world: TaskWorld, who: number, reply: TaskRouterReply): TaskWorld | Violation {
  const speaks = reply.kind === 'twiml' && reply.verbs.some(({ verb }) => verb === 'say');
  if (who === 0) {
    return speaks ? { ...world, caller: { ...world.caller, doing: 'speaking' } } : endCallerCall(world);
  }
  if (speaks) return withLeg(world, who, { doing: 'speaking', told: true });
  const unfair = unfairTaskEnd(context, world, who);
  return unfair === undefined ? endLegCall(world, who, 'completed') : { violation: unfair };
}
