import { createMemoryStore, type Clock } from '@amd/core';
import { manualClock } from '@amd/core/testing';
import type { PhoneCommand, PhonePanel, PhoneState } from '@amd/dashboard';
import type { Socket } from 'socket.io-client';
import { afterEach, describe, expect, it } from 'vitest';
import type { Update } from '../src/shared/protocol.js';
import { ask, connect, cookieOf, logIn, OURS, PASSWORD, putCall, serve, type Served } from './helpers/serve.js';

const SID = `CA${'1'.repeat(32)}`;
const HOURS = 3_600_000;
const BEN = [{ name: 'Ben', to: '+14155550143' }];

const served: Served[] = [];
const sockets: Socket[] = [];
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.close();
  for (const one of served.splice(0)) await one.close();
});

async function start(options: Parameters<typeof serve>[0]): Promise<Served> {
  const one = await serve(options);
  served.push(one);
  return one;
}

async function open({ url }: Served, cookie?: string): Promise<Socket> {
  const socket = await connect(url, 'websocket', { origin: url, ...(cookie === undefined ? {} : { cookie }) });
  if (socket === null) throw new Error('the socket was refused');
  sockets.push(socket);
  return socket;
}

const ended = (socket: Socket): Promise<unknown> => new Promise((resolve) => socket.once('disconnect', resolve));

/** A clock that can step without waking anyone. */
function steppingClock(): Clock & { ahead: number; advanceBy(ms: number): Promise<void> } {
  const clock = manualClock();
  const stepping = {
    ahead: 0,
    now: () => clock.now() + stepping.ahead,
    wakeAt: (at: number, run: () => void) => clock.wakeAt(at, run),
    advanceBy: (ms: number) => clock.advanceBy(ms),
  };
  return stepping;
}

describe('a socket whose session is over', () => {
  it('bug: no test noticed when its commands were obeyed until the next second began', async () => {
    const clock = steppingClock();
    const page = await start({ password: PASSWORD, clock });
    const socket = await open(page, cookieOf(await logIn(page.url)));
    clock.ahead = 9 * HOURS;
    const answer = socket.emitWithAck('savePeople', { inbound: OURS, revision: 0, people: BEN });
    await expect(answer).rejects.toThrow('disconnected');
    expect(await page.store.read(`people:${OURS}`, clock.now())).toBeUndefined();
  });

  it('a logout disconnects sockets of that session alone, at once', async () => {
    const clock = manualClock();
    const page = await start({ password: PASSWORD, clock });
    const mine = cookieOf(await logIn(page.url));
    // One guess has its turn each fifth of a second.
    await clock.advanceBy(200);
    const yours = cookieOf(await logIn(page.url));
    const [first, second] = [await open(page, mine), await open(page, yours)];
    const cut = ended(first);
    await ask(`${page.url}/dashboard/logout`, { method: 'POST', headers: { cookie: mine, origin: page.url } });
    await cut;
    expect(await second.emitWithAck('phoneState')).toBeNull();
    expect(second.connected).toBe(true);
  });
});

describe('commands', () => {
  it('commands are counted anew each second: fifty are accepted, and one more disconnects', async () => {
    const clock = manualClock();
    const page = await start({ password: null, clock });
    const socket = await open(page);
    const fifty = (): Promise<unknown> =>
      Promise.all(Array.from({ length: 50 }, () => socket.emitWithAck('phoneState')));
    await fifty();
    await clock.advanceBy(1000);
    await fifty();
    const cut = ended(socket);
    socket.emit('phoneState', () => undefined);
    await cut;
  });

  it('a list that one page saves is sent to all of them', async () => {
    const page = await start({ password: null, clock: manualClock() });
    const [editor, other] = [await open(page), await open(page)];
    const told = new Promise((resolve) => other.once('people', resolve));
    await editor.emitWithAck('savePeople', { inbound: OURS, revision: 0, people: BEN });
    expect(await told).toContainEqual(expect.objectContaining({ inbound: OURS, people: BEN }));
    expect(await editor.emitWithAck('peopleLists')).toEqual(await told);
  });
});

