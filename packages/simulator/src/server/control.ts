import type { Simulator } from '../simulator.js';
import type { SimulatedCall } from '../views.js';

export interface ControlReply {
  readonly status: number;
  readonly body: unknown;
}

function fields(body: string, contentType: string): Record<string, unknown> {
  if (body.trim() === '') return {};
  // curl -d declares everything as form-encoded: what looks like JSON is JSON.
  const form = contentType.startsWith('application/x-www-form-urlencoded') && !body.trimStart().startsWith('{');
  if (form) return Object.fromEntries(new URLSearchParams(body));
  const parsed: unknown = JSON.parse(body);
  if (typeof parsed !== 'object' || parsed === null) throw new TypeError('a JSON object is expected');
  return parsed as Record<string, unknown>;
}

const text = (value: unknown, name: string): string => {
  if (typeof value !== 'string' || value === '') throw new TypeError(`"${name}" is missing`);
  return value;
};

/** Returns a call as plain data. */
function plain(call: SimulatedCall): Record<string, unknown> {
  const { sid, parentSid, direction, from, to, status, answeredBy, duration, heard, bridgedWith, conference } = call;
  return { sid, parentSid, direction, from, to, status, answeredBy, duration, heard, bridgedWith, conference };
}

function place(sim: Simulator, values: Record<string, unknown>): ControlReply {
  const hangUpAfterMs = values['hangUpAfterMs'] === undefined ? undefined : Number(values['hangUpAfterMs']);
  const call = sim.placeCall({
    from: text(values['from'], 'from'),
    to: text(values['to'], 'to'),
    ...(typeof values['callerName'] === 'string' ? { callerName: values['callerName'] } : {}),
    ...(typeof values['forwardedFrom'] === 'string' ? { forwardedFrom: values['forwardedFrom'] } : {}),
    ...(hangUpAfterMs === undefined || !(hangUpAfterMs >= 0) ? {} : { hangUp: { afterMs: hangUpAfterMs } }),
  });
  return { status: 201, body: plain(call) };
}

/** Answers the control API: what people on phones do, and what happened. `path` is what follows `/_simulator/`. */
export function control(sim: Simulator, method: string, path: string, body: string, contentType: string): ControlReply {
  try {
    const [resource, sid, action] = path.split('/');
    if (method === 'GET' && resource === 'timeline') return { status: 200, body: sim.timeline };
    if (method === 'GET' && resource === 'debugger') return { status: 200, body: sim.debugger };
    if (method === 'GET' && resource === 'conferences') return { status: 200, body: sim.conferences };
    if (resource === 'calls' && sid === undefined) {
      if (method === 'GET') return { status: 200, body: sim.calls.map(plain) };
      if (method === 'POST') return place(sim, fields(body, contentType));
    }
    if (resource === 'calls' && sid !== undefined) {
      const call = sim.call(sid);
      if (call === undefined) return { status: 404, body: { error: `no call ${sid}` } };
      if (method === 'POST' && action === 'hangup') call.hangUp();
      else if (method === 'POST' && action === 'press') call.press(text(fields(body, contentType)['digits'], 'digits'));
      else if (method !== 'GET' || action !== undefined) return { status: 404, body: { error: 'unknown action' } };
      return { status: 200, body: plain(call) };
    }
    return { status: 404, body: { error: `nothing at ${method} /_simulator/${path}` } };
  } catch (error) {
    return { status: 400, body: { error: error instanceof Error ? error.message : String(error) } };
  }
}
