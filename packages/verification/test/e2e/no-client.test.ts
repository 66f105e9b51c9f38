import dns from 'node:dns';
import { createCallForwarding } from '@amd/core/twilio';
import { createTestApp, human } from '@amd/simulator';
import { afterEach, expect, it, vi } from 'vitest';

const ANN = '+14155550142';

type Found = (error: Error) => void;
const waiting: Found[] = [];

afterEach(() => {
  vi.restoreAllMocks();
});

it('a test of an app that was given no client says so at once, and does not wait for Twilio', async () => {
  // Given: a network that answers nothing until the test is over
  vi.spyOn(dns, 'lookup').mockImplementation(((_host: string, _options: unknown, found: Found) => {
    waiting.push(found);
  }) as never);
  const app = createTestApp(({ number, clock, publicBaseUrl, accountSid, authToken }) =>
    createCallForwarding({
      ...{ clock, publicBaseUrl, accountSid, authToken, ownNumber: number, forwardTo: [ANN] },
      log: () => undefined,
    }),
  );
  // When
  const calling = app.call({ people: { [ANN]: human() } });
  // Then
  await expect(calling).rejects.toThrow(
    /^the app asked Twilio itself instead of the simulator, \w+ https:\/\/api\.twilio\.com\/.*: pass `client` or `httpClient`/,
  );
  for (const found of waiting.splice(0)) found(Object.assign(new Error('no network'), { code: 'ENOTFOUND' }));
  await app.close();
});
