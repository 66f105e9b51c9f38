import type {
  AnsweredBy,
  Effect,
  Flow,
  TaskRouterConfig,
  TaskRouterEvent,
  TaskRouterReply,
  TaskRouterState,
  TaskSettings,
  TwilioEffect,
} from '@amd/core';
import type { FlowMemory } from '../flow-memory.js';

type TaskFlow = Flow<TaskRouterState, TaskRouterEvent, Effect<TwilioEffect>, TaskRouterReply, TaskRouterConfig>;

export interface TasksWorldOptions {
  /** How many workers TaskRouter reserves, one after the other. */
  readonly reservations: 1 | 2;
  /** Reserves both at once. Default false. */
  readonly atOnce?: boolean;
  /** Maximum number of refusals, lost answers, failures and crashes in one history. Default 0. */
  readonly faults?: number;
  /** Possible answers. Default human, machine_start and unknown: the policy treats all machines alike. */
  readonly answers?: readonly AnsweredBy[];
  /** When detection listens; default `sync`. */
  readonly amd?: 'sync' | 'async';
  /** Which notifications may arrive, by name; any of them may also be lost. Default all. */
  readonly hears?: readonly string[];
  /** Heartbeats fire only when nothing else is about to happen by itself. Default false: at any time. */
  readonly quietHeartbeats?: boolean;
  /** A worker who is asked for a key may press one that declines, or one without meaning. Default false: any key takes the call. */
  readonly declines?: boolean;
  /** How Twilio answers the search for a call's task. Default `answered`. */
  readonly finds?: 'answered' | 'refused';
  /** Another flow to explore in its place. */
  readonly flow?: TaskFlow;
}

export interface TasksContext extends Required<Omit<TasksWorldOptions, 'flow'>> {
  readonly config: TaskRouterConfig;
  readonly settings: TaskSettings;
  readonly memory: FlowMemory<TaskRouterState, TaskRouterEvent, TaskRouterReply, TwilioEffect>;
}
