import { isFinal } from '../voice/call.js';
import type { Call } from '../voice/call.js';
import { leave } from '../voice/conference-room.js';
import { dialParams } from '../voice/dialling.js';
import { leaveQueue } from '../voice/queue.js';
import { endCall, limitTime, sendDialAction } from '../voice/lifecycle.js';
import { startExecution } from '../voice/run.js';
import type { World } from '../voice/world.js';
import { subscriptionFields } from './create-call.js';
import { RestRefusal } from './errors.js';
import type { RestReply } from './errors.js';
import { field, methodField, onlyKnown, urlField, whole } from './form.js';
import { callJson } from './serialize.js';

const KNOWN: ReadonlySet<string> = new Set(
  'Url Method Twiml Status FallbackUrl FallbackMethod StatusCallback StatusCallbackMethod TimeLimit'.split(' '),
);
/** How late `<Dial action>` follows a redirect when the toggle asks for it, ms. */
const LATE_MS = 500;

function end(world: World, call: Call): void {
  const { toggles } = world;
  const reason = 'Status=completed by REST';
  if (call.status === 'in-progress') endCall(world, call, { status: 'completed', sip: 200, reason, byApi: true });
  else if (call.direction !== 'inbound' && !call.initiated) {
    endCall(world, call, { status: toggles.completeWhileQueued, sip: 487, reason, byApi: true, silent: true });
  } else endCall(world, call, { status: toggles.completeWhileRinging, sip: 487, reason, byApi: true });
}

function cancel(world: World, call: Call): void {
  if (call.status === 'in-progress') {
    if (world.toggles.cancelInProgress === 'error') throw new RestRefusal(21220, 'Call is in-progress. Cannot cancel.');
    return;
  }
  const silent = call.direction !== 'inbound' && !call.initiated;
  endCall(world, call, { status: 'canceled', sip: 487, reason: 'Status=canceled by REST', byApi: true, silent });
}

function redirect(world: World, call: Call, target: { url: string; method: 'GET' | 'POST' } | { twiml: string }): void {
  const waitingToAnswer = call.status === 'queued' || call.status === 'ringing';
  if (waitingToAnswer) {
    if (world.toggles.redirectWhileRinging === '21220') throw new RestRefusal(21220);
    call.document = target;
    if (call.direction !== 'inbound') return;
  }
  const { membership: member, dialling } = call;
  call.dialling = undefined;
  call.detecting = false;
  call.execution?.cancel();
  // Its own `<Dial>` is over, and so is its tie to the one that created it.
  call.tie?.letGo();
  if (dialling?.action !== undefined && world.toggles.dialActionOnRedirect === 'late') {
    const { action } = dialling;
    const outcome = dialParams(dialling);
    world.clock.wakeAt(world.clock.now() + LATE_MS, () => sendDialAction(world, call, action, outcome));
  }
  if (member !== undefined) leave(world, member, 'participant_updated_via_api', 'in-progress');
  leaveQueue(world, call, 'redirected');
  startExecution(world, call, 'twiml' in target ? target : { ...target, params: [] });
}

/** `POST /Calls/{Sid}` (twilio.com/docs/voice/api/call-resource#update-a-call-resource). */
export function updateCall(world: World, call: Call, form: URLSearchParams): RestReply {
  onlyKnown(form, KNOWN, 'Calls/{Sid}');
  const status = field(form, 'Status');
  const url = urlField(form, 'Url', 21205);
  const twiml = field(form, 'Twiml');
  if (status !== undefined && status !== 'completed' && status !== 'canceled') {
    throw new RestRefusal(21218, `Invalid Status: ${status}`);
  }
  if (url !== undefined && twiml !== undefined) throw new RestRefusal(21218, 'Url and Twiml are mutually exclusive');
  if (twiml !== undefined && twiml.length > 4000) throw new RestRefusal(32018);
  const changes = status !== undefined || url !== undefined || twiml !== undefined;
  if (isFinal(call.status) && changes) {
    throw new RestRefusal(21220, status === undefined ? undefined : `Call is ${call.status}. Cannot end it.`);
  }
  const fallback = urlField(form, 'FallbackUrl', 21205);
  if (fallback !== undefined) call.fallback = { url: fallback, method: methodField(form, 'FallbackMethod') };
  const subscription = subscriptionFields(form);
  if (subscription !== undefined) {
    const before = call.subscription;
    call.subscription = {
      ...subscription,
      events: before?.events ?? subscription.events,
      sequence: before?.sequence ?? 0,
    };
  }
  const timeLimit = whole(form, 'TimeLimit', 1, 86_400, 21208);
  if (timeLimit !== undefined) limitTime(world, call, timeLimit * 1000);
  if (status === 'completed') end(world, call);
  else if (status === 'canceled') cancel(world, call);
  else if (url !== undefined) redirect(world, call, { url, method: methodField(form, 'Method') });
  else if (twiml !== undefined) redirect(world, call, { twiml });
  return { status: 200, body: callJson(world, call) };
}
