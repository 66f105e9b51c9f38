import {
  createForwardingEndpoint,
  createTaskRouterEndpoint,
  type ForwardingEndpointOptions,
  type LogEntry,
  type TaskRouterEndpointOptions,
} from '@amd/core/http';
import { manualClock, taskSids, WORKSPACE } from '@amd/core/testing';
import type { HttpResponse } from '../../src/http/message.js';
import { twiml } from '../../src/wire/twiml.js';
import { ACCOUNT, BASE, CALLER, TOKEN, webhook } from '../helpers/webhooks.js';
import { names, parseXml } from '../helpers/xml.js';

export const CALLER_REF = `ref=forwarding.${CALLER}.1.0`;
export const LEG_REF = `ref=forwarding.${CALLER}.1.2`;
export const AWAY = (): Promise<never> => Promise.reject(new Error('the store is away'));

export interface Heard {
  readonly key: string;
  readonly event: { readonly type: string };
}

/** An endpoint on a clock that stands still; `answer` is what the runtime replies. */
export function scene(change: Partial<ForwardingEndpointOptions> = {}) {
  const clock = manualClock();
  const heard: Heard[] = [];
  const log: LogEntry[] = [];
  const state = { answer: (_event: Heard['event']): Promise<unknown> => Promise.resolve(twiml({ verb: 'hangup' })) };
  const endpoint = createForwardingEndpoint({
    runtime: {
      handle: (key, event) => {
        heard.push({ key, event });
        return state.answer(event) as never;
      },
    },
    clock,
    publicBaseUrl: BASE,
    authTokens: [TOKEN],
    accountSid: ACCOUNT,
    resolve: () => ({ forwardTo: [] }),
    log: (entry) => log.push(entry),
    ...change,
  });
  const since = (seconds: number): string => `failingSince=${String(clock.now() - seconds * 1000)}`;
  return { clock, heard, log, state, endpoint, since };
}

export const settled = async (): Promise<void> => {
  for (let turn = 0; turn < 50; turn += 1) await Promise.resolve();
};
export const verbsOf = ({ body }: HttpResponse): unknown => parseXml(body).children.map(names);
export const typesOf = (heard: readonly Heard[]): string[] => heard.map(({ event }) => event.type);

export const ASSIGNMENT = {
  TaskSid: taskSids.task(),
  ReservationSid: taskSids.reservation(1),
  WorkerSid: taskSids.worker(1),
  WorkerAttributes: '{"phone":"+14155550142"}',
  TaskAttributes: JSON.stringify({ call_sid: CALLER, from: '+12125550123', to: '+14155550199' }),
};

export function taskRouter(change: Partial<TaskRouterEndpointOptions> = {}) {
  const heard: Heard[] = [];
  const log: LogEntry[] = [];
  const hear = (key: string, event: Heard['event']): Promise<never> => {
    heard.push({ key, event });
    return Promise.resolve({ kind: 'nothing' } as never);
  };
  const endpoint = createTaskRouterEndpoint({
    runtime: { handle: hear },
    workers: { handle: hear },
    directory: { current: () => WORKSPACE, load: () => Promise.resolve(WORKSPACE), learn: () => undefined },
    publicBaseUrl: BASE,
    authTokens: [TOKEN],
    log: (entry) => log.push(entry),
    ...change,
  });
  const ask = (path: string, params: Record<string, string>, query = ''): Promise<HttpResponse> =>
    endpoint.handle(webhook(path, { AccountSid: ACCOUNT, WorkspaceSid: WORKSPACE.sid, ...params }, { query }));
  return { endpoint, heard, log, ask };
}
