/** For the packages of this repository only. It may change in any version, and is not in the reference. */
export { onlyKnown } from './kernel/check.js';
export { assertNever } from './kernel/draft.js';
export { RETRIED_MS } from './flows/call/call.js';
export { canStillAnswer, isInRoom } from './flows/call/leg.js';
export { numberOfId } from './flows/timers.js';
