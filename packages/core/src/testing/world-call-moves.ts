import { endCallerCall, endLegCall, enterRoom, send, withLeg } from './world-calls.js';
import type { WorldContext } from './world-options.js';
import { lateRequest, request } from './world-requests.js';
import { legNote, type World } from './world-state.js';
import type { AddMove } from './world-task-moves.js';

/** What calls do by themselves. */
export function callMoves(context: WorldContext, world: World, add: AddMove): void {
  [world.caller, ...world.legs].forEach(({ call, doing }, who) => {
    const name = who === 0 ? 'caller' : `leg ${String(who)}`;
    if (call === 'over') return;
    if (doing.startsWith('asks:')) add(`${name} ${doing}`, true, () => request(context, quiet(world), who));
    else if (doing === 'entering') add(`${name} enters`, true, () => quiet(enterRoom(world, who)));
    else if (doing === 'speaking') {
      add(`${name} has heard it`, true, () =>
        quiet(who === 0 ? endCallerCall(world) : endLegCall(world, who, 'completed')),
      );
    } else if (doing === 'gather') {
      add(`${name} presses no key until it is too late`, true, () =>
        quiet(withLeg(world, who, { doing: 'asks:leg.round', late: true })),
      );
      add(`${name} presses no key in this round`, false, () => quiet(withLeg(world, who, { doing: 'asks:leg.round' })));
    } else if (who > 0 && call === 'queued') {
      add(`${name} is dialled`, true, () =>
        quiet(send(withLeg(world, who, { call: 'ringing' }), legNote(who, 'initiated'), legNote(who, 'ringing'))),
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

const PICKED_UP = {
  sync: { doing: 'detecting' },
  async: { doing: 'asks:leg.answered', listening: true },
} as const;

/** Asynchronous detection decides while the call goes on. */
export function verdictMoves(context: WorldContext, world: World, add: AddMove): void {
  world.legs.forEach(({ listening, human }, index) => {
    if (!listening) return;
    const who = index + 1;
    for (const verdict of [...context.answers].reverse()) {
      const change = { verdict, listening: false, human: human || verdict === 'human' };
      add(`leg ${String(who)} is ${verdict}`, false, () =>
        quiet(send(withLeg(world, who, change), legNote(who, 'verdict'))),
      );
    }
  });
}

/** What people are free to do. */
export function peopleMoves({ amd, patient }: WorldContext, world: World, add: AddMove): void {
  if (world.caller.call !== 'over' && !patient) add('caller hangs up', false, () => quiet(endCallerCall(world)));
  world.legs.forEach(({ call, doing }, index) => {
    const who = index + 1;
    const name = `leg ${String(who)}`;
    if (call === 'queued') add(`${name} fails`, false, () => quiet(endLegCall(world, who, 'failed')));
    if (call === 'ringing') {
      add(`${name} is busy`, false, () => quiet(endLegCall(world, who, 'busy')));
      add(`${name} answers`, false, () =>
        quiet(send(withLeg(world, who, { call: 'in-progress', ...PICKED_UP[amd] }), legNote(who, 'answered'))),
      );
    }
    if (doing === 'gather')
      add(`${name} presses #`, false, () => quiet(withLeg(world, who, { doing: 'asks:leg.key' })));
    if (call === 'in-progress') {
      add(`${name} hangs up`, false, () => quiet(endLegCall(world, who, 'completed')));
    }
  });
}

/** The flow hears nothing of it. */
function quiet(world: World): World {
  return { ...world, event: null };
}
