import type { DocumentError, Element } from '../twiml/element.js';
import { schemaWarnings } from '../twiml/check.js';
import { parseTwiml } from '../twiml/parse.js';
import type { Params } from '../wire/signature.js';
import { header } from '../wire/transport.js';
import type { WebhookResponse } from '../wire/transport.js';
import { askForTwiml } from './ask.js';
import type { Call, DocumentUrl } from './call.js';
import { Execution } from './execution.js';
import { endCall, markAnswered } from './lifecycle.js';
import { commonParams } from './params.js';
import { durationOfSpeech } from './speech.js';
import { playDocument } from './verbs.js';
import type { World } from './world.js';

/** Where a document comes from. */
export type Source =
  { readonly twiml: string } | { readonly url: string; readonly method: 'GET' | 'POST'; readonly params: Params };

/** A loaded document; `base` resolves its relative addresses, undefined for `Twiml=`. */
export interface Loaded {
  readonly root: Element;
  readonly base: string | undefined;
}

/** From the answer arriving to the first verb, ms. */
const DOCUMENT_LATENCY_MS = 20;

/** Documents one call may load before it counts as an endless loop. */
const MOST_DOCUMENTS = 5000;

/** Turns an answer to a TwiML request into a document (twilio.com/docs/voice/twiml#twilio-understands-mime-types). */
function interpret(world: World, response: WebhookResponse): Element | DocumentError {
  const type = (header(response, 'content-type') ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
  const nothing: Element = { name: 'Response', attributes: {}, children: [], text: '' };
  const verb = (name: string, text: string): Element => ({
    ...nothing,
    children: [{ name, attributes: {}, children: [], text }],
  });
  if (response.body === '') {
    if (world.toggles.emptyDocument === 'hangup') return nothing;
    return { code: 11770, message: 'Empty TwiML response body' };
  }
  if (type.startsWith('audio/')) return verb('Play', 'audio answer');
  if (type === 'text/xml' || type === 'application/xml' || type === 'text/html') return parseTwiml(response.body);
  if (type === 'text/plain') {
    const parsed = parseTwiml(response.body);
    return 'code' in parsed ? verb('Say', response.body.trim()) : parsed;
  }
  return { code: 12300, message: `Invalid Content-Type: ${type === '' ? '(none)' : type}` };
}

/** Counts a document; returns false (with a debugger entry) if the call seems to loop forever. */
function mayLoad(world: World, call: Call, url: string | undefined): boolean {
  call.documents += 1;
  if (call.documents <= MOST_DOCUMENTS) return true;
  const message = `The simulator stops a call after ${MOST_DOCUMENTS} documents: an endless <Redirect>?`;
  world.debug({ code: 0, level: 'error', message, url, callSid: call.sid });
  return false;
}

async function fetchDocument(world: World, call: Call, run: Execution, source: Extract<Source, { url: string }>) {
  const params = commonParams(world.accountSid, call, call.status);
  for (const [name, value] of source.params) params.push([name, value]);
  world.record('request', call.sid, `TwiML request (${call.status}) → ${source.url}`, {
    event: 'twiml',
    url: source.url,
    ...Object.fromEntries(source.params),
  });
  const asked = world.clock.now();
  const delivery = await run.guard(
    askForTwiml(world, { url: source.url, method: source.method, params, callSid: call.sid }),
  );
  if (delivery.actedOn !== undefined) {
    const text = `asked twice: acted on the ${delivery.actedOn} reply`;
    world.record('request', call.sid, text, { event: 'twiml-twice', url: source.url, actedOn: delivery.actedOn });
  }
  await run.sleep(DOCUMENT_LATENCY_MS);
  if (call.firstHeardAt === undefined && call.answeredAt !== undefined) {
    call.fetchingMs += world.clock.now() - asked - DOCUMENT_LATENCY_MS;
  }
  if (!delivery.ok) return delivery;
  const document = interpret(world, delivery.response);
  if ('code' in document) return { ok: false as const, url: delivery.url, ...document };
  return { ok: true as const, url: delivery.url, root: document };
}

/** Loads a document, through the fallback if needed; returns undefined if both failed (the debugger says why). */
export async function load(
  world: World,
  call: Call,
  run: Execution,
  source: Source,
  fallback: DocumentUrl | undefined,
): Promise<Loaded | undefined> {
  const failed = (code: number, message: string, url: string | undefined): void =>
    world.debug({ code, level: 'error', message, url, callSid: call.sid });
  if ('twiml' in source) {
    const parsed = parseTwiml(source.twiml);
    if ('code' in parsed) {
      failed(parsed.code, parsed.message, undefined);
      return undefined;
    }
    return warned(world, call, { root: parsed, base: undefined });
  }
  if (!mayLoad(world, call, source.url)) return undefined;
  const first = await fetchDocument(world, call, run, source);
  if (first.ok) return warned(world, call, { root: first.root, base: first.url });
  failed(first.code, first.message, first.url);
  if (fallback === undefined) return undefined;
  const second = await fetchDocument(world, call, run, {
    ...fallback,
    params: [...source.params, ['ErrorCode', String(first.code)], ['ErrorUrl', first.url]],
  });
  if (second.ok) return warned(world, call, { root: second.root, base: second.url });
  failed(second.code, second.message, second.url);
  return undefined;
}

function warned(world: World, call: Call, loaded: Loaded): Loaded {
  for (const message of schemaWarnings(loaded.root)) {
    world.debug({ code: 12200, level: 'warning', message, url: loaded.base, callSid: call.sid });
  }
  return loaded;
}

/** Plays "An application error has occurred", which a caller hears when there is no document and no fallback. */
export async function applicationError(world: World, call: Call, run: Execution): Promise<void> {
  const sentence = 'We are sorry, an application error has occurred. Goodbye.';
  markAnswered(world, call);
  call.firstHeardAt ??= world.clock.now();
  call.sounds.push({ at: world.clock.now(), text: sentence });
  world.record('verb', call.sid, sentence, { verb: 'application-error' });
  await run.sleep(durationOfSpeech(sentence));
  endCall(world, call, { status: 'completed', sip: 200, reason: 'application error' });
}

/** Replaces whatever the call executes. */
export function startExecution(world: World, call: Call, source: Source): void {
  call.execution?.cancel();
  call.listener = undefined;
  call.hears = undefined;
  call.dialling = undefined;
  const run = new Execution(world.clock);
  call.execution = run;
  void (async () => {
    let next: Source = source;
    for (;;) {
      const loaded = await load(world, call, run, next, call.fallback);
      if (loaded === undefined) return applicationError(world, call, run);
      const step = await playDocument(world, call, run, loaded);
      if (step.to === 'error') return applicationError(world, call, run);
      if (step.to === 'over' && call.tie !== undefined) {
        call.tie.connect();
        return;
      }
      if (step.to === 'end' || step.to === 'over') {
        const reason = step.to === 'end' ? step.reason : 'the end of the document';
        markAnswered(world, call);
        endCall(world, call, { status: 'completed', sip: 200, reason });
        return;
      }
      if (step.to === 'reject') {
        endCall(world, call, { status: step.status, sip: step.sip, reason: 'rejected' });
        return;
      }
      next = step.source;
    }
  })();
}

/** Requests the call's first document, with these additional parameters. A child without one gets the caller at once. */
export function requestDocument(world: World, call: Call, params: Params): void {
  const document = call.document;
  if (document === undefined) return call.tie?.connect();
  startExecution(world, call, 'twiml' in document ? document : { ...document, params });
}
