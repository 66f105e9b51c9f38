/**
 * Tests without a server, a network or a clock: whole calls (`playCall`), single steps (`given`), webhooks
 * (`payloads`), and the
 * contract of a store (`storeContract`).
 *
 * @example
 * ```ts
 * import { playCall } from '@amd/core/testing';
 *
 * const call = playCall({ forwardTo: ['+14155550142', '+14155550143'] });
 * call.leg(1).answers('machine_start');
 * call.leg(2).answers('human');
 * console.log(call.talking); // [2]
 * ```
 *
 * @module @amd/core/testing
 */
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
export { taskEvents, taskSids, WORKSPACE } from './task-events.js';
