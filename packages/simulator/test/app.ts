import twilio from 'twilio';
import type { Twilio } from 'twilio';
import { createSimulator } from '../src/index.js';
import type {
  Person,
  Simulator,
  SimulatorOptions,
  WebhookRequest,
  WebhookResponse,
  WebhookTransport,
} from '../src/index.js';

export const NUMBER = '+14155550199';
export const CALLER = '+12125550123';
export const BASE = 'https://app.example.com';
export const PHONE = '+14155550142';

/** A webhook as the test application saw it. */
export interface Seen {
  readonly path: string;
  readonly url: string;
  readonly params: Readonly<Record<string, string>>;
  readonly request: WebhookRequest;
  readonly at: number;
}

type Answer = string | Partial<WebhookResponse> | undefined;
type Handler = (seen: Seen) => Answer | Promise<Answer>;

export const xml = (body: string): string => `<?xml version="1.0" encoding="UTF-8"?><Response>${body}</Response>`;
export const conference = (name: string, action: string, attributes = ''): string =>
  `<Dial action="${action}"><Conference beep="false" endConferenceOnExit="true" statusCallback="${BASE}/conference" statusCallbackEvent="start end join leave" ${attributes}>${name}</Conference></Dial>`;

export interface World {
  readonly sim: Simulator;
  readonly client: Twilio;
  readonly seen: Seen[];
  /** Path and, for notifications, what happened: `status in-progress`. */
  readonly log: () => string[];
  readonly paths: () => string[];
  readonly find: (path: string) => Seen[];
}

function answerOf(answer: Answer): WebhookResponse {
  if (answer === undefined) return { status: 204, headers: {}, body: '' };
  if (typeof answer === 'string') return { status: 200, headers: { 'content-type': 'text/xml' }, body: answer };
  return { status: 200, headers: { 'content-type': 'text/xml' }, body: '', ...answer };
}

/** Creates a simulator with an application of a few handlers, by path. */
export function world(handlers: Record<string, Handler>, options: SimulatorOptions & { person?: Person } = {}): World {
  const seen: Seen[] = [];
  const { person, ...rest } = options;
  const transport: WebhookTransport = async (request) => {
    const url = new URL(request.url);
    const form = request.method === 'POST' ? new URLSearchParams(request.body) : url.searchParams;
    const one: Seen = {
      path: url.pathname,
      url: request.url,
      params: Object.fromEntries(form),
      request,
      at: sim.clock.now(),
    };
    seen.push(one);
    return answerOf(await handlers[url.pathname]?.(one));
  };
  const sim = createSimulator({
    transport,
    numbers: [{ phoneNumber: NUMBER, voiceUrl: `${BASE}/inbound`, statusCallback: `${BASE}/number` }],
    ...(person === undefined ? {} : { people: { [PHONE]: person } }),
    ...rest,
  });
  const client = twilio(sim.accountSid, sim.authToken, { httpClient: sim.httpClient });
  const name = ({ path, params }: Seen): string =>
    params['StatusCallbackEvent'] !== undefined
      ? `C:${params['StatusCallbackEvent'].replace('participant-', '').replace('conference-', '')}${params['CallSid'] ? (params['CallSid'] === inboundSid() ? '(in)' : '(out)') : ''}`
      : params['CallbackSource'] !== undefined
        ? `${path === '/number' ? 'N' : 'S'}:${params['CallStatus']}`
        : `${path.slice(1)}${params['AnsweredBy'] ? `:${params['AnsweredBy']}` : ''}${params['DialCallStatus'] ? `:${params['DialCallStatus']}/${params['CallStatus']}` : ''}`;
  const inboundSid = (): string | undefined => sim.calls.find((call) => call.direction === 'inbound')?.sid;
  return {
    sim,
    client,
    seen,
    log: () => seen.map(name),
    paths: () => seen.map(({ path }) => path),
    find: (path) => seen.filter((one) => one.path === path),
  };
}

/** The smallest forwarding application: holds the caller, rings one phone, bridges a human, otherwise says so. */
export function forwarding(
  options: SimulatorOptions & { person?: Person; machineDetection?: string; create?: object } = {},
): World {
  const { machineDetection = 'Enable', create = {}, ...rest } = options;
  const legs = new Map<string, string>();
  const room = (sid: string): string => `room-${sid}`;
  const giveUp = async (inbound: string): Promise<void> => {
    await made.client
      .calls(inbound)
      .update({ twiml: xml('<Say>Nobody is available.</Say>') })
      .catch(() => undefined);
  };
  const made: World = world(
    {
      '/inbound': async ({ params }) => {
        const inbound = params['CallSid'] as string;
        try {
          const leg = await made.client.calls.create({
            to: PHONE,
            from: NUMBER,
            url: `${BASE}/outbound?for=${inbound}`,
            statusCallback: `${BASE}/status?for=${inbound}`,
            statusCallbackEvent: ['initiated', 'ringing', 'answered', 'completed'],
            machineDetection,
            timeout: 20,
            ...create,
          });
          legs.set(inbound, leg.sid);
        } catch {
          return xml('<Say>Nobody is available.</Say>');
        }
        return xml(`<Say>Please hold.</Say>${conference(room(inbound), '/inbound-ended')}`);
      },
      '/outbound': async ({ params, url }) => {
        const inbound = new URL(url).searchParams.get('for') as string;
        const caller = await made.client.calls(inbound).fetch();
        if (caller.status !== 'in-progress') return xml('<Hangup/>');
        if (params['AnsweredBy'] === 'human' || params['AnsweredBy'] === 'unknown') {
          return xml(conference(room(inbound), '/outbound-ended'));
        }
        await giveUp(inbound);
        return xml('<Hangup/>');
      },
      '/status': async ({ params, url }) => {
        const inbound = new URL(url).searchParams.get('for') as string;
        const answered = made.seen.some(
          ({ path, params: other }) => path === '/outbound' && other['CallSid'] === params['CallSid'],
        );
        const over = ['completed', 'busy', 'failed', 'no-answer', 'canceled'].includes(params['CallStatus'] ?? '');
        if (over && !answered) await giveUp(inbound);
      },
      '/inbound-ended': async ({ params }) => {
        if (params['CallStatus'] === 'completed') {
          const leg = legs.get(params['CallSid'] ?? '');
          if (leg !== undefined)
            await made.client
              .calls(leg)
              .update({ status: 'completed' })
              .catch(() => undefined);
        }
        return xml('');
      },
      '/outbound-ended': () => xml(''),
    },
    rest,
  );
  return made;
}
