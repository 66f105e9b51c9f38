import type { E164 } from '../kernel/brand.js';
import type { Flow } from '../kernel/flow.js';
import type { Effect, Outcome, TimerEvent } from '../flows/effects.js';
import { DEFAULT_FORWARDING_CONFIG, type ForwardingConfig } from '../flows/forwarding/config.js';
import type { ForwardingEvent } from '../flows/forwarding/events.js';
import { callSettings, type CallSettings } from '../flows/forwarding/settings.js';
import { isFinal, type ForwardingState } from '../flows/forwarding/state.js';
import { isHopeful } from '../flows/leg/leg.js';
import { forwarding } from '../flows/forwarding/transition.js';
import type { AnsweredBy } from '../wire/answered-by.js';
import type { Reply } from '../wire/twiml.js';
import type { Model, Move, Violation } from './explore.js';
import { endCallerCall, endLegCall, enterRoom, send, withLeg } from './world-calls.js';
import { flowMemory } from './flow-memory.js';
import { isDone, worldKey } from './world-key.js';
import { fates } from './world-rest.js';
import {
  CALLER_SID,
  LEG_NOTES,
  legNote,
  NEW_LEG,
  noteEvent,
  noteKey,
  noteName,
  sid,
  START,
  type Doing,
  type World,
  type WorldLeg,
  type WorldTask,
} from './world-state.js';

interface Heard {
  readonly world: World;
  readonly reply: Reply;
}

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
  /** Every notification is lost: only requests, REST and timers tell the flow anything. */
  readonly deaf?: boolean;
  /**
   * REST may be slower than it is allowed to be. Default false: a fetch is answered at once, if with what was true a moment
   * ago, and no watchdog (10 s and more) overtakes a REST call that is under way (8 s at the most). The deadline and the
   * heartbeat, which are due at a time of their own, may always.
   */
  readonly slowRest?: boolean;
  /** Another flow to put to the same test. */
  readonly flow?: Flow<ForwardingState, ForwardingEvent, Effect, Reply, ForwardingConfig>;
}

const ANSWERS: readonly AnsweredBy[] = ['human', 'machine_start', 'fax', 'unknown'];

