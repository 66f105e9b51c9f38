export type {
  TwilioActivity,
  TwilioCall,
  TwilioCallCreate,
  TwilioCallUpdate,
  TwilioClient,
  TwilioReservation,
  TwilioTask,
  TwilioTaskRouter,
  TwilioWorker,
  TwilioWorkflow,
  TwilioWorkspace,
  TwilioWorkspaceContext,
} from './client.js';
export { createTwilioExecutor, type TwilioExecutorOptions } from './executor.js';
export {
  ACTIVITY_NAMES,
  createWorkspaceDirectory,
  type KnownWorker,
  type KnownWorkspace,
  type WorkspaceDirectory,
  type WorkspaceDirectoryOptions,
} from './workspace-directory.js';
export { queuedCallers, type QueuedCallersOptions, type TaskListClient } from './recover-in-queue.js';
export { type LostCallersWatch, watchLostCallers, type WatchOptions } from './recover-watch.js';
export {
  lostCallers,
  recoverLostCallers,
  type ConferenceClient,
  type LostCallers,
  type LostCallersOptions,
} from './recover-callers.js';
export { callIn } from '../wire/taskrouter.js';
export { phoneIn, PHONE_ATTRIBUTES, type WorkerPhone } from '../wire/worker-phone.js';
export { createAvailabilitySwitch, type SetAvailability, syncWorkers } from './workers.js';
export { type MayDial, type Started, type StartOptions } from './start-options.js';
export { type CallForwarding, type CallForwardingOptions, createCallForwarding } from './call-forwarding.js';
export {
  createTaskRouterForwarding,
  type TaskRouterForwarding,
  type TaskRouterForwardingOptions,
} from './task-router-forwarding.js';
export { type ArrivingCall } from '../http/arriving-call.js';
export { type Decision, redirect, reject } from '../http/decision.js';