describe('changes', () => {
  it('changes go to a page from its first request on, with an empty tick each second', async () => {
    const clock = manualClock();
    const page = await start({ password: null, clock });
    const [asks, waits] = [await open(page), await open(page)];
    const heard: Update[] = [];
    let unasked = 0;
    asks.on('update', (update: Update) => heard.push(update));
    waits.on('update', () => (unasked += 1));
    const first = (await asks.emitWithAck('sync', null)) as Update;
    expect(first).toMatchObject({ kind: 'snapshot', seq: 0, rows: [] });

    await putCall(page.store, SID, clock.now());
    const passing = setInterval(() => void clock.advanceBy(250), 10);
    await expect.poll(() => heard.filter(({ rows }) => rows.length === 0).length).toBeGreaterThan(1);
    clearInterval(passing);
    expect(heard.filter(({ rows }) => rows.length > 0)).toMatchObject([{ kind: 'delta', rows: [{ sid: SID }] }]);
    await waits.emitWithAck('phoneState');
    expect(unasked).toBe(0);
  });
});

describe('lists that another process saves', () => {
  it('lists of other processes are sent every second, even after the store was down; without pages the store is not polled', async () => {
    const clock = manualClock();
    const memory = createMemoryStore();
    let [looks, away] = [0, false];
    const list: typeof memory.list = (options) => {
      if (!options.prefix.startsWith('people:')) return memory.list(options);
      looks += 1;
      return away ? Promise.reject(new Error('away')) : memory.list(options);
    };
    const page = await start({ password: null, clock, store: { ...memory, list } });
    const elsewhere = await start({ password: null, clock, store: memory });
    await clock.advanceBy(3000);
    expect(looks).toBe(0);
    const [socket, editor] = [await open(page), await open(elsewhere)];
    const told: unknown[] = [];
    socket.on('people', (lists) => told.push(lists));
    for (const revision of [0, 1]) {
      await editor.emitWithAck('savePeople', { inbound: OURS, revision, people: BEN });
      away = true;
      await clock.advanceBy(1000);
      away = false;
      await expect.poll(() => clock.advanceBy(1000).then(() => told.length)).toBe(revision + 1);
    }
  });
});

