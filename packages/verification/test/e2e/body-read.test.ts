import { text } from 'node:stream/consumers';
import { createCallForwarding } from '@amd/core/twilio';
import { createTestApp, human, type Story } from '@amd/simulator';
import express, { type RequestHandler } from 'express';
import { afterEach, describe, expect, it, vi } from 'vitest';

const ANN = '+14155550142';

afterEach(() => {
  vi.restoreAllMocks();
});

/** A call to an Express app that has this before our listener; what the log prints of it. */
async function callAfter(...before: readonly RequestHandler[]): Promise<{ story: Story; printed: readonly string[] }> {
  const error = vi.spyOn(console, 'error').mockImplementation(() => undefined);
  const app = createTestApp(({ number, client, clock, publicBaseUrl, accountSid, authToken }) => {
    const calls = createCallForwarding({
      ...{ client, clock, publicBaseUrl, accountSid, authToken, ownNumber: number },
      forwardTo: [ANN],
    });
    const listener = express();
    for (const handler of before) listener.use(handler);
    listener.use(calls.listener);
    return { listener, idle: () => calls.idle(), stop: () => calls.stop() };
  });
  const story = await app.call({ people: { [ANN]: human() } });
  await app.close();
  return { story, printed: error.mock.calls.map(([line]) => String(line)) };
}

/** Express 4 gives each request a body, whether a parser has read it or not. */
const express4: RequestHandler = (request, _response, next) => {
  request.body = (request.body as unknown) ?? {};
  next();
};

describe('a body parser before the listener', () => {
  it.each<[string, readonly RequestHandler[]]>([
    ['express.urlencoded({ extended: true })', [express.urlencoded({ extended: true })]],
    ['express.urlencoded({ extended: false })', [express.urlencoded({ extended: false })]],
    ['express.json()', [express.json()]],
    ['both of Express 4', [express.json(), express4, express.urlencoded({ extended: true }), express4]],
    ['express.json() of Express 4', [express.json(), express4]],
    ['express.text()', [express.text({ type: '*/*' })]],
    ['express.raw()', [express.raw({ type: '*/*' })]],
  ])('%s leaves what can be verified: the call is forwarded, and nothing is said', async (_, before) => {
    const { story, printed } = await callAfter(...before);
    expect(story).toMatchObject({ talkedWith: ANN, problems: [] });
    expect(printed).toEqual([]);
  });
});

describe('something that reads the body before the listener', () => {
  it.each<[string, readonly RequestHandler[], string]>([
    [
      'a parser that makes lists of values',
      [
        express.urlencoded({ extended: true }),
        (request, _response, next) => {
          Object.assign(request.body as object, { From: ['+12125550123'] });
          next();
        },
      ],
      'a body parser has changed the body ("From")',
    ],
    [
      'a logger that keeps it for itself',
      [
        (request, _response, next) => {
          void text(request).then(() => {
            next();
          });
        },
      ],
      'somebody has read the body already and left nothing of it',
    ],
    [
      'a logger that goes on before it is at the end',
      [
        (request, _response, next) => {
          request.once('data', () => {
            next();
          });
        },
      ],
      'somebody has read the body already and left nothing of it',
    ],
  ])('%s: the log says what is wrong, and what to do', async (_, before, wrong) => {
    // When
    const { story, printed } = await callAfter(...before);
    // Then
    expect(story).toMatchObject({ talkedWith: null, endedBy: 'application error' });
    expect(printed[0]).toBe(
      `amd body.unverifiable /inbound answered 500: ${wrong}. Put the endpoint before the body parser, so that it reads the body itself.`,
    );
    expect(new Set(printed.map((line) => line.replace('/inbound/status', '/inbound'))).size).toBe(1);
  });
});
