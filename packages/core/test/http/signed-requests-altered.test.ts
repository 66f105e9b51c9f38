import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createForwardingEndpoint } from '../../src/http/index.js';
import type { HttpRequest } from '../../src/http/message.js';
import { payloads } from '../../src/testing/index.js';
import { twiml } from '../../src/wire/twiml.js';
import { silent } from '../helpers/silent.js';
import { BASE, TOKEN, webhook } from '../helpers/webhooks.js';

let seen: unknown[] = [];

const endpoint = createForwardingEndpoint({
  runtime: {
    handle: (key, event) => {
      seen.push([key, event]);
      return Promise.resolve(twiml());
    },
  },
  publicBaseUrl: BASE,
  authTokens: [TOKEN],
  resolve: () => ({ forwardTo: [] }),
  log: silent,
});

async function meaning(request: HttpRequest): Promise<unknown[]> {
  seen = [];
  await endpoint.handle(request);
  return seen;
}

const key = payloads.inbound()['CallSid'] ?? '';
const leg = `ref=forwarding.${key}.1.1`;
const caller = `ref=forwarding.${key}.1.0`;

/** One good request of each kind, as the payload builders write them. */
const GOOD: readonly (readonly [path: string, query: string, params: Readonly<Record<string, string>>])[] = [
  ['/inbound', '', payloads.inbound()],
  ['/inbound/status', '', payloads.callerStatus()],
  ['/inbound/ended', caller, payloads.callerEnded()],
  ['/inbound/document', caller, payloads.callerDocument()],
  ['/conference', caller, payloads.conference({ event: 'leave', reason: 'participant_hung_up', status: 'completed' })],
  ['/outbound', leg, payloads.answered()],
  ['/outbound/key', leg, payloads.key()],
  ['/outbound/poll', leg, payloads.visit()],
  ['/outbound/status', leg, payloads.status({ status: 'no-answer' })],
  ['/outbound/amd', leg, payloads.verdict()],
  ['/outbound/key', leg, payloads.key({ speech: 'What is the reason for your call?' })],
  ['/inbound/fallback', caller, payloads.recorded()],
  ['/inbound/recording', caller, payloads.recording()],
  ['/recording', caller, payloads.talkRecorded()],
  ['/inbound/wait', caller, payloads.listening()],
  ['/inbound/whisper', caller, payloads.listening()],
];

test.each(GOOD)('%s as Twilio sends it is understood', async (path, query, params) => {
  expect(await meaning(webhook(path, { ...params }, { query }))).toHaveLength(1);
});

/**
 * The signature covers one long text: the address, then names and values without separators. Anything that cuts the same text
 * differently is signed as well.
 */
test('no other cut of the signed text means something else', async () => {
  let taken = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...GOOD),
      fc.infiniteStream(fc.nat({ max: 9999 })),
      async ([path, query, params], dice) => {
        const request = webhook(path, { ...params }, { query });
        const expected = await meaning(request);
        const mutant = { ...request, ...recut(params, query, () => Number(dice.next().value)) };
        const got = await meaning(mutant);
        if (got.length === 0) return;
        taken += 1;
        expect(got).toEqual(expected);
      },
    ),
    // Ten thousand, of both flows, are part of the proof: `npm run prove -- --only foreign`.
    { numRuns: 2000 },
  );
  // Parameters that are not read may be cut anywhere.
  expect(taken).toBeGreaterThan(0);
});

function recut(
  params: Readonly<Record<string, string>>,
  query: string,
  roll: () => number,
): { query: string; body: string } {
  let pairs = Object.entries(params).sort(([a], [b]) => (a < b ? -1 : 1));
  let address = query;
  for (let times = 1 + (roll() % 3); times > 0; times -= 1) {
    const at = roll() % pairs.length;
    const pair = pairs[at];
    const before = pairs[at - 1];
    if (pair === undefined) break;
    const [name, value] = pair;
    switch (roll() % 6) {
      case 0: // into the value before it, or into the address
        if (before === undefined) address += name + value;
        else before[1] += name + value;
        pairs = pairs.filter((candidate) => candidate !== pair);
        break;
      case 1: // the value moves into the name
        pairs[at] = [name + value, ''];
        break;
      case 2: // a part of the value moves into the name
        pairs[at] = [name + value.slice(0, 1 + (roll() % 9)), value.slice(1 + (roll() % 9))];
        break;
      case 3: // a part of the name moves into the value
        pairs[at] = [name.slice(0, 1 + (roll() % name.length)), name.slice(1 + (roll() % name.length)) + value];
        break;
      case 4: // the value becomes two parameters
        pairs.splice(at, 1, [name, value.slice(0, roll() % 12)], [value.slice(roll() % 12), '']);
        break;
      default: // once more
        pairs.push([name, value]);
    }
    if (pairs.length === 0) break;
  }
  return { query: address, body: new URLSearchParams(pairs).toString() };
}
