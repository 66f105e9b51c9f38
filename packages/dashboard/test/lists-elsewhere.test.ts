import { createMemoryStore } from '@amd/core';
import type { PeopleList } from '@amd/dashboard';
import { afterEach, expect, it } from 'vitest';
import { connect, OURS, serve, type Served } from './helpers/serve.js';

const served: Served[] = [];
afterEach(async () => {
  for (const one of served.splice(0)) await one.close();
});

it('a page is told of a list that was saved by another process', async () => {
  const store = createMemoryStore();
  const [here, there] = [await serve({ password: null, store }), await serve({ password: null, store })];
  served.push(here, there);
  const [page, editor] = await Promise.all(
    [here, there].map(({ url }) => connect(url, 'websocket', { origin: url, host: new URL(url).host })),
  );
  const told = new Promise<PeopleList[]>((resolve) => page?.on('people', resolve));

  const people = [{ name: 'Ben', to: '+14155550143' }];
  editor?.emit('savePeople', { inbound: OURS, revision: 0, people }, () => undefined);

  expect(await told).toContainEqual(expect.objectContaining({ inbound: OURS, source: 'saved', people }));
  page?.close();
  editor?.close();
});
