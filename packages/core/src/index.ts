/**
 * The flows, the runtime that runs them, and the memory store. A flow decides; a runtime keeps what it decided and
 * carries it out.
 * Most apps need only `createCallForwarding` of `@amd/core/twilio`, and from here the options of a call.
 *
 * @example
 * ```ts
 * import { atOnce, callSettings } from '@amd/core';
 *
 * // Rings Ann for 15 s, then Ben and Cem at once. A wrong option throws an error that names it.
 * const settings = callSettings({
 *   forwardTo: [{ to: '+14155550142', name: 'Ann', ringSeconds: 15 }, ...atOnce(['+14155550143', '+14155550144'])],
 *   fallback: { kind: 'voicemail' },
 * });
 * console.log(settings.deadlineSeconds); // 120
 * ```
 *
 * @module @amd/core
 */
export {
  type ActivitySid,
  type Brand,
  type CallSid,
  callSid,
  type E164,
  e164,
  isAccountSid,
  isActivitySid,
  isCallSid,
  isE164,
  isReservationSid,
  isTaskSid,
  isWorkerSid,
  isWorkflowSid,
  isWorkspaceSid,
  type ReservationSid,
  type TaskSid,
  type WorkerSid,
  type WorkflowSid,
  type WorkspaceSid,
} from './kernel/ids.js';
export { recordKey } from './kernel/record-key.js';
export { AmdError, type AmdErrorCode, isAmdError } from './kernel/errors.js';
export type { EpochMs, Flow, FlowEvent, Step } from './kernel/flow.js';
export { ANSWERED_BY, type AnsweredBy, parseAnsweredBy } from './wire/answered-by.js';
export {
  CALL_STATUSES,
  type CallStatus,
  type FinalCallStatus,
  isFinalStatus,
  parseCallStatus,
} from './wire/call-status.js';
export {
  CALLBACKS,
  type CallbackPurpose,
  type CallbackRef,
  formatRef,
  parseRef,
  type WebhookPath,
} from './wire/callbacks.js';
export {
  ASSIGNMENT_STATUSES,
  type AssignmentStatus,
  type EventParams,
  RESERVATION_STATUSES,
  type ReservationStatus,
  type TaskCall,
  type WorkerParams,
} from './wire/taskrouter.js';
export type { AssignmentReply, Instruction, Pause, Play, Reply, Say, Target, Verb } from './wire/twiml.js';
export type { CallFlow, FlowMeasurement, WithMetrics, CommittedStep } from './flows/metrics.js';
export type { FlowProblem, Watched } from './flows/problems.js';
export type {
  CreateCall,
  Detection,
  Effect,
  Outcome,
  OutcomeEvent,
  CallEffect,
  TaskRouterEffect,
  TaskRouterOutcome,
  TaskRouterOutcomeEvent,
  TimerEffect,
  TimerEvent,
  TwilioEffect,
} from './flows/effects.js';
export {
  LEG_PHASES,
  type Leg,
  type LegPhase,
  type LegResult,
  type LegTimestamps,
  type LegTarget,
} from './flows/call/leg.js';
export type { Farewell } from './flows/settings/texts.js';
export {
  AMD_MODES,
  type AmdMode,
  type AnswerAction,
  type AnswerPolicy,
  type Confirm,
  CONFIRM,
  DEFAULT_POLICY,
  type EndAction,
  LEG_ENDS,
  type LegEnd,
  POLICIES,
  type PolicyName,
  type Screening,
  SCREENING_PHRASES,
} from './flows/settings/policy.js';
export type { LegVerdictEvent } from './flows/leg/events.js';
export type { Keys } from './flows/settings/keys.js';
export type { LegSettings } from './flows/settings/settings.js';
export type { Fallback, FallbackOption, FinalFallback } from './flows/settings/fallback.js';
export type { InboundCall } from './flows/call/call.js';
export type { FallbackEnded } from './flows/caller/events.js';
export type { RecordingMade } from './flows/caller/events.js';
export type { Recording, WaitingCaller } from './flows/call/call.js';
export { DEFAULT_FORWARDING_CONFIG, type ForwardingConfig } from './flows/forwarding/options.js';
export type {
  ConferenceEvent,
  ForwardingEvent,
  ForwardingNotification,
  ForwardingRequest,
} from './flows/forwarding/events.js';
export { type CallOptions, type CallSettings, callSettings } from './flows/forwarding/options.js';
export {
  atOnce,
  inOrder,
  MAX_PEOPLE,
  type PlanStep,
  type PlanTarget,
  type RingPlan,
  type RingStep,
  staggered,
  waves,
} from './flows/forwarding/ring-plan.js';
export {
  CALLER_PHASES,
  type Caller,
  type CallerPhase,
  type CallResult,
  type CallTimestamps,
  type ForwardingState,
  isFinal,
  type LiveForwarding,
  roomOf,
} from './flows/forwarding/state.js';
export { DEFAULT_TEXTS, type Texts } from './flows/settings/texts.js';
export { forwarding } from './flows/forwarding/forwarding.js';
export { DEFAULT_TASKROUTER_CONFIG, type TaskRouterConfig } from './flows/taskrouter/options.js';
export type {
  AssignmentEvent,
  QueueResult,
  ReservationNews,
  TaskNews,
  TaskNotification,
  TaskRequest,
  TaskRouterEvent,
} from './flows/taskrouter/events.js';
export {
  checkTimes,
  DEFAULT_TASK_TEXTS,
  type TaskOptions,
  type TaskRouterWorkspace,
  type TaskSettings,
  taskSettings,
} from './flows/taskrouter/options.js';
export {
  type CallTask,
  isTaskCallFinal,
  type LiveTaskCall,
  type Reservation,
  type ReservationPhase,
  type ReservationResult,
  TASK_CALLER_PHASES,
  type TaskCaller,
  type TaskCallerPhase,
  type TaskCallResult,
  type TaskCallTimestamps,
  type TaskRouterState,
} from './flows/taskrouter/state.js';
export { taskrouter } from './flows/taskrouter/taskrouter.js';
export type { TaskRouterReply } from './flows/taskrouter/events.js';
export { DEFAULT_WORKER_CONFIG, type WorkerConfig } from './flows/worker/state.js';
export type { WorkerEvent } from './flows/worker/events.js';
export { type CoolDown, type LiveWorker, currentCoolDown, type WorkerState } from './flows/worker/state.js';
export { worker } from './flows/worker/worker.js';
export { decodeState, encodeState, type Envelope } from './store/envelope.js';
export { createMemoryStore, type MemoryStoreOptions } from './store/memory.js';
export type { Claim, Commit, CommitResult, ListPage, Settlement, Store, StoredRecord, Task } from './store/store.js';
export { type Admission, type CallLimits, type CallLimitsOptions, createCallLimits } from './runtime/call-limits.js';
export { type Clock, monotonicClock, systemClock } from './runtime/clock.js';
export { forget, type ForgetOptions, type ForgetProgress, type Forgotten } from './runtime/forget.js';
export type { ForgottenCall, WhyKept } from './runtime/forget-record.js';
export { createRuntime, type ObservableRuntime, type RuntimeOptions } from './runtime/create-runtime.js';
export type { RuntimeEvents } from './runtime/runtime.js';
export { consoleLog, type Log, type LogEntry, type Logger, type LogOption, maskNumbers } from './runtime/log.js';
export type { FailedTask, Measurement, Metrics, TwilioResult } from './runtime/metrics.js';
export type { ProblemCode } from './runtime/problem-code.js';
export type { Execution, Executor } from './runtime/executor.js';
export type { Callee, CallHooks, HookData } from './flows/call/hooks.js';
export { isWithheld } from './wire/caller-id.js';
export type { HookRun, Tells } from './flows/tells.js';
export type { Peers } from './runtime/run-effects.js';
export type { Hooks } from './runtime/run-hooks.js';
export { DEFAULT_RETRY, type RetrySchedule } from './runtime/retry.js';
export type { Runtime, Turn, Untimed } from './runtime/runtime.js';
