/**
 * Twilio's webhooks, checked and answered: for Node, Express, Fastify, Lambda, Twilio Functions, and servers that speak web-standard
 * `Request`s.
 *
 * @example
 * ```ts
 * import { createServer } from 'node:http';
 * import { createMemoryStore, createRuntime, forwarding, type Executor } from '@amd/core';
 * import { createForwardingEndpoint, toNodeListener } from '@amd/core/http';
 *
 * declare const execute: Executor; // createTwilioExecutor(…) of @amd/core/twilio
 *
 * const runtime = createRuntime({ flow: forwarding, store: createMemoryStore(), execute });
 * const endpoint = createForwardingEndpoint({
 *   runtime,
 *   authTokens: [process.env['TWILIO_AUTH_TOKEN'] ?? ''],
 *   publicBaseUrl: 'https://calls.example.com',
 *   resolve: () => ({ forwardTo: ['+14155550142'], ownNumber: '+14155550199' }),
 * });
 * runtime.start();
 * createServer(toNodeListener(endpoint)).listen(5000);
 * ```
 *
 * @module @amd/core/http
 */
export { callbackUrls, webhookUrls, type WebhookUrls } from './urls.js';
export type { Endpoint, Host } from './endpoint.js';
export { type FastifyLikeReply, type FastifyLikeRequest, toFastifyHandler } from './servers/fastify.js';
export { type LambdaEvent, type LambdaResult, toLambdaHandler } from './servers/lambda.js';
export {
  toTwilioFunctionsHandler,
  type TwilioFunctionCallback,
  type TwilioFunctionContext,
  type TwilioFunctionEvent,
  type TwilioFunctionHandler,
  type TwilioFunctionsOptions,
} from './servers/twilio-functions.js';
export type { FallbackTexts } from './fallback-twiml.js';
export { createForwardingEndpoint } from './forwarding/endpoint.js';
export { type EndpointOptions } from './endpoint-options.js';
export type { ForwardingEndpointOptions } from './forwarding/endpoint.js';
export {
  createTaskRouterEndpoint,
  type Directory,
  type ResolveTask,
  type TaskRouterEndpointOptions,
} from './taskrouter/endpoint.js';
export { TASKROUTER_EVENTS } from './taskrouter/events.js';
export { createXmlRenderer } from './serve.js';
export { type Log, type LogEntry, maskNumbers } from '../runtime/log.js';
export { type NodeListener, type NodeResponse, toNodeListener } from './servers/node.js';
export type { NodeRequest } from './servers/node-body.js';
export type { HttpRequest, HttpResponse } from './message.js';
export type { ArrivingCall } from './arriving-call.js';
export { type Decision, redirect, reject } from './decision.js';
export type { OnlyOptions, Resolution, Resolve } from './resolve.js';
export { isSigned, sign } from './security/signature.js';
export { type Renderer } from '../wire/render.js';
