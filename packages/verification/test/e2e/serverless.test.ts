import { parse } from 'node:querystring';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createMemoryStore, type Clock, type LogEntry, type Store } from '@amd/core';
import { toLambdaHandler, toTwilioFunctionsHandler, type LambdaEvent } from '@amd/core/http';
import { createCallForwarding, type CallForwarding } from '@amd/core/twilio';
import { createTestApp, human, noAnswer, type TestApp, type TestAppParts, voicemail } from '@amd/simulator';

const ANN = '+14155550142';
const BEN = '+14155550143';
const MINUTE_MS = 60_000;
let open: TestApp | undefined;

afterEach(async () => {
  await open?.close();
  open = undefined;
  vi.unstubAllGlobals();
});

/** Answers one request in a process of its own, which is frozen for ever once it has answered. */
type Invoke = (instance: CallForwarding, request: Request) => Promise<Response>;

/** A function on a host that freezes it: each request finds a new process, and only the store survives. */
function onServerless(
  invoke: Invoke,
  {
    forwardTo = [ANN, BEN],
    everyMs = null,
    store = createMemoryStore(),
  }: {
    readonly forwardTo?: readonly string[];
    /** How often a scheduler calls `tick()`, in ms. */
    readonly everyMs?: number | null;
    readonly store?: Store;
  } = {},
): { readonly app: TestApp; readonly log: LogEntry[] } {
  const log: LogEntry[] = [];
  const app = createTestApp((parts) => {
    if (everyMs !== null) schedule(parts.clock, everyMs, () => build(parts).tick());
    return { fetch: (request: Request) => invoke(build(parts), request) };
  });
  function build({ number, ...parts }: TestAppParts): CallForwarding {
    return createCallForwarding({
      ...parts,
      clock: frozenBetween(parts.clock),
      ownNumber: number,
      forwardTo,
      store,
      serverless: true,
      log: (entry) => log.push(entry),
    });
  }
  open = app;
  return { app, log };
}

/** The process is looked at by nobody once it has answered: what it wanted to do later never happens. */
function frozenBetween(clock: Clock): Clock {
  return { now: () => clock.now(), wakeAt: (at, run) => clock.wakeAt(at, run) };
}

function schedule(clock: Clock, everyMs: number, run: () => Promise<void>): void {
  clock.wakeAt(clock.now() + everyMs, () => {
    void run();
    schedule(clock, everyMs, run);
  });
}

const asFetch: Invoke = (instance, request) => instance.fetch(request);

const after: Invoke = async (instance, request) => {
  const works: Promise<unknown>[] = [];
  const response = await instance.fetch(request, { waitUntil: (work) => works.push(work) });
  expect(works).toHaveLength(1);
  return response;
};

const asLambda =
  (shape: (request: Request, body: string) => LambdaEvent): Invoke =>
  async (instance, request) => {
    const { statusCode, headers, multiValueHeaders, body } = await toLambdaHandler(instance.endpoint)(
      shape(request, await request.text()),
    );
    const written =
      multiValueHeaders === undefined
        ? headers
        : Object.fromEntries(Object.entries(multiValueHeaders).map(([name, [value]]) => [name, value ?? '']));
    return new Response(statusCode === 204 ? null : body, { status: statusCode, headers: written });
  };

/** With the event that `@twilio/runtime-handler` 2.1.0 makes (dist/dev-runtime/route.js), in an order that nobody promises. */
const asTwilioFunction: Invoke = async (instance, request) => {
  vi.stubGlobal('Twilio', { Response: FunctionResponse });
  const { path, query, headers } = parts(request);
  const event = { request: { headers, cookies: {} }, ...parse(query), ...parse(await request.text()) };
  const shuffled = Object.fromEntries(Object.entries(event).sort(([one], [other]) => (one < other ? -1 : 1)));
  return new Promise((resolve, reject) => {
    void toTwilioFunctionsHandler(instance.endpoint)({ PATH: path }, shuffled, (error, response) => {
      if (error !== null) reject(error);
      else resolve((response as FunctionResponse).toWeb());
    });
  });
};

/** As `Twilio.Response` of the host. */
class FunctionResponse {
  status = 200;
  body = '';
  readonly headers = new Headers();

