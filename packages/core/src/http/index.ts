export { callbackUrls, webhookUrls, type WebhookUrls } from './callback-urls.js';
export { type Endpoint } from './endpoint.js';
export { type FastifyLikeReply, type FastifyLikeRequest, toFastifyHandler } from './fastify.js';
export { type LambdaEvent, type LambdaResult, toLambdaHandler } from './lambda.js';
export { type FallbackTexts } from './failure.js';
export { createForwardingEndpoint } from './forwarding-endpoint.js';
export { type EndpointOptions } from './endpoint-options.js';
export { type ForwardingEndpointOptions } from './forwarding-options.js';
export {
  createTaskRouterEndpoint,
  type Directory,
  type ResolveTask,
  type TaskRouterEndpointOptions,
} from './taskrouter-endpoint.js';
export { TASKROUTER_EVENTS } from './taskrouter-events.js';
export { syncWorkers } from './introduce-workers.js';
export { createAvailabilitySwitch, type SetAvailability } from './switch-worker.js';
export { loadRenderer } from './load-renderer.js';
export { type Log, type LogEntry, maskNumbers } from '../runtime/log.js';
export { type NodeListener, type NodeResponse, toNodeListener } from './node.js';
export { type NodeRequest } from './node-body.js';
export { type HttpRequest, type HttpResponse } from './plain.js';
export { recordKey } from '../runtime/record-key.js';
export { type ArrivingCall, type Resolve } from './resolve-settings.js';
export { isSigned, sign } from './signature.js';
export { type Renderer } from '../wire/render.js';
