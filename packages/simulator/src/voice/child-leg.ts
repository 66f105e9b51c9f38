import type { Element } from '../twiml/element.js';
import { unreachable } from '../people/people.js';
import type { Person } from '../people/person.js';
import { mayCall } from '../rest/countries.js';
import { Call } from './call.js';
import { detectionAttributes } from './detection-attributes.js';
import { CALL_EVENTS } from './status-callback.js';
import type { CallEvent, StatusSubscription } from './status-callback.js';
import { methodOf, numberOf, resolveUrl } from './verbs.js';
import type { VerbContext } from './verbs.js';

const E164 = /^\+[1-9]\d{6,14}$/;
/** REST refusals by the codes that the debugger uses for a `<Dial>`. */
const CODES: Readonly<Record<number, number>> = {
  21211: 13_223,
  21214: 13_224,
  21215: 13_227,
  21216: 13_225,
  21217: 13_223,
};

/**
 * Returns why this number cannot be called: an entry in the debugger, not an error of REST (twilio.com/docs/api/errors/13223).
 */
function refusal({ world, call }: VerbContext, from: string, to: string): readonly [number, string] | undefined {
  const ours = from === call.from || from === call.to || world.numbers.has(from) || world.callerIds.has(from);
  if (!ours) return [13_214, `Invalid callerId: ${from}`];
  if (!E164.test(to)) return [13_223, `Invalid phone number: ${to}`];
  if (!mayCall(world, to)) return [13_227, `No permission to call ${to}`];
  const person = world.person(to);
  if (person?.pickUp.does !== 'refuse') return undefined;
  const { code } = person.pickUp;
  return [CODES[code] ?? 13_224, `${to} is refused (${code})`];
}

function personAt(ctx: VerbContext, from: string, to: string): Person {
  const { world, call, base } = ctx;
  const wrong = refusal(ctx, from, to);
  if (wrong === undefined) return world.person(to) ?? unreachable();
  const [code, message] = wrong;
  world.debug({ code, level: 'error', message, url: base, callSid: call.sid });
  return unreachable({ afterMs: 0 });
}

/** `statusCallback…` of a `<Number>` (twilio.com/docs/voice/twiml/number#statuscallback). */
function subscriptionOf(ctx: VerbContext, noun: Element): StatusSubscription | undefined {
  const address = noun.attributes['statusCallback'];
  const url = address === undefined || address === '' ? undefined : resolveUrl(ctx, address);
  if (url === undefined) return undefined;
  const events = (noun.attributes['statusCallbackEvent'] ?? 'completed').split(/\s+/);
  const known = CALL_EVENTS.filter((event): event is CallEvent => events.includes(event));
  return { url, method: methodOf(noun, 'statusCallbackMethod'), events: new Set(known), sequence: 0 };
}

/** Creates the child leg for one `<Number>`, without dialling it yet. */
export function makeChild(ctx: VerbContext, dial: Element, noun: Element): { child: Call; person: Person } {
  const { world, call } = ctx;
  const to = noun.text;
  const from = dial.attributes['callerId'] ?? call.from;
  const child = new Call({
    sid: world.ids.sid('CA'),
    direction: 'outbound-dial',
    from,
    to,
    status: 'queued',
    createdAt: world.clock.now(),
    parent: call,
  });
  const person = personAt(ctx, from, to);
  const address = noun.attributes['url'];
  const url = address === undefined || address === '' ? undefined : resolveUrl(ctx, address);
  child.person = person;
  child.caller = call.direction === 'inbound' ? call : call.caller;
  child.document = url === undefined ? undefined : { url, method: methodOf(noun) };
  child.subscription = subscriptionOf(ctx, noun);
  child.detection = detectionAttributes(ctx, noun);
  child.timeLimitMs = numberOf(dial, 'timeLimit', 14_400) * 1000;
  world.calls.set(child.sid, child);
  world.live += 1;
  world.record('call', child.sid, `queued: ${from} → ${to}`, { status: 'queued', to, from, parent: call.sid });
  return { child, person };
}
