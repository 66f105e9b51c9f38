import { bytesPerCall } from './bytes-per-call.js';
import { callbacks } from './callbacks.js';
import { durable } from './durable.js';
import type { Section } from './figure.js';
import { importing } from './importing.js';
import { manyCalls } from './many-calls.js';
import { rendering } from './rendering.js';
import { replyTime } from './reply-time.js';
import { simulated } from './simulated.js';
import { stores } from './stores.js';
import { wholeCall } from './whole-call.js';

/** In the order in which they are measured. */
export const SECTIONS: readonly Section[] = [
  wholeCall,
  stores,
  rendering,
  importing,
  bytesPerCall,
  callbacks,
  replyTime,
  durable,
  simulated,
  manyCalls,
];
