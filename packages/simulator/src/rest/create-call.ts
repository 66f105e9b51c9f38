import { unreachable } from '../people/people.js';
import { Call } from '../voice/call.js';
import type { DocumentUrl } from '../voice/call.js';
import { dialOut } from '../voice/outbound.js';
import { CALL_EVENTS } from '../voice/status-callback.js';
import type { CallEvent, StatusSubscription } from '../voice/status-callback.js';
import type { World } from '../voice/world.js';
import { mayCall } from './countries.js';
import { detectionFields } from './detection-fields.js';
import { RestRefusal } from './errors.js';
import type { RestReply } from './errors.js';
import { field, methodField, onlyKnown, urlField, whole } from './form.js';
import { callJson } from './serialize.js';

const KNOWN: ReadonlySet<string> = new Set(
  (
    'To From Url Method Twiml FallbackUrl FallbackMethod StatusCallback StatusCallbackMethod StatusCallbackEvent Timeout TimeLimit ' +
    'SendDigits MachineDetection MachineDetectionTimeout MachineDetectionSpeechThreshold MachineDetectionSpeechEndThreshold ' +
    'MachineDetectionSilenceTimeout AsyncAmd AsyncAmdStatusCallback AsyncAmdStatusCallbackMethod CallToken CallReason'
  ).split(' '),
);
const E164 = /^\+[1-9]\d{6,14}$/;
const OTHER_ADDRESS = /^(client:.+|sip:.+@.+)$/;
const LONGEST_TWIML = 4000;

function checkFrom(world: World, form: URLSearchParams, from: string): void {
  if (!E164.test(from) && !OTHER_ADDRESS.test(from)) {
    throw new RestRefusal(
      21212,
      `The 'From' number ${from} is not a valid phone number, shortcode or alphanumeric sender ID.`,
    );
  }
  if (world.numbers.has(from) || world.callerIds.has(from) || OTHER_ADDRESS.test(from)) return;
  const parent = world.tokens.get(field(form, 'CallToken') ?? '');
  const good = parent?.from === from;
  if (good && (parent.live || world.toggles.callTokenAfterEnd === 'accepted')) return;
  throw new RestRefusal(21210);
}

function documentFields(world: World, form: URLSearchParams): DocumentUrl | { twiml: string } {
  const url = urlField(form, 'Url', 21205);
  const twiml = field(form, 'Twiml');
  if (twiml !== undefined && twiml.length > LONGEST_TWIML) throw new RestRefusal(32018);
  if (url !== undefined) {
    if (twiml !== undefined) {
      world.debug({ code: 32019, level: 'warning', message: 'Both Url and Twiml: Url wins', url, callSid: undefined });
    }
    return { url, method: methodField(form, 'Method') };
  }
  if (twiml === undefined) throw new RestRefusal(21205, 'Url or Twiml is required');
  return { twiml };
}

/** `StatusCallback…` of a create or an update (twilio.com/docs/voice/api/call-resource#statuscallback). */
export function subscriptionFields(form: URLSearchParams): StatusSubscription | undefined {
  const url = urlField(form, 'StatusCallback', 21609);
  const events = form.getAll('StatusCallbackEvent').filter((event) => event !== '');
  const wrong = events.find((event) => !(CALL_EVENTS as readonly string[]).includes(event));
  if (wrong !== undefined) throw new RestRefusal(21626, `Invalid StatusCallbackEvent: ${wrong}`);
  if (url === undefined) return undefined;
  return {
    url,
    method: methodField(form, 'StatusCallbackMethod'),
    events: new Set((events.length === 0 ? ['completed'] : events) as CallEvent[]),
    sequence: 0,
  };
}

/** The inbound call for which a leg is made: named in its addresses, by its token, or the only one there is. */
export function callerOf(world: World, form: URLSearchParams): Call | undefined {
  for (const name of ['Url', 'StatusCallback', 'Twiml']) {
    for (const sid of field(form, name)?.match(/CA[0-9a-f]{32}/g) ?? []) {
      const call = world.calls.get(sid);
      if (call?.direction === 'inbound') return call;
    }
  }
  const byToken = world.tokens.get(field(form, 'CallToken') ?? '');
  if (byToken !== undefined) return byToken;
  if (world.liveInbound.size !== 1) return undefined;
  const [only] = world.liveInbound;
  return only;
}

/** `POST /Calls` (twilio.com/docs/voice/api/call-resource#create-a-call). */
export function createCall(world: World, form: URLSearchParams): RestReply {
  const to = field(form, 'To');
  const from = field(form, 'From');
  if (to === undefined) throw new RestRefusal(21201);
  if (from === undefined) throw new RestRefusal(21213);
  onlyKnown(form, KNOWN, 'Calls');
  if (!E164.test(to) && !OTHER_ADDRESS.test(to)) {
    throw new RestRefusal(21211, `The 'To' number ${to} is not a valid phone number.`);
  }
  if (to === from) throw new RestRefusal(21217, "'To' and 'From' must not be the same phone number");
  checkFrom(world, form, from);
  if (!mayCall(world, to)) throw new RestRefusal(21215);
  if (world.trial && !world.callerIds.has(to)) throw new RestRefusal(21219);
  const document = documentFields(world, form);
  const fallbackUrl = urlField(form, 'FallbackUrl', 21205);
  const subscription = subscriptionFields(form);
  const timeout = whole(form, 'Timeout', 1, 600, 21208) ?? 60;
  const timeLimit = whole(form, 'TimeLimit', 1, 86_400, 21208);
  const detection = detectionFields(world, form);
  const person = world.person(to) ?? unreachable();
  if (person.pickUp.does === 'refuse') throw new RestRefusal(person.pickUp.code);

  const call = new Call({
    sid: world.ids.sid('CA'),
    direction: 'outbound-api',
    from,
    to,
    status: 'queued',
    createdAt: world.clock.now(),
  });
  call.person = person;
  call.document = document;
  call.fallback =
    fallbackUrl === undefined ? undefined : { url: fallbackUrl, method: methodField(form, 'FallbackMethod') };
  call.subscription = subscription;
  call.detection = detection;
  if (timeLimit !== undefined) call.timeLimitMs = timeLimit * 1000;
  call.caller = callerOf(world, form);
  world.calls.set(call.sid, call);
  world.live += 1;
  world.record('call', call.sid, `queued: ${from} → ${to}`, { status: 'queued', to, from });
  dialOut(world, call, person, timeout * 1000);
  return { status: 201, body: callJson(world, call, { fresh: true }) };
}
