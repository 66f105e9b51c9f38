import type { E164 } from '../kernel/brand.js';
import type { Flow, Step } from '../kernel/flow.js';
import type { Effect } from '../flows/effects.js';
import { DEFAULT_FORWARDING_CONFIG, type ForwardingConfig } from '../flows/forwarding/config.js';
import type { ForwardingEvent } from '../flows/forwarding/events.js';
import { callSettings, type CallSettings } from '../flows/forwarding/settings.js';
import { isFinal, type ForwardingState } from '../flows/forwarding/state.js';
import { forwarding } from '../flows/forwarding/transition.js';
import type { AnsweredBy } from '../wire/answered-by.js';
import type { Reply } from '../wire/twiml.js';
import type { Model, Move, Violation } from './explore.js';
import { endCallerCall, endLegCall, enterRoom, send, withLeg } from './world-calls.js';
import { worldKey } from './world-key.js';
import { fates } from './world-rest.js';
import {
  CALLER_SID,
  legNote,
  NEW_LEG,
  noteEvent,
  noteName,
  sid,
  type Doing,
  type World,
  type WorldLeg,
  type WorldTask,
} from './world-state.js';

export interface WorldOptions {
  /** `atOnce` rings both legs together, `inOrder` one after the other. */
  readonly legs: 1 | 2;
  readonly ring?: 'inOrder' | 'atOnce';
  /** Refusals, lost answers, failures and crashes in one history. Default 1. */
  readonly faults?: number;
  /** Who may answer. Default all of human, machine_start, fax, unknown. */
  readonly answers?: readonly AnsweredBy[];
  /** Whether the caller arrives with a token, so that their number is shown first. Default true. */
  readonly token?: boolean;
  /** Looking a call up may take its time, while other things happen. Default false: it is answered at once, if late. */
  readonly slowFetch?: boolean;
  /** Another flow to put to the same test. */
  readonly flow?: Flow<ForwardingState, ForwardingEvent, Effect, Reply, ForwardingConfig>;
}

const START = 1_700_000_000_000;
const ANSWERS: readonly AnsweredBy[] = ['human', 'machine_start', 'fax', 'unknown'];

