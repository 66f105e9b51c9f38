import type { EventParams } from '@amd/core';
import { createForwardingEndpoint, createTaskRouterEndpoint, sign, type Endpoint } from '@amd/core/http';
import { WORKSPACE } from '@amd/core/testing';
import { generator } from '../crowds/crowd.js';
import { genuine, type SignedRequest } from './requests.js';
import { isAnotherRequest, shift } from './shifts.js';

const BASE = 'https://amd.example.com';
const TOKEN = 'token-of-foreign-requests';

/** What was counted; `problems`: genuine requests that were refused, and shifted ones that were accepted with another meaning. */
export interface Foreign {
  readonly genuine: number;
  readonly mutants: number;
  /** Mutants that were accepted: nothing that we read had changed in them. */
  readonly same: number;
  /** Left out: the same bytes are two requests, and only one can be accepted. */
  readonly twoRequests: number;
  readonly problems: readonly string[];
}

/** Collects what the flows are told. */
function listener(): { meaning(request: SignedRequest): Promise<{ told: readonly unknown[]; status: number }> } {
  let told: unknown[] = [];
  const hear = (key: string, event: unknown): Promise<{ kind: 'nothing' }> => {
    told.push([key, event]);
    return Promise.resolve({ kind: 'nothing' });
  };
  const common = { publicBaseUrl: BASE, authTokens: [TOKEN], log: () => undefined };
  const endpoints: Readonly<Record<SignedRequest['flow'], Endpoint>> = {
    forwarding: createForwardingEndpoint({ ...common, runtime: { handle: hear }, resolve: () => ({ forwardTo: [] }) }),
    taskrouter: createTaskRouterEndpoint({
      ...common,
      runtime: { handle: hear },
      workers: { handle: hear },
      directory: { current: () => WORKSPACE, load: () => Promise.resolve(WORKSPACE), learn: () => undefined },
      onEvent: (event: EventParams) => told.push(event),
    }),
  };
  return {
    async meaning({ flow, path, query, params }) {
      told = [];
      const url = `${BASE}${path}${query === '' ? '' : `?${query}`}`;
      const headers = {
        'content-type': 'application/x-www-form-urlencoded; charset=UTF-8',
        'x-twilio-signature': sign(TOKEN, url, new Map(Object.entries(params))),
      };
      const body = new URLSearchParams(params).toString();
      const { status } = await endpoints[flow].handle({ method: 'POST', path, query, headers, body });
      return { told, status };
    },
  };
}

/** Plays this many genuine requests and as many shifted ones. */
export async function foreignRequests(
  seed: number,
  count: number,
  tell: (done: number) => void = () => undefined,
): Promise<Foreign> {
  const chance = generator(seed);
  const { meaning } = listener();
  const problems: string[] = [];
  const found = { genuine: 0, mutants: 0, same: 0, twoRequests: 0 };
  while (found.genuine < count || found.mutants < count) {
    const { request, plain } = genuine(chance);
    if (isAnotherRequest(request)) {
      found.twoRequests += 1;
      continue;
    }
    const expected = await meaning(request);
    const alone = await meaning(plain);
    found.genuine += 1;
    const heard = expected.told.length === alone.told.length && alone.told.length > 0;
    if (expected.status !== alone.status || (!heard && !plain.path.endsWith('/wait')))
      problems.push(`refused, ${String(expected.status)}: ${JSON.stringify(request)}`);
    for (let tries = 0; tries < 3; tries += 1) {
      const mutant = shift(chance, request);
      if (mutant === null) continue;
      found.mutants += 1;
      const got = await meaning(mutant);
      if (got.told.length === 0) continue;
      if (JSON.stringify(got.told) === JSON.stringify(expected.told)) found.same += 1;
      else problems.push(`taken: ${JSON.stringify(mutant.params)} of ${JSON.stringify(request)}`);
    }
    tell(Math.min(found.genuine, found.mutants));
  }
  return { ...found, problems };
}
