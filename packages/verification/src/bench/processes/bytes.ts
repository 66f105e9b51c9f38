// A process of its own: heap bytes for a live call with one leg, after gc.
import { createBench, plain, webhooks } from '../calls.js';
import { heapAfterGc } from '../heap.js';

const CALLS = Number(process.argv[2]);
const { endpoint, runtime } = createBench();

async function live(from: number, to: number): Promise<void> {
  for (let n = from; n < to; n += 1) {
    await endpoint.handle(plain(webhooks.inbound(n)));
    await runtime.tick();
    await endpoint.handle(plain(webhooks.ringing(n)));
  }
}

// The code itself, and one-time allocations, do not belong to the calls.
await live(CALLS, CALLS + 500);
const before = await heapAfterGc();
await live(0, CALLS);
console.log(((await heapAfterGc()) - before) / CALLS);
// Whatever is held must be held until here.
await endpoint.handle(plain(webhooks.ringing(0)));
process.exit(0);