/** One call with everything that may happen to it: Twilio, people, the network, and our own crashes. */
export function forwardingWorld(options: WorldOptions): Model<World> {
  const { faults = 1, answers = ANSWERS, token = true, ring = 'inOrder', slowRest = false, deaf = false } = options;
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

  const memory = flowMemory(flow, config);
  const hears = Array.from({ length: 6 + 7 * options.legs }, (_, note) => `hears ${noteName(note)}`);

  /** The flow hears an event: its state and tasks are changed together, and a repeat must change nothing. */
  function hear(world: World, name: string, event: () => ForwardingEvent, doneTask?: string): Heard | Violation {
    const step = memory.step(world.state, name, event, doneTask === undefined);
    if (step.violation !== null) return { violation: step.violation };
    if (doneTask === undefined && step.effects.length === 0 && step.state === world.state) {
      return { world, reply: step.reply };
    }
    // Time stands still here, so a timer that is started anew is the same timer.
    const startedAnew = step.event.type === 'timer' && wants(step.state, step.event);
    const tasks = applyEffects(world.tasks, step.effects, startedAnew ? undefined : doneTask);
    return { world: { ...world, state: step.state, tasks, event: step.event }, reply: step.reply };
  }

  function request(world: World, who: number): World | Violation {
    const doing = who === 0 ? world.caller.doing : (world.legs[who - 1]?.doing ?? 'nothing');
    const before = legPhase(world, who);
    const heard = hear(world, requestName(world, who, doing), () => requestEvent(world, who, doing));
    if ('violation' in heard) return heard;
    if (who === 0) return obey(heard.world, who, heard.reply);
    const human = doing === 'asks:leg.answered' ? world.legs[who - 1]?.verdict === 'human' : doing === 'asks:leg.key';
    const owed = human && before !== 'told' && before !== 'ending' && before !== 'ended';
    const heardLeg = { verdict: null, ...(human ? { human } : {}), ...(owed ? { owed } : {}) };
    return obey(withLeg(heard.world, who, heardLeg), who, heard.reply);
  }

  function requestName(world: World, who: number, doing: string): string {
    const leg = world.legs[who - 1];
    return `${doing} ${String(who)} ${leg?.verdict ?? ''} ${leg?.late === true ? 'late' : ''}`;
  }

  function requestEvent(world: World, who: number, doing: string): ForwardingEvent {
    const type = doing.slice('asks:'.length);
    // The only time that matters: whether the time for a key is up.
    const at = world.legs[who - 1]?.late === true ? START + settings.confirmSeconds * 1000 : START;
    if (type === 'inbound') return inbound(START);
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
      if (who !== 0 && leg?.human !== true) return { violation: 'P2: somebody is bridged who is not known as a human' };
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
    // We gave the notice to a request that was overtaken, or tried as often as we may; and since then none has come.
    const { noticeGiven = false, noticeTries = 0 } = legOf(world, who) ?? {};
    if (leg.doing === 'asks:leg.document' && (noticeGiven || noticeTries >= config.noticeTries)) return undefined;
    return 'P4: a human who waits is hung up on without a word';
  }

  function moves(world: World): Move<World>[] {
    const list: Move<World>[] = [];
    const add = (name: string, forced: boolean, run: Move<World>['run']): void => {
      list.push({ name, forced, run });
    };
    taskMoves(world, add);
    if (!slowRest && world.tasks.some(isFetch)) return list;
    callMoves(world, add);
    timerMoves(world, add);
    peopleMoves(world, add);
    // What was sent may arrive at any time from then on, never, or again and again.
    for (let note = 0; note < hears.length; note += 1) {
      if (deaf || (world.notes & (1 << note)) === 0) continue;
      add(hears[note] ?? '', false, () => {
        const heard = hear(world, noteKey(world, note), () => noteEvent(world, note));
        if ('violation' in heard) return heard;
        return heard.world;
      });
    }
    return list;
  }

  type Add = (name: string, forced: boolean, run: Move<World>['run']) => void;

  function taskMoves(world: World, add: Add): void {
    for (const task of world.tasks) {
      if ('timer' in task.work || (!slowRest && !isFetch(task) && world.tasks.some(isFetch))) continue;
      const { effect } = task.work;
      const others = world.tasks.filter((other) => other !== task);
      if (task.outcome !== null) {
        const { outcome } = task;
        add(`${task.id} → ${outcome.as}`, true, () => {
          const event = (): ForwardingEvent => ({ type: 'effect.outcome', at: START, effect, outcome });
          const heard = hear(world, outcomeName(task.id, outcome), event, task.id);
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
          const event = (): ForwardingEvent => ({ type: 'effect.outcome', at: START, effect, outcome: fate.outcome });
          const heard = hear(after, outcomeName(task.id, fate.outcome), event, task.id);
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
        add(`${name} presses no key until it is too late`, true, () =>
          quiet(withLeg(world, who, { doing: 'asks:leg.round', late: true })),
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
        const doing = `asks:${type}`;
        const heard = hear(rest, requestName(rest, Number(who), doing), () => requestEvent(rest, Number(who), doing));
        return 'violation' in heard ? heard : heard.world;
      });
    });
  }

  /** Each timer fires as late as it likes, so in any order; left alone, those that come round again fire last. */
  function timerMoves(world: World, add: Add): void {
    for (const task of [...world.tasks].sort((a, b) => rank(a) - rank(b) || (a.id < b.id ? -1 : 1))) {
      if (!('timer' in task.work)) continue;
      const { timer } = task.work;
      if (!slowRest && rank(task) < RANKS.indexOf('deadline') && world.tasks.some((other) => 'effect' in other.work))
        continue;
      add(`timer ${timer}`, true, () => {
        const heard = hear(world, task.id, () => ({ type: 'timer', at: START, timer, dueAt: task.dueAt }), task.id);
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
    const late = lateNote(world);
    if (late !== undefined) return late;
    if (world.state.kind !== 'call') return undefined;
    const over = world.state.caller.phase === 'ended';
    if (over && world.state.legs.some(({ phase }) => isHopeful(phase))) return 'P3: a leg goes on for nobody';
    if (over !== (world.state.result !== null)) return 'P1: ended without an outcome, or the other way round';
    if (isFinal(world.state)) {
      const orphan = world.legs.findIndex((leg, index) => live(leg) && legSid(world, index + 1) !== null);
      if (orphan >= 0) return `P3: leg ${String(orphan + 1)} lives on after the call is over`;
      if (world.tasks.some((task) => 'timer' in task.work)) return 'P3: a timer outlives its call';
    }
    return undefined;
  }

  /** What is still heard of a leg that is over, and known to be, changes nothing. */
  function lateNote(world: World): string | undefined {
    for (let leg = 1; leg <= options.legs; leg += 1) {
      if (!isDone(world, leg)) continue;
      for (const note of LEG_NOTES) {
        const number = legNote(leg, note);
        if ((world.notes & (1 << number)) === 0) continue;
        const step = memory.step(world.state, noteKey(world, number), () => noteEvent(world, number), true);
        if (step.effects.length > 0 || step.state !== world.state) return `P6: a late ${noteName(number)} counts`;
      }
    }
    return undefined;
  }

  return {
    name: [
      options.legs === 1 ? '1 leg' : `2 legs ${ring}`,
      `${String(faults)} fault${faults === 1 ? '' : 's'}`,
      ...(deaf ? ['nothing heard'] : []),
      ...(slowRest ? ['slow REST'] : []),
      ...(answers === ANSWERS ? [] : [answers.join(' or ')]),
    ].join(', '),
    initial: () => ({
      caller: { call: 'ringing', final: null, doing: 'asks:inbound' },
      legs: numbers.map(() => NEW_LEG),
      roomStarted: false,
      notes: 0,
      stale: [],
      tasks: [],
      faults,
      state: memory.initial,
      event: null,
    }),
    moves,
    key: (world) => worldKey(deaf ? { ...world, notes: 0 } : world, memory.numberOf(world.state)),
    check,
    settled: (world) => isSettled(world),
    line: (world) => (world.event === null ? undefined : JSON.stringify(world.event)),
    test: testSource,
  };
}

const RANKS = ['caller', 'deadline', 'heartbeat'];

function rank(task: WorldTask): number {
  return 'timer' in task.work ? RANKS.indexOf(task.work.timer) : -1;
}

function outcomeName(task: string, outcome: Outcome): string {
  return `${task} ${outcome.as} ${'status' in outcome ? String(outcome.status) : ''}${'code' in outcome ? String(outcome.code) : ''}`;
}

function wants(state: ForwardingState, { timer, dueAt }: TimerEvent): boolean {
  return state.kind === 'call' && state.timers[timer] === dueAt;
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
        next.push({ id: effect.id, dueAt: 0, work: { effect }, attempt: 1, outcome: null });
    }
  }
  return next;
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
