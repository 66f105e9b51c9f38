export { NUMBERS, START } from './defaults.js';
export type { Part } from './difference.js';
export { events, type InboundOptions } from './events.js';
export { type Expected, type Given, given, type Specification, type When } from './given.js';
export { type ManualClock, manualClock } from './manual-clock.js';
export type { Payload } from './payload-parts.js';
export { type CallerPayload, type ConferencePayload, type LegPayload, payloads } from './payloads.js';
export { playCall, type PlayedCall, type PlayedLeg, type PlayOptions } from './play-call.js';
export { executions, type Recorder, recorder, type RecorderScript } from './recorder.js';
export { sids } from './sids.js';
export { storeContract, type StoreContractOptions } from './store-contract.js';
export {
  type Exploration,
  explore,
  type ExploreOptions,
  type FoundViolation,
  type Model,
  type Move,
  replay,
  type Violation,
} from './explore.js';
export { forwardingWorld, type WorldOptions } from './forwarding-world.js';
export type { World } from './world-state.js';
export { taskEvents, taskSids, WORKSPACE } from './task-events.js';
export { tasksWorld, type TasksWorldOptions } from './tasks-world.js';
export type { TaskWorld } from './tasks-world-state.js';
export { workerWorld, type WorkerWorldOptions } from './worker-world.js';
