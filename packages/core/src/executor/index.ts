export { type TwilioCall, type TwilioCallCreate, type TwilioCallUpdate, type TwilioClient } from './client.js';
export { createTwilioExecutor, type TwilioExecutorOptions } from './twilio-executor.js';