describe('the phones of a simulator', () => {
  const STATE: PhoneState = { numbers: [OURS], kinds: [], people: [], calls: [] };

  function panel() {
    const commands: PhoneCommand[] = [];
    let changed = (): void => undefined;
    let left = 0;
    const phone: PhonePanel = {
      state: () => ({ ...STATE, numbers: [OURS, String(commands.length)] }),
      command(command) {
        commands.push(command);
        if (command.do === 'decline') throw new Error('nobody rings');
        return command.do === 'answer' ? Promise.resolve({ ok: true }) : { ok: false, message: 'No such call.' };
      },
      onChange(listener) {
        changed = listener;
        return () => (changed = () => void (left += 1));
      },
    };
    return {
      phone,
      commands,
      /** How many listeners to changes have been removed. */
      unheard: () => left,
      change: () => {
        changed();
      },
    };
  }

  it('the phones do what they are told, say why they do not, and report changes to every page', async () => {
    const clock = manualClock();
    const log: string[] = [];
    const { phone, commands, change } = panel();
    const page = await start({ password: null, clock, phone, log: ({ code }) => log.push(code) });
    const [socket, other] = [await open(page), await open(page)];
    const told = new Promise((resolve) => other.once('phone', resolve));
    const say = (command: unknown): Promise<unknown> => socket.emitWithAck('phone', command);

    expect(await say({ do: 'answer', sid: SID })).toEqual({ ok: true });
    expect(await say({ do: 'hangUp', sid: SID })).toEqual({ ok: false, message: 'No such call.' });
    expect(await say({ do: 'decline', sid: SID })).toEqual({ ok: false, message: 'The phone failed.' });
    for (const wrong of [
      { do: 'explode' },
      { do: 'press', sid: SID, digits: 'x' },
      { do: 'answer', sid: SID, more: 1 },
    ])
      expect(await say(wrong)).toEqual({ ok: false, message: 'The phone does not understand this.' });
    expect(commands).toHaveLength(3);
    expect(log.filter((code) => code === 'page.failed')).toHaveLength(1);

    change();
    await clock.advanceBy(100);
    expect(await told).toEqual(await socket.emitWithAck('phoneState'));
    expect(await told).toMatchObject({ numbers: [OURS, '3'] });
  });

  it('a command without an answer callback does not touch the phones, and the server goes on', async () => {
    const { phone, commands } = panel();
    const page = await start({ password: null, phone });
    const socket = await open(page);
    for (const [command, ...given] of [
      ['savePeople', { inbound: OURS, revision: 0, people: BEN }],
      ['phone', { do: 'answer', sid: SID }],
      ['phone', { do: 'explode' }, 'no function'],
      ['switchWorker', { worker: 'WK1', on: true }],
      ['sync', null],
      ['watchEvents', true],
      ['peopleLists'],
      ['phoneState'],
    ] as const)
      socket.emit(command, ...given);
    expect(await socket.emitWithAck('phoneState')).toEqual({ ...STATE, numbers: [OURS, '0'] });
    expect(commands).toEqual([]);
    expect(await socket.emitWithAck('peopleLists')).toContainEqual(expect.objectContaining({ revision: 0 }));
  });

  it('missing phones and invalid commands are not answered', async () => {
    const page = await start({ password: null });
    const socket = await open(page);
    const answers: unknown[] = [];
    const keep = (answer: unknown): void => void answers.push(answer);
    socket.emit('phone', { do: 'answer', sid: SID }, keep);
    socket.emit('switchWorker', { worker: 'WK1', on: true }, keep);
    socket.emit('sync', 'yesterday', keep);
    socket.emit('watchEvents', 'yes', keep);
    expect(await socket.emitWithAck('watchEvents', true)).toBeNull();
    expect(answers).toEqual([]);
  });

  it('phones have no listeners once the page is closed', async () => {
    const { phone, change, unheard } = panel();
    const page = await start({ password: null, phone });
    await page.dashboard.close();
    change();
    expect(unheard()).toBe(1);
  });

  it.each([
    ['with phones and without a password', null, true, { phone: true, canLogOut: false }],
    ['with a password and without phones', PASSWORD, false, { phone: false, canLogOut: true }],
  ])('a page learns at its start what it can do: %s', async (_, password, hasPhone, welcome) => {
    const page = await start({ password, ...(hasPhone ? { phone: panel().phone } : {}) });
    const cookie = password === null ? undefined : cookieOf(await logIn(page.url));
    const { io } = await import('socket.io-client');
    const socket = io(page.url, {
      path: '/dashboard/socket',
      transports: ['websocket'],
      extraHeaders: { origin: page.url, ...(cookie === undefined ? {} : { cookie }) },
      reconnection: false,
    });
    sockets.push(socket);
    expect(await new Promise((resolve) => socket.once('welcome', resolve))).toEqual(welcome);
  });
});

describe('a page that is closed', () => {
  it('a closed page disconnects its sockets, accepts none on a kept-alive connection, and reads the store no more', async () => {
    const clock = manualClock();
    let reads = 0;
    const memory = createMemoryStore();
    const list: typeof memory.list = (options) => {
      reads += 1;
      return memory.list(options);
    };
    const page = await start({ password: null, clock, store: { ...memory, list } });
    const socket = await open(page);
    const cut = ended(socket);
    await page.dashboard.close();
    await cut;
    for (const transport of ['websocket', 'polling'] as const)
      expect(await connect(page.url, transport, { origin: page.url })).toBeNull();
    const before = reads;
    await clock.advanceBy(5000);
    expect(reads).toBe(before);
  });
});
