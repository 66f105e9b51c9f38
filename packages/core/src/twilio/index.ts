/**
 * The two starts, `createCallForwarding` and `createTaskRouterForwarding`, and what they are made of: Twilio's REST API
 * by the
 * official client.
 *
 * @example
 * ```ts
 * import { createServer } from 'node:http';
 * import { createCallForwarding } from '@amd/core/twilio';
 *
 * const { TWILIO_ACCOUNT_SID = '', TWILIO_AUTH_TOKEN = '', PUBLIC_BASE_URL = '' } = process.env;
 * const calls = createCallForwarding({
 *   accountSid: TWILIO_ACCOUNT_SID,
 *   authToken: TWILIO_AUTH_TOKEN,
 *   publicBaseUrl: PUBLIC_BASE_URL,
 *   ownNumber: '+14155550199',
 *   forwardTo: ['+14155550142', '+14155550143'],
 * });
 * createServer(calls.listener).listen(5000);
 * ```
 *
 * @module @amd/core/twilio
 */
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
export { demandTaskRouter, type Region, regionOptions, type RegionOptions } from './region.js';
export { type CallForwarding, type CallForwardingOptions, createCallForwarding } from './call-forwarding.js';
export {
  createTaskRouterForwarding,
  type TaskRouterForwarding,
  type TaskRouterForwardingOptions,
} from './task-router-forwarding.js';
export { type ArrivingCall } from '../http/arriving-call.js';
export { type Decision, redirect, reject } from '../http/decision.js';
export { type Resolution, type Resolve } from '../http/resolve.js';
