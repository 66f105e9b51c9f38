import { createMemoryStore } from '@amd/core';
import { callLog, toCsv, toJson, type LoggedCall } from '@amd/dashboard';
import { expect, it } from 'vitest';
import { CANARY, putCall } from './helpers/serve.js';

async function textOf(parts: AsyncIterable<string>): Promise<string> {
  let text = '';
  for await (const part of parts) text += part;
  return text;
}

it('the call log has every call, over many pages, with masked numbers and without tokens', async () => {
  const store = createMemoryStore();
  for (let call = 0; call < 1234; call += 1) await putCall(store, `CA${String(call).padStart(32, '0')}`, 1000);
  const json = await textOf(toJson(callLog({ store })));
  expect(JSON.parse(json)).toHaveLength(1234);
  expect(json).toContain('"from":"+12…23"');
  expect(json).not.toContain(CANARY);
  expect(await textOf(toJson(callLog({ store, masked: false })))).toContain('"from":"+12125550123"');
  expect((await textOf(toCsv(callLog({ store })))).split('\r\n')).toHaveLength(1236);
});

it('an empty call log is valid', async () => {
  expect(JSON.parse(await textOf(toJson(callLog({ store: createMemoryStore() }))))).toEqual([]);
});

it('the call log runs no formula in a spreadsheet, and keeps quotes and line breaks in their field', async () => {
  async function* calls(): AsyncGenerator<LoggedCall> {
    for (const from of ['=1+1', '@x', '-2', '+14155550142', '+1+cmd', '\t=1', '\n=1', '\r=1', 'a,"b"\r\nc']) {
      const times = { startedAt: '', connectedAt: '', endedAt: '' };
      yield await Promise.resolve({
        call: 'CA',
        from,
        to: '',
        result: 'open',
        waitedSeconds: '',
        takenBy: '',
        legs: [],
        ...times,
      });
    }
  }
  const rows = (await textOf(toCsv(calls()))).split('\r\nCA').slice(1);
  expect(rows.map((row) => row.slice(2).replace(/,,open.*/s, ''))).toEqual([
    "'=1+1",
    "'@x",
    "'-2",
    '+14155550142',
    "'+1+cmd",
    "'\t=1",
    '"\'\n=1"',
    '"\'\r=1"',
    '"a,""b""\r\nc"',
  ]);
});
