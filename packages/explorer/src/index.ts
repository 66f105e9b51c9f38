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
export type { WorldOptions } from './forwarding/options.js';
export type { World } from './forwarding/state.js';
export { forwardingWorld } from './forwarding/world.js';
export type { TasksWorldOptions } from './taskrouter/options.js';
export type { TaskWorld } from './taskrouter/state.js';
export { tasksWorld } from './taskrouter/world.js';
export { workerWorld, type WorkerWorldOptions } from './worker/world.js';
