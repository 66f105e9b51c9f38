import type { IncomingMessage } from 'node:http';
import { expect, it } from 'vitest';
import { originCheck } from '../src/server/access/origins.js';

const OURS = 'https://calls.example.com';
const EVIL = 'https://evil.example';
const check = originCheck(`${OURS}/base`);
const of = (headers: Record<string, string>): ReturnType<typeof check> =>
  check({ headers: { host: 'calls.example.com', ...headers } } as unknown as IncomingMessage);

it.each<[string, Record<string, string>]>([
  ['the public origin', { origin: OURS }],
  ['the public origin, also where the proxy has rewritten Host', { origin: OURS, host: '127.0.0.1:5000' }],
  ['the loopback address in Host', { origin: 'http://localhost:5000', host: 'localhost:5000' }],
  ['no origin, but the browser says that it is the same', { 'sec-fetch-site': 'same-origin' }],
  ['the origin null, but the browser says that it is the same', { origin: 'null', 'sec-fetch-site': 'same-origin' }],
  ['no origin from a browser without Sec-Fetch-Site, but our referrer', { referer: `${OURS}/index` }],
])('%s counts as ours', (_, headers) => {
  expect(of(headers)).toEqual({ ours: true, origin: headers['host'] === 'localhost:5000' ? headers['origin'] : OURS });
});

it.each<[string, Record<string, string>, string | null]>([
  ['another origin', { origin: EVIL }, EVIL],
  ['another scheme', { origin: 'http://calls.example.com' }, 'http://calls.example.com'],
  ['another port of this machine', { origin: 'http://localhost:1', host: 'localhost:5000' }, 'http://localhost:1'],
  ['our origin, but another site started it', { origin: OURS, 'sec-fetch-site': 'cross-site' }, OURS],
  ['a sandboxed frame', { origin: 'null', 'sec-fetch-site': 'cross-site' }, null],
  ['a sandboxed frame of an older browser', { origin: 'null', referer: `${OURS}/` }, null],
  ['a sibling domain', { 'sec-fetch-site': 'same-site' }, null],
  ['somebody who opened a page', { 'sec-fetch-site': 'none' }, null],
  ['another address that leads here', { 'sec-fetch-site': 'same-origin', referer: `${EVIL}/` }, EVIL],
  ['the name of another machine in Host', { origin: EVIL, host: 'evil.example' }, EVIL],
  ['a program that says nothing', {}, null],
  ['a referrer that is no address', { referer: 'nowhere' }, null],
])('%s counts as a stranger', (_, headers, from) => {
  expect(of(headers)).toEqual({ ours: false, from });
});
