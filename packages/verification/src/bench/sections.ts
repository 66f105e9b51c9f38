import { bytesPerCall } from './bytes-per-call.js';
import { callbacks } from './callbacks.js';
import type { Section } from './figure.js';
import { fsyncs } from './fsyncs.js';
import { growthOfCalls, growthOfFeed } from './growth.js';
import { importing } from './importing.js';
import { burst, refusal } from './limits.js';
import { manyCalls } from './many-calls.js';
import { page } from './page.js';
import { people } from './people.js';
import { rendering } from './rendering.js';
import { replyTime } from './reply-time.js';
import { simulated } from './simulated.js';
import { storeOperations } from './store-operations.js';
import { stores } from './stores.js';
import { wholeCall } from './whole-call.js';

/** In the order in which they are measured. */
export const SECTIONS: readonly Section[] = [
  wholeCall,
  stores,
  storeOperations,
  fsyncs,
  burst,
  refusal,
  people,
  page,
  growthOfCalls,
  growthOfFeed,
  rendering,
  importing,
  bytesPerCall,
  callbacks,
  replyTime,
  simulated,
  manyCalls,
];
