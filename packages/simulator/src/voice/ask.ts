import { faultOf } from '../repeats.js';
import type { Repeat } from '../repeats.js';
import { parseOverrides } from '../wire/overrides.js';
import type { Params } from '../wire/signature.js';
import { deliver } from './deliver.js';
import type { Delivery } from './deliver.js';
import type { World } from './world.js';

/** Twilio's hard limit for one document, retries included, ms. */
const LIMIT_MS = 15_000;

interface Question {
  readonly url: string;
  readonly method: 'GET' | 'POST';
  readonly params: Params;
  /** The call that the document is for. */
  readonly callSid: string;
}

/** The result of a request for TwiML; `actedOn`: which of two replies it is. */
export type Answer = Delivery & { readonly actedOn?: 'first' | 'last' };

/** Requests TwiML: once, or as often as the option `repeats` says. */
export async function askForTwiml(world: World, question: Question): Promise<Answer> {
  const repeat = decide(world, question);
  const token = world.ids.token();
  const first = deliver(world, { ...question, token });
  if (repeat === undefined) return first;
  if (repeat.copyAfterMs !== undefined) sendCopy(world, question, token, repeat.copyAfterMs);
  const { retryAfterMs, actsOn = 'last' } = repeat;
  if (retryAfterMs === undefined || parseOverrides(question.url).overrides.retries === 0) return first;
  const second = retry(world, question, token, retryAfterMs);
  // A slow first reply arrives after the retry was sent, and may arrive before the retry's.
  const one = actsOn === 'first' ? Promise.all([first, second.sent]).then(([reply]) => reply) : second.reply;
  const chosen = await one;
  if (chosen.ok) return { ...chosen, actedOn: actsOn };
  const otherwise = await (actsOn === 'first' ? second.reply : first);
  return { ...otherwise, actedOn: actsOn === 'first' ? 'last' : 'first' };
}

/** Returns the hook's decision if it is valid. */
function decide(world: World, { url, method, callSid }: Question): Repeat | undefined {
  const repeat = world.repeats?.({ url, method, callSid });
  const fault = repeat && faultOf(repeat);
  if (fault === undefined) return repeat;
  world.debug({ code: 0, level: 'error', message: `the option "repeats": ${fault}`, url, callSid });
  return undefined;
}

/** Whether both attempts carry the same token is not certain. */
const tokenOf = (world: World, token: string): string =>
  world.toggles.retryToken === 'same' ? token : world.ids.token();

function retry(world: World, question: Question, token: string, afterMs: number) {
  const limitMs = LIMIT_MS - afterMs;
  const send = (): Promise<Delivery> => {
    const text = `TwiML request, again after ${afterMs} ms → ${question.url}`;
    world.record('request', question.callSid, text, { event: 'twiml-retry', url: question.url });
    return deliver(world, { ...question, token: tokenOf(world, token), limitMs });
  };
  if (afterMs === 0) return { sent: Promise.resolve(), reply: send() };
  let sent = (): void => undefined;
  const reply = new Promise<Delivery>((resolve) => {
    later(world, afterMs, () => {
      resolve(send());
      sent();
    });
  });
  return { sent: new Promise<void>((resolve) => (sent = resolve)), reply };
}

function sendCopy(world: World, question: Question, token: string, afterMs: number): void {
  const { url, callSid } = question;
  later(world, afterMs, () => {
    const text = `a late copy of a TwiML request, its reply thrown away → ${url}`;
    world.record('request', callSid, text, { event: 'twiml-copy', url });
    void deliver(world, { ...question, token: tokenOf(world, token) }).then((delivery) => {
      if (delivery.ok) return;
      const { code, message } = delivery;
      world.debug({ code, level: 'warning', message: `a late copy: ${message}`, url, callSid });
    });
  });
}

/** Runs later on the clock; until then no work is in progress, so virtual time moves. */
function later(world: World, ms: number, run: () => void): void {
  const cancel = world.clock.wakeAt(world.clock.now() + ms, () => {
    world.underway.delete(cancel);
    run();
  });
  world.underway.add(cancel);
}