/** One call with everything that may happen to it: Twilio, people, the network, and our own crashes. */
export function forwardingWorld(options: WorldOptions): Model<World> {
  const { faults = 1, answers = ANSWERS, token = true, ring = 'inOrder', slowFetch = false } = options;
  const flow = options.flow ?? forwarding;
  // As few tries as the faults leave us: more of the same is not another order.
  const config: ForwardingConfig = { ...DEFAULT_FORWARDING_CONFIG, redirectRetryMs: [1000], noticeTries: 1 + faults };
  const numbers = ['+14155550101', '+14155550102'].slice(0, options.legs).map((to) => ({ to: to as E164 }));
  const settings: CallSettings = callSettings({
    forwardTo: ring === 'atOnce' ? [{ targets: numbers }] : numbers.map((target) => ({ targets: [target] })),
  });
  const inbound = (now: number): ForwardingEvent => ({
    type: 'inbound',
    at: now,
    settings,
    call: {
      sid: CALLER_SID,
      from: '+12125550123',
      to: '+14155550199',
      status: 'ringing',
      ...(token ? { token: 'token' } : {}),
    },
  });

  /** The flow hears an event: its state and tasks are changed together, and a repeat must change nothing. */
  function hear(world: World, event: ForwardingEvent, doneTask?: string): { world: World; reply: Reply } | Violation {
    const step = flow.transition(world.state, event, config);
    if (doneTask === undefined) {
      // Heard without effect: then a repeat has none either.
      if (step.effects.length === 0 && sameState(step.state, world.state)) return { world, reply: step.reply };
      const again = repeat(step, event);
      if (again !== undefined) return { violation: again };
    }
    const tasks = applyEffects(world.tasks, step.effects, world.now, doneTask);
    return { world: { ...world, state: withoutStory(step.state), tasks, event }, reply: step.reply };
  }

  function repeat(step: Step<ForwardingState, Effect, Reply>, event: ForwardingEvent): string | undefined {
    const again = flow.transition(step.state, event, config);
    if (again.effects.some((effect) => effect.type !== 'effect.drop') || !sameState(again.state, step.state)) {
      return `P6: hearing ${event.type} twice changes something`;
    }
    return undefined;
  }

  function request(world: World, who: number): World | Violation {
    const doing = who === 0 ? world.caller.doing : (world.legs[who - 1]?.doing ?? 'nothing');
    const event = requestEvent(world, who, doing);
    const before = legPhase(world, who);
    const heard = hear(world, event);
    if ('violation' in heard) return heard;
    if (who === 0) return obey(heard.world, who, heard.reply);
    const owed = legOwed(heard.world, who) && before !== 'ending' && before !== 'ended';
    return obey(withLeg(heard.world, who, { verdict: null, ...(owed ? { owed } : {}) }), who, heard.reply);
  }

  function requestEvent(world: World, who: number, doing: Doing | string): ForwardingEvent {
    const type = doing.slice('asks:'.length);
    const at = world.now;
    if (type === 'inbound') return inbound(at);
    if (who === 0) return { type: type as 'caller.ended', at, status: 'in-progress' };
    const of = { at, leg: who, sid: sid(who), status: 'in-progress' } as const;
    if (type === 'leg.answered') return { ...of, type, answeredBy: world.legs[who - 1]?.verdict ?? 'unknown' };
    if (type === 'leg.key') return { ...of, type, digits: '#' };
    return { ...of, type: type as 'leg.round' };
  }

  /** The call does what its document says. */
  function obey(world: World, who: number, reply: Reply): World | Violation {
    if (reply.kind !== 'twiml') return { violation: 'P9: a request for TwiML was answered without any' };
    const verbs = reply.verbs.map(({ verb }) => verb);
    const becomes = (doing: Doing): World =>
      who === 0
        ? { ...world, caller: { ...world.caller, call: 'in-progress', doing } }
        : withLeg(world, who, { doing, ...(doing === 'speaking' ? { told: true } : {}) });
    if (verbs.includes('dial.conference')) {
      const leg = world.legs[who - 1];
      if (who !== 0 && leg?.owed !== true) return { violation: 'P2: somebody is bridged who is not known as a human' };
      if (world.legs.some((other, index) => index !== who - 1 && inRoom(other)) && who !== 0) {
        return { violation: 'P2: two people get one caller' };
      }
      return becomes('entering');
    }
    if (verbs.includes('gather')) return becomes('gather');
    if (verbs.includes('say')) return becomes('speaking');
    if (verbs.includes('redirect')) return becomes('asks:leg.round');
    if (who === 0) return endCallerCall(world);
    const unfair = unfairEnd(world, who);
    return unfair === undefined ? endLegCall(world, who, 'completed') : { violation: unfair };
  }

  function unfairEnd(world: World, who: number): string | undefined {
    const leg = world.legs[who - 1];
    if (leg === undefined || !leg.owed || leg.told || leg.bridged || leg.call !== 'in-progress') return undefined;
    // We tried as often as we may, and the request for the notice has not come for as long.
    if (leg.doing === 'asks:leg.document' && (legOf(world, who)?.noticeTries ?? 0) >= config.noticeTries)
      return undefined;
    return 'P4: a human who waits is hung up on without a word';
  }

  function moves(world: World): Move<World>[] {
    const list: Move<World>[] = [];
    const add = (name: string, forced: boolean, run: Move<World>['run']): void => {
      list.push({ name, forced, run });
    };
    taskMoves(world, add);
    if (!slowFetch && world.tasks.some(isFetch)) return list;
    callMoves(world, add);
    timerMoves(world, add);
    peopleMoves(world, add);
    // What was sent may arrive at any time from then on, never, or again and again.
    for (let note = 0; note < 6 + 7 * options.legs; note += 1) {
      if ((world.notes & (1 << note)) === 0) continue;
      add(`hears ${noteName(note)}`, false, () => {
        const heard = hear(world, noteEvent(world, note));
        if ('violation' in heard) return heard;
        return heard.world;
      });
    }
    return list;
  }

  type Add = (name: string, forced: boolean, run: Move<World>['run']) => void;

  function taskMoves(world: World, add: Add): void {
    for (const task of world.tasks) {
      if ('timer' in task.work || (!slowFetch && !isFetch(task) && world.tasks.some(isFetch))) continue;
      const { effect } = task.work;
      const others = world.tasks.filter((other) => other !== task);
      if (task.outcome !== null) {
        const { outcome } = task;
        add(`${task.id} → ${outcome.as}`, true, () => {
          const event: ForwardingEvent = { type: 'effect.outcome', at: world.now, effect, outcome };
          const heard = hear(world, event, task.id);
          return 'violation' in heard ? heard : heard.world;
        });
        if (world.faults > 0) {
          add(`crash before ${task.id} is written down`, false, () => ({
            ...world,
            event: null,
            faults: world.faults - 1,
            tasks: [...others, { ...task, outcome: null, attempt: task.attempt + 1 }],
          }));
        }
        continue;
      }
      // Only these outcomes can be overtaken by what they cause in a way that matters; the others are told at once.
      const split = effect.type === 'call.create' || effect.type === 'call.redirect';
      for (const fate of fates(world, effect, task.attempt)) {
        if (fate.fault && world.faults === 0) continue;
        const carriedOut = (): World | Violation => {
          if (effect.type === 'call.end' && effect.leg > 0 && fate.world !== world) {
            const unfair = unfairEnd(world, effect.leg);
            if (unfair !== undefined) return { violation: unfair };
          }
          return { ...fate.world, event: null, faults: world.faults - (fate.fault ? 1 : 0) };
        };
        add(`${task.id} ${fate.name}`, fate.good, () => {
          const after = carriedOut();
          if ('violation' in after) return after;
          if (split) return { ...after, tasks: [...others, { ...task, outcome: fate.outcome }] };
          const heard = hear(after, { type: 'effect.outcome', at: after.now, effect, outcome: fate.outcome }, task.id);
          return 'violation' in heard ? heard : heard.world;
        });
        if (!split && fate.good && effect.type !== 'call.fetch' && world.faults > 0) {
          add(`${task.id} ${fate.name}, then a crash`, false, () => {
            const after = carriedOut();
            return 'violation' in after ? after : { ...after, faults: world.faults - 1 };
          });
        }
      }
    }
  }

  /** What calls do by themselves. */
  function callMoves(world: World, add: Add): void {
    [world.caller, ...world.legs].forEach(({ call, doing }, who) => {
      const name = who === 0 ? 'caller' : `leg ${String(who)}`;
      if (call === 'over') return;
      if (doing.startsWith('asks:')) add(`${name} ${doing}`, true, () => request({ ...world, event: null }, who));
      else if (doing === 'entering') add(`${name} enters`, true, () => quiet(enterRoom(world, who)));
      else if (doing === 'speaking') {
        add(`${name} has heard it`, true, () =>
          quiet(who === 0 ? endCallerCall(world) : endLegCall(world, who, 'completed')),
        );
      } else if (doing === 'gather') {
        const until = legOf(world, who)?.confirmUntil ?? world.now;
        add(`${name} presses no key until it is too late`, true, () =>
          quiet(withLeg({ ...world, now: Math.max(world.now, until) }, who, { doing: 'asks:leg.round' })),
        );
        add(`${name} presses no key in this round`, false, () =>
          quiet(withLeg(world, who, { doing: 'asks:leg.round' })),
        );
      } else if (who > 0 && call === 'queued') {
        add(`${name} is dialled`, true, () =>
          quiet(send(withLeg(world, who, { call: 'ringing' }), legNote(who, 'initiated'), legNote(who, 'ringing'))),
        );
      } else if (who > 0 && call === 'ringing') {
        add(`${name} is not answered`, true, () => quiet(endLegCall(world, who, 'no-answer')));
      } else if (doing === 'detecting') {
        for (const verdict of [...answers].reverse()) {
          add(`${name} is ${verdict}`, true, () => quiet(withLeg(world, who, { verdict, doing: 'asks:leg.answered' })));
        }
      }
    });
    world.stale.forEach((entry, index) => {
      const [who = '0', , type = ''] = entry.split(':');
      add(`late ${entry}`, false, () => {
        const rest = { ...world, stale: world.stale.filter((_, at) => at !== index) };
        const heard = hear(rest, requestEvent(rest, Number(who), `asks:${type}`));
        return 'violation' in heard ? heard : heard.world;
      });
    });
  }

  /** Each timer fires as late as it likes, so in any order; left alone, those that come round again fire last. */
  function timerMoves(world: World, add: Add): void {
    for (const task of [...world.tasks].sort((a, b) => rank(a) - rank(b) || (a.id < b.id ? -1 : 1))) {
      if (!('timer' in task.work)) continue;
      const { timer } = task.work;
      add(`timer ${timer}`, true, () => {
        const later = { ...world, now: Math.max(world.now, task.dueAt) };
        const heard = hear(later, { type: 'timer', at: later.now, timer, dueAt: task.dueAt }, task.id);
        return 'violation' in heard ? heard : heard.world;
      });
    }
  }

  /** What people are free to do. */
  function peopleMoves(world: World, add: Add): void {
    if (world.caller.call !== 'over') add('caller hangs up', false, () => quiet(endCallerCall(world)));
    world.legs.forEach(({ call, doing }, index) => {
      const who = index + 1;
      const name = `leg ${String(who)}`;
      if (call === 'queued') add(`${name} fails`, false, () => quiet(endLegCall(world, who, 'failed')));
      if (call === 'ringing') {
        add(`${name} is busy`, false, () => quiet(endLegCall(world, who, 'busy')));
        add(`${name} answers`, false, () =>
          quiet(send(withLeg(world, who, { call: 'in-progress', doing: 'detecting' }), legNote(who, 'answered'))),
        );
      }
      if (doing === 'gather')
        add(`${name} presses #`, false, () => quiet(withLeg(world, who, { doing: 'asks:leg.key' })));
      if (call === 'in-progress') {
        add(`${name} hangs up`, false, () => quiet(endLegCall(world, who, 'completed')));
      }
    });
  }

  function check(world: World): string | undefined {
    if (world.legs.filter(inRoom).length > 1) return 'P2: two people are with one caller';
    if (world.state.kind !== 'call') return undefined;
    const over = world.state.caller.phase === 'ended';
    if (over !== (world.state.result !== null)) return 'P1: ended without an outcome, or the other way round';
    if (isFinal(world.state)) {
      const orphan = world.legs.findIndex((leg, index) => live(leg) && legSid(world, index + 1) !== null);
      if (orphan >= 0) return `P3: leg ${String(orphan + 1)} lives on after the call is over`;
      if (world.tasks.some((task) => 'timer' in task.work)) return 'P3: a timer outlives its call';
    }
    return undefined;
  }

  return {
    name: `${String(options.legs)} leg${options.legs === 1 ? '' : `s ${ring}`}, ${String(faults)} fault${faults === 1 ? '' : 's'}`,
    initial: () => ({
      now: START,
      caller: { call: 'ringing', final: null, doing: 'asks:inbound' },
      legs: numbers.map(() => NEW_LEG),
      roomStarted: false,
      notes: 0,
      stale: [],
      tasks: [],
      faults,
      state: flow.initial(),
      event: null,
    }),
    moves,
    key: worldKey,
    check,
    settled: (world) => isSettled(world),
    line: (world) => (world.event === null ? undefined : JSON.stringify(world.event)),
    test: testSource,
  };
}

