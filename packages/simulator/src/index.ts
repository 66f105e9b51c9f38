/**
 * Twilio in one process: calls, conferences, TwiML, signed webhooks and scripted people, on a virtual or a real clock.
 * `createTestApp` puts your app on it.
 *
 * @example
 * ```ts
 * import { createCallForwarding } from '@amd/core/twilio';
 * import { createTestApp, human, voicemail } from '@amd/simulator';
 *
 * const app = createTestApp(({ number, ...parts }) =>
 *   createCallForwarding({ ...parts, ownNumber: number, forwardTo: ['+14155550142', '+14155550143'] }),
 * );
 * const story = await app.call({ people: { '+14155550142': voicemail(), '+14155550143': human() } });
 * console.log(story.talkedWith); // +14155550143
 * ```
 *
 * @module @amd/simulator
 */
export type { OfficialClient, OfficialHttpClient } from './rest/official-client.js';
export { createSimulator } from './simulator.js';
export type { Simulator } from './simulator.js';
export { DEFAULT_ACCOUNT_SID, DEFAULT_AUTH_TOKEN } from './options.js';
export type { NumberOptions, SimulatorOptions } from './options.js';
export { isVirtual } from './clock/clock.js';
export type { RealClock, SimulatorClock, VirtualClock } from './clock/clock.js';
export { DEFAULT_START, virtualClock } from './clock/virtual-clock.js';
export { realClock } from './clock/real-clock.js';
export { ALTERNATIVES, DEFAULT_TOGGLES, TOGGLE_VALUES } from './toggles.js';
export type { Toggles } from './toggles.js';
export {
  busy,
  fax,
  hangsUpDuringDetection,
  human,
  noAnswer,
  refused,
  screening,
  silent,
  unreachable,
  voicemail,
  you,
} from './people/people.js';
export type { AnsweredBy, Person, PickUp } from './people/person.js';
export type { CallStatus } from './voice/call.js';
export type { DebuggerEntry } from './voice/debugger.js';
export type { HangUpRule, InboundOptions } from './voice/inbound.js';
export type { TimelineEntry, TimelineKind } from './voice/timeline.js';
export type { Disorder, LegMoment } from './voice/world.js';
export type { WorkspaceSetUp, WorkspaceSids } from './taskrouter/set-up.js';
export type { SimulatedTask, SimulatedWorker, SimulatedWorkspace } from './taskrouter/view.js';
export type { BridgedWith, SimulatedCall, SimulatedConference } from './views.js';
export { seededRepeats } from './repeats.js';
export type { Repeat, RepeatHook, SeededRepeats, TwimlRequest } from './repeats.js';
export type { RestFault, RestFaultHook } from './rest/faults.js';
export { REST_FAULTS, seededFaults } from './rest/seeded-faults.js';
export type { SeededFaults } from './rest/seeded-faults.js';
export type { HttpClientRequest, HttpClientResponse, SimulatorHttpClient } from './rest/http-client.js';
export { signedUrl, twilioSignature } from './wire/signature.js';
export type { SharedKey, SignatureAlgorithm } from './wire/signature.js';
export type { Params } from './wire/signature.js';
export { fetchTransport, handlerTransport } from './wire/transport.js';
export type { WebhookRequest, WebhookResponse, WebhookTransport } from './wire/transport.js';
export { createSimulatorServer } from './server/server.js';
export { parsePerson } from './server/arguments.js';
export { logLine } from './server/log-line.js';
export { createTestApp } from './testing/test-app.js';
export type { BuiltApp, TestApp, TestAppOptions, TestAppParts, TestCallOptions } from './testing/test-app.js';
export type { FetchHandler, NodeListener } from './testing/app-transport.js';
export type { EndedBy, RungPerson, Story } from './testing/story.js';
