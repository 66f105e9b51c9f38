/** For the packages of this repository alone. It may change in any version, and is not in the reference. */
export { unreachable } from './kernel/draft.js';
export { RETRIED_MS } from './flows/caller/patience.js';
export { isHopeful, isInRoom } from './flows/leg/leg.js';
export { numberOfId } from './flows/leg/work.js';
