import { closeRoom, endCallerCall, endLegCall, enterRoom, NOBODY, send, withCopy, withLeg } from './calls.js';
import type { WorldContext } from './options.js';
import { lateRequest, request, unheardRequest } from './requests.js';
import { DECLINING_KEY, legNotification, NEW_LEG, type World } from './state.js';
import type { AddMove } from './task-moves.js';

/** Adds what calls do by themselves. */
export function callMoves(context: WorldContext, world: World, add: AddMove): void {
  [world.caller, ...world.legs].forEach(({ call, doing }, who) => {
    const name = who === 0 ? 'caller' : `leg ${String(who)}`;
    if (call === 'over') return;
    if (doing.startsWith('asks:')) requestMoves(context, world, add, who);
    else if (doing.startsWith('recording#')) {
      const part = Number(doing.slice('recording#'.length));
      add(`${name} has left a message`, true, () =>
        quiet({ ...world, caller: { ...world.caller, doing: `asks:caller.fallback#${part}` } }),
      );
    } else if (doing === 'entering') add(`${name} enters`, true, () => quiet(enterRoom(world, who)));
    else if (doing === 'speaking') {
      add(`${name} has heard it`, true, () =>
        quiet(who === 0 ? endCallerCall(world) : endLegCall(world, who, 'completed')),
      );
    } else if (doing === 'gather') {
      add(`${name} presses no key until it is too late`, true, () =>
        quiet(withLeg(world, who, { doing: 'asks:leg.poll', late: true })),
      );
      add(`${name} presses no key in this poll`, false, () => quiet(withLeg(world, who, { doing: 'asks:leg.poll' })));
    } else if (who > 0 && call === 'queued') {
      add(`${name} is dialled`, true, () =>
        quiet(
          send(
            withLeg(world, who, { call: 'ringing' }),
            legNotification(who, 'initiated'),
            legNotification(who, 'ringing'),
          ),
        ),
      );
    } else if (who > 0 && call === 'ringing') {
      add(`${name} is not answered`, true, () => quiet(endLegCall(world, who, 'no-answer')));
    } else if (doing === 'detecting') {
      for (const verdict of [...context.answers].reverse()) {
        add(`${name} is ${verdict}`, true, () => quiet(withLeg(world, who, { verdict, doing: 'asks:leg.answered' })));
      }
    }
  });
  world.stale.forEach((entry, index) => {
    add(`late ${entry}`, false, () => {
      const rest = { ...world, stale: world.stale.filter((_, at) => at !== index) };
      return lateRequest(context, rest, entry);
    });
  });
}

/** Adds a request and its answer. It may be made twice: the answer to the first is lost, or a repeat arrives later. */
function requestMoves(context: WorldContext, world: World, add: AddMove, who: number): void {
  const { doing } = who === 0 ? world.caller : (world.legs[who - 1] ?? NEW_LEG);
  const name = `${who === 0 ? 'caller' : `leg ${String(who)}`} ${doing}`;
  add(name, true, () => request(context, quiet(world), who));
  if (world.repeats === 0) return;
  const after = { ...quiet(world), repeats: world.repeats - 1 };
  add(`${name}, and the answer is lost`, false, () => unheardRequest(context, after, who));
  add(`${name}, and once more later`, false, () => request(context, withCopy(after, who, doing), who));
}

const PICKED_UP = {
  sync: { doing: 'detecting' },
  async: { doing: 'asks:leg.answered', listening: true },
} as const;

/** Adds the verdict of asynchronous detection while the call goes on. */
export function verdictMoves(context: WorldContext, world: World, add: AddMove): void {
  world.legs.forEach(({ listening, human }, index) => {
    if (!listening) return;
    const who = index + 1;
    for (const verdict of [...context.answers].reverse()) {
      const change = { verdict, listening: false, human: human || verdict === 'human' };
      add(`leg ${String(who)} is ${verdict}`, false, () =>
        quiet(send(withLeg(world, who, change), legNotification(who, 'verdict'))),
      );
    }
  });
}

/** Adds what people may freely do. */
export function peopleMoves({ amd, callerStays, declines }: WorldContext, world: World, add: AddMove): void {
  if (world.roomEnds > 0 && world.caller.doing === 'room') {
    add('the room is ended', false, () => quiet({ ...closeRoom(world, NOBODY), roomEnds: world.roomEnds - 1 }));
  }
  if (world.caller.call !== 'over' && !callerStays) add('caller hangs up', false, () => quiet(endCallerCall(world)));
  world.legs.forEach(({ call, doing }, index) => {
    const who = index + 1;
    const name = `leg ${String(who)}`;
    if (call === 'queued') add(`${name} fails`, false, () => quiet(endLegCall(world, who, 'failed')));
    if (call === 'ringing') {
      add(`${name} is busy`, false, () => quiet(endLegCall(world, who, 'busy')));
      add(`${name} answers`, false, () =>
        quiet(send(withLeg(world, who, { call: 'in-progress', ...PICKED_UP[amd] }), legNotification(who, 'answered'))),
      );
    }
    if (doing === 'gather') {
      add(`${name} presses #`, false, () => quiet(withLeg(world, who, { doing: 'asks:leg.key' })));
      if (declines) {
        add(`${name} presses ${DECLINING_KEY}`, false, () =>
          quiet(withLeg(world, who, { doing: `asks:leg.key#${DECLINING_KEY}` })),
        );
      }
    }
    if (call === 'in-progress') {
      add(`${name} hangs up`, false, () => quiet(endLegCall(world, who, 'completed')));
    }
  });
}

/** The world after something that the flow does not learn of. */
function quiet(world: World): World {
  return { ...world, event: null };
}