  setStatusCode(status: number): void {
    this.status = status;
  }

  setBody(body: string): void {
    this.body = body;
  }

  appendHeader(name: string, value: string): void {
    this.headers.append(name, value);
  }

  toWeb(): Response {
    return new Response(this.status === 204 ? null : this.body, { status: this.status, headers: this.headers });
  }
}

const parts = ({ url, headers, method }: Request) => {
  const { pathname, search, searchParams } = new URL(url);
  return {
    path: pathname,
    query: search.slice(1),
    pairs: Object.fromEntries(searchParams),
    headers: Object.fromEntries(headers),
    method,
  };
};
const inLists = (values: Record<string, string>): Record<string, string[]> =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, [value]]));

const version2 = (request: Request, body: string): LambdaEvent => {
  const { path, query, headers, method } = parts(request);
  return {
    rawPath: path,
    rawQueryString: query,
    headers,
    requestContext: { http: { method }, stage: '$default' },
    body,
  };
};
const version2Named = (request: Request, body: string): LambdaEvent => {
  const event = version2(request, body);
  return {
    ...event,
    rawPath: `/prod${event.rawPath ?? ''}`,
    requestContext: { ...event.requestContext, stage: 'prod' },
  };
};
const version1 = (request: Request, body: string): LambdaEvent => {
  const { path, pairs, headers, method } = parts(request);
  return {
    httpMethod: method,
    path,
    queryStringParameters: pairs,
    headers,
    multiValueHeaders: inLists(headers),
    requestContext: { stage: 'prod' },
    body: Buffer.from(body).toString('base64'),
    isBase64Encoded: true,
  };
};
const balancer = (request: Request, body: string): LambdaEvent => {
  const { path, pairs, headers, method } = parts(request);
  const raw = Object.fromEntries(Object.entries(pairs).map(([name, value]) => [name, encodeURIComponent(value)]));
  return { httpMethod: method, path, queryStringParameters: raw, headers, requestContext: { elb: {} }, body };
};
const balancerInLists = (request: Request, body: string): LambdaEvent => {
  const { headers, queryStringParameters, ...event } = balancer(request, body);
  return {
    ...event,
    multiValueHeaders: inLists(headers as Record<string, string>),
    multiValueQueryStringParameters: inLists(queryStringParameters as Record<string, string>),
  };
};

describe('a host that freezes the process after each answer', () => {
  it.each<[string, Invoke]>([
    ['a web-standard host', asFetch],
    ['a host with waitUntil', after],
    ['AWS Lambda behind API Gateway, version 2', asLambda(version2)],
    ['AWS Lambda behind a named stage', asLambda(version2Named)],
    ['AWS Lambda behind API Gateway, version 1', asLambda(version1)],
    ['AWS Lambda behind a load balancer', asLambda(balancer)],
    ['AWS Lambda behind a load balancer with lists of values', asLambda(balancerInLists)],
    ['Twilio Functions', asTwilioFunction],
  ])('on %s a voicemail is hung up on, and the next person has the caller', async (_, invoke) => {
    const { app, log } = onServerless(invoke);
    const story = await app.call({ people: { [ANN]: voicemail(), [BEN]: human({ talkMs: 20_000 }) } });
    expect(story).toMatchObject({ rung: [ANN, BEN], talkedWith: BEN, endedBy: 'callee', problems: [] });
    expect(log).toEqual([]);
  });

  it('a caller whom nobody can take hears so, with a scheduler that wakes once a minute', async () => {
    const { app } = onServerless(asFetch, { everyMs: MINUTE_MS });
    const story = await app.call({ people: { [ANN]: noAnswer(), [BEN]: voicemail() } });
    expect(story).toMatchObject({ rung: [ANN, BEN], talkedWith: null, endedBy: 'app', problems: [] });
  });

  it('without a store that survives it says so', async () => {
    const log: LogEntry[] = [];
    open = createTestApp(({ number, ...given }) =>
      createCallForwarding({
        ...given,
        ownNumber: number,
        forwardTo: [ANN],
        serverless: true,
        log: (entry) => log.push(entry),
      }),
    );
    await open.call({ people: { [ANN]: human() } });
    expect(log.map(({ code }) => code)).toEqual(['store.memory']);
  });
});
