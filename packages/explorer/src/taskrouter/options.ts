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
  /** Both together. Default false. */
  readonly atOnce?: boolean;
  /** Refusals, lost answers, failures and crashes in one history. Default 0. */
  readonly faults?: number;
  /** Who may answer. Default human, machine_start and unknown: every machine is the same to the policy. */
  readonly answers?: readonly AnsweredBy[];
  /** When detection listens; default `sync`. */
  readonly amd?: 'sync' | 'async';
  /** Which notifications may be heard, by name; any of them may also be lost. Default all. */
  readonly hears?: readonly string[];
  /** Heartbeats come only when nothing else is about to happen by itself. Default false: at any time. */
  readonly quietHeartbeats?: boolean;
  /** How Twilio takes the search for the task of a call. Default `answered`. */
  readonly finds?: 'answered' | 'refused';
  /** Another flow to put to the same test. */
  readonly flow?: TaskFlow;
}

export interface TasksContext extends Required<Omit<TasksWorldOptions, 'flow'>> {
  readonly config: TaskRouterConfig;
  readonly settings: TaskSettings;
  readonly memory: FlowMemory<TaskRouterState, TaskRouterEvent, TaskRouterReply, TwilioEffect>;
}
