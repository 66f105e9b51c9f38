import type { ActualWorkflow, ActualWorkspace, Finding, DoctorTarget } from '@amd/cli';
import { webhookUrls } from '@amd/core/http';
import type { Twilio } from 'twilio';

export const BASE = 'https://calls.example.com';
export const OURS = '+14155550199';
export const ANN = '+14155550142';
export const ACCOUNT = `AC${'1'.repeat(32)}`;
export const APPLY = 'or run "amd taskrouter apply"';

/** A finding as one line, with the remedy after the arrow. */
export const line = ({ check, status, message, fix }: Finding): string =>
  `${status} ${check}: ${message}${fix === null ? '' : ` → ${fix}`}`;
export const lines = (findings: readonly Finding[]): string[] => findings.map(line);

export const list = (...items: readonly object[]) => ({ list: () => Promise.resolve(items) });
export const failing = (status: number, message = 'no', code?: number) =>
  Promise.reject(Object.assign(new Error(message), { status, ...(code === undefined ? {} : { code }) }));

export function doctorTarget(
  changes: Partial<Omit<DoctorTarget, 'client'>> & { readonly client?: object } = {},
): DoctorTarget {
  const { client = {}, ...others } = changes;
  return {
    client: client as Twilio,
    account: { accountSid: ACCOUNT, authToken: 'token', apiKey: undefined, apiSecret: undefined, region: {} },
    variables: { TWILIO_PHONE_NUMBER: OURS },
    base: BASE,
    addresses: webhookUrls(BASE),
    flow: 'taskrouter',
    isSimulated: false,
    fetch: () => Promise.reject(new Error('nobody is to be asked')),
    ...others,
  };
}

export const QUEUE = `WQ${'1'.repeat(32)}`;
export const WORKFLOW: ActualWorkflow = {
  sid: 'WW1',
  name: 'Ours',
  assignmentUrl: `${BASE}/assign`,
  fallbackUrl: `${BASE}/assign`,
  reservationTimeout: 120,
  configuration: JSON.stringify({ task_routing: { default_filter: { queue: QUEUE } } }),
  foreignTasks: new Map(),
};
export const WORKSPACE: ActualWorkspace = {
  sid: `WS${'1'.repeat(32)}`,
  name: 'AMD',
  multiTask: true,
  eventUrl: `${BASE}/trevents`,
  eventsFilter: [],
  timeoutActivity: 'WA2',
  activities: [
    { sid: 'WA1', name: 'Available', available: true },
    { sid: 'WA2', name: 'Temporarily Unavailable', available: false },
    { sid: 'WA3', name: 'Offline', available: false },
  ],
  queues: [{ sid: QUEUE, name: 'Everybody', workers: '1==1' }],
  workflows: [WORKFLOW],
  workers: [{ sid: 'WK1', name: 'Ann', attributes: JSON.stringify({ phone: ANN }), activity: 'WA1' }],
};
