import {
  type AnsweredBy,
  atOnce,
  callSettings,
  type CallSettings,
  DEFAULT_FORWARDING_CONFIG,
  type E164,
  type Effect,
  type Flow,
  forwarding,
  type ForwardingConfig,
  type ForwardingEvent,
  type ForwardingState,
  inOrder,
  type Reply,
  staggered,
} from '@amd/core';
import type { LateRequests } from './calls.js';
import { forwardingMemory, type ForwardingMemory } from './memory.js';
import { DECLINING_KEY } from './state.js';

export interface WorldOptions {
  /** `atOnce` rings both legs together, `inOrder` one after the other, `staggered` the second one also after a while. */
  /** Three: only what decides a race may happen (verdicts, keys, redirects, ends, a caller who leaves, two timers). */
  readonly legs: 1 | 2 | 3;
  readonly ring?: 'inOrder' | 'atOnce' | 'staggered';
  /** How many requests for TwiML are made twice, with either answer executed, or a repeat whose answer is not used. Default 0. */
  readonly repeats?: number;
  /** How often the room may be ended from outside: through the API, or by accident. Default 0. */
  readonly roomEnds?: number;
  /** What the caller gets when nobody can be reached. Default `say`. */
  readonly fallback?: 'say' | 'voicemail';
  /** Maximum number of refusals, lost answers, failures and crashes in one history. Default 1. */
  readonly faults?: number;
  /** Possible answers. Default all of human, machine_start, fax, unknown. */
  readonly answers?: readonly AnsweredBy[];
  /** Whether the caller arrives with a token, so that their number is tried first. Default true. */
  readonly token?: boolean;
  /** When detection listens; default `sync`. */
  readonly amd?: 'sync' | 'async';
  /**
   * `ringing`: the caller is on hold and all phones ring before anything else happens; `greeted`: all callees have also picked up
   * and heard the question. Default: from nothing; with three legs `greeted`.
   */
  readonly from?: 'nothing' | 'ringing' | 'greeted';
  /**
   * Which requests of a redirected call are still in transit. Default all; with two legs and `async` the newest, with three legs
   * none.
   */
  readonly late?: LateRequests;
  /** A callee who is asked for a key may press one that declines. Default false: any key takes the call. */
  readonly declines?: boolean;
  /** The caller stays on the line, and no time runs out: only the legs act. */
  readonly callerStays?: boolean;
  /** The only notifications that may arrive: `verdict`, `final`, `callerFinal` …; default all. */
  readonly only?: readonly string[];
  /** Every notification is lost: the flow learns only from requests, REST and timers. */
  readonly notificationsLost?: boolean;
  /**
   * REST may be slower than allowed. Default false: a fetch is answered at once, if with what was true a moment ago, and no
   * watchdog (10 s and more) overtakes a REST call in progress (8 s at most). The deadline and the heartbeat, which are due at
   * times of their own, always may.
   */
  readonly slowRest?: boolean;
  /** Another flow to explore in its place. */
  readonly flow?: Flow<ForwardingState, ForwardingEvent, Effect, Reply, ForwardingConfig>;
}

/** The options of one world with their defaults, and what follows from them: constant over all its states. */
export interface WorldContext extends Required<Omit<WorldOptions, 'flow' | 'only'>> {
  readonly only: readonly string[] | null;
  /** True if a notification of this name may arrive. */
  readonly hears: (name: string) => boolean;
  readonly config: ForwardingConfig;
  readonly settings: CallSettings;
  readonly memory: ForwardingMemory;
}

const ANSWERS: readonly AnsweredBy[] = ['human', 'machine_start', 'fax', 'unknown'];

export function worldContext(options: WorldOptions): WorldContext {
  const { flow = forwarding, ...given } = options;
  const { legs, faults = 1, amd = 'sync', only = null } = given;
  // As few tries as the faults allow: more of the same adds no new order.
  const config: ForwardingConfig = { ...DEFAULT_FORWARDING_CONFIG, redirectRetryMs: [1000], farewellTries: 1 + faults };
  const numbers = ['+14155550101', '+14155550102', '+14155550103'].slice(0, legs).map((to) => ({ to: to as E164 }));
  const plans = {
    inOrder: () => inOrder(numbers),
    atOnce: () => atOnce(numbers),
    staggered: () => staggered(5, numbers),
  };
  const world = {
    ring: 'inOrder',
    answers: ANSWERS,
    token: true,
    from: legs > 2 ? 'greeted' : 'nothing',
    late: legs > 2 ? 'none' : legs === 2 && amd === 'async' ? 'the newest of each leg' : 'all',
    declines: false,
    callerStays: false,
    repeats: 0,
    roomEnds: 0,
    fallback: 'say',
    notificationsLost: false,
    slowRest: false,
    ...given,
    faults,
    amd,
    only,
  } as const;
  return {
    ...world,
    hears: (name) => only?.some((one) => name.endsWith(one)) ?? true,
    config,
    settings: callSettings({
      forwardTo: plans[world.ring](),
      amd: { mode: amd },
      fallback: { kind: world.fallback },
      ...(world.declines ? { keys: { accept: '#', decline: DECLINING_KEY } } : {}),
    }),
    memory: forwardingMemory(flow, config),
  };
}

const BEGINNINGS = { nothing: [], ringing: ['from ringing on'], greeted: ['from the question on'] };

export function worldName(context: WorldContext): string {
  const { legs, ring, faults, answers, amd, from, late, callerStays, only, notificationsLost, slowRest } = context;
  const { repeats, roomEnds, fallback, declines } = context;
  return [
    legs === 1 ? '1 leg' : `${String(legs)} legs ${ring}`,
    `${String(faults)} fault${faults === 1 ? '' : 's'}`,
    ...(amd === 'async' ? ['async'] : []),
    ...BEGINNINGS[from],
    ...(declines ? ['people may decline'] : []),
    ...(callerStays ? ['the caller stays'] : []),
    ...(only === null ? [] : [`hears ${only.join(' and ')}`]),
    ...(late === 'none' ? ['nothing late'] : []),
    ...(notificationsLost ? ['nothing heard'] : []),
    ...(slowRest ? ['slow REST'] : []),
    ...(repeats === 0 ? [] : [`${String(repeats)} asked twice`]),
    ...(roomEnds === 0 ? [] : ['a room that ends']),
    ...(fallback === 'say' ? [] : [fallback]),
    ...(answers === ANSWERS ? [] : [answers.join(' or ')]),
  ].join(', ');
}