function rank(task: WorldTask): number {
  return 'timer' in task.work ? ['caller', 'deadline', 'heartbeat'].indexOf(task.work.timer) : -1;
}

function isFetch(task: WorldTask): boolean {
  return 'effect' in task.work && task.work.effect.type === 'call.fetch';
}

function quiet(world: World): World {
  return { ...world, event: null };
}

function live(leg: WorldLeg): boolean {
  return leg.call !== 'none' && leg.call !== 'over';
}

function inRoom(leg: WorldLeg): boolean {
  return leg.doing === 'room' || leg.doing === 'entering';
}

function legOf(world: World, who: number) {
  return world.state.kind === 'call' ? world.state.legs.find((leg) => leg.id === who) : undefined;
}

function legPhase(world: World, who: number): string | undefined {
  return legOf(world, who)?.phase;
}

function legSid(world: World, who: number): string | null {
  return legOf(world, who)?.sid ?? null;
}

function legOwed(world: World, who: number): boolean {
  return legOf(world, who)?.human === true;
}

/** Over for everybody, or two people talk and the flow knows. */
function isSettled(world: World): boolean {
  const { state, caller, legs } = world;
  if (state.kind !== 'call') return caller.call === 'over';
  if (isFinal(state)) return caller.call === 'over' && legs.every((leg) => !live(leg));
  return state.caller.phase === 'connected' && caller.doing === 'room' && legs.some((leg) => leg.doing === 'room');
}

function applyEffects(
  tasks: readonly WorldTask[],
  effects: readonly Effect[],
  now: number,
  doneTask: string | undefined,
): WorldTask[] {
  let next = tasks.filter((task) => task.id !== doneTask);
  for (const effect of effects) {
    switch (effect.type) {
      case 'timer.stop':
        next = next.filter((task) => task.id !== effect.id);
        break;
      case 'effect.drop':
        // What is under way is not stopped by it.
        next = next.filter((task) => task.id !== effect.id || task.outcome !== null);
        break;
      case 'timer.start':
        next.push({ id: effect.id, dueAt: effect.dueAt, work: { timer: effect.timer }, attempt: 1, outcome: null });
        break;
      case 'hook.run':
        break;
      case 'call.create':
      case 'call.end':
      case 'call.redirect':
      case 'call.fetch':
        next.push({ id: effect.id, dueAt: now, work: { effect }, attempt: 1, outcome: null });
    }
  }
  return next;
}

/** The story and how a leg came out are for people; a flow that looked at them would be caught here. */
function withoutStory(state: ForwardingState): ForwardingState {
  if (state.kind !== 'call') return state;
  return {
    ...state,
    story: { startedAt: 0 },
    legs: state.legs.map((leg) => ({ ...leg, result: null, story: { requestedAt: 0 } })),
  };
}

/** Structural, and quick about what was not copied. The story may differ: it is for people. */
function sameState(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  const [before, after] = [a as Record<string, unknown>, b as Record<string, unknown>];
  const names = Object.keys(before);
  if (names.length !== Object.keys(after).length) return false;
  return names.every((name) => name === 'story' || name === 'result' || sameState(before[name], after[name]));
}

function testSource(lines: readonly string[], violation: string): string {
  return [
    `it(${JSON.stringify(violation)}, () => {`,
    '  let state = forwarding.initial();',
    '  for (const event of [',
    ...lines.map((line) => `    ${line},`),
    '  ] as ForwardingEvent[]) {',
    '    const step = forwarding.transition(state, event, DEFAULT_FORWARDING_CONFIG);',
    '    console.log(event.type, step.reply, step.effects);',
    '    state = step.state;',
    '  }',
    '});',
  ].join('\n');
}
