import { fork } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { storeContract } from '@amd/core/testing';
import LibsqlDatabase from 'libsql';
import { afterAll, describe, expect, it } from 'vitest';
import { createSqliteStore, type Database, type SqliteStore } from '../src/index.js';

const folder = mkdtempSync(join(tmpdir(), 'amd-sqlite-'));
let files = 0;
const newFile = (): string => join(folder, `${String((files += 1))}.db`);
const fileOf = new WeakMap<object, string>();

const open = async (file = newFile()): Promise<SqliteStore> => {
  const store = await createSqliteStore({ file, driver: 'libsql' });
  fileOf.set(store, file);
  return store;
};
const commit = { key: 'calls:1', expected: 0, data: 'one', expiresAt: null, now: 1000, put: [], drop: [] };

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe('store in a SQLite file', () => {
  storeContract({
    describe,
    it,
    createStore: () => open(),
    reconnect: async (store) => {
      await (store as SqliteStore).close();
      return open(fileOf.get(store));
    },
    dispose: (store) => (store as SqliteStore).close(),
  });

  it('the store finds a driver by itself', async () => {
    const store = await createSqliteStore({ file: newFile() });
    expect(['node:sqlite', 'better-sqlite3', 'libsql']).toContain(store.driver);
    await store.close();
  });

  it('the store accepts a database that is open already', async () => {
    const database = new LibsqlDatabase(newFile()) as Database;
    const store = await createSqliteStore({ database });
    expect(store.driver).toBe('given');
    expect(await store.commit(commit)).toEqual({ ok: true, revision: 1 });
    await store.close();
  });

  it('the store waits for the disk at every commit, and keeps a write-ahead log', async () => {
    const database = new LibsqlDatabase(newFile()) as Database;
    const store = await createSqliteStore({ database });
    const pragma = (name: string) => database.prepare(`PRAGMA ${name}`).get();
    expect(pragma('synchronous')).toMatchObject({ synchronous: 2 });
    expect(pragma('journal_mode')).toMatchObject({ journal_mode: 'wal' });
    expect(pragma('locking_mode')).toMatchObject({ locking_mode: 'exclusive' });
    await store.close();
  });

  it('the store removes expired records without work, from its list as well', async () => {
    const store = await open();
    await store.commit({ ...commit, key: 'over', expiresAt: 2000 });
    await store.commit({ ...commit, key: 'at work', expiresAt: 2000, put: [{ id: 'a', dueAt: 9_000_000, data: '' }] });
    await store.commit(commit);
    await store.claim({ now: 100_000, limit: 1, leaseMs: 1, lease: 'me' });
    const { records } = await store.list({ prefix: '', limit: 10 });
    expect(records.map(({ key }) => key)).toEqual(['at work', 'calls:1']);
    await store.close();
  });

  it('the store never uses a place in its list twice, even if the newest record is gone', async () => {
    const file = newFile();
    const before = await open(file);
    await before.commit({ ...commit, key: 'over', expiresAt: 2000 });
    const { cursor } = await before.list({ prefix: '', limit: 10 });
    await before.claim({ now: 100_000, limit: 1, leaseMs: 1, lease: 'me' });
    await before.close();
    const store = await open(file);
    await store.commit({ ...commit, key: 'new' });
    expect((await store.list({ prefix: '', after: cursor, limit: 10 })).records.map(({ key }) => key)).toEqual(['new']);
    await store.close();
  });

  it('the store claims and lists by index, however many records there are', async () => {
    const database = new LibsqlDatabase(newFile()) as Database;
    const store = await createSqliteStore({ database });
    const plan = (sql: string) =>
      (database.prepare(`EXPLAIN QUERY PLAN ${sql}`).all() as { detail: string }[]).map(({ detail }) => detail).join();
    const due = 'SELECT * FROM tasks WHERE claimable_at <= 1';
    expect(plan(`${due} ORDER BY claimable_at, turn LIMIT 1`)).toMatch(/SEARCH tasks USING INDEX tasks_due /);
    expect(plan(`${due} AND space = 'x:' ORDER BY claimable_at, turn LIMIT 1`)).toMatch(/INDEX tasks_due_in_space/);
    expect(plan('SELECT * FROM records WHERE sequence > 1 ORDER BY sequence LIMIT 1')).toMatch(/SEARCH .*sequence>/);
    expect(plan('DELETE FROM records WHERE expires_at <= 1')).toMatch(/INDEX records_expiry/);
    await store.close();
  });
});

describe('one file, one process', () => {
  it('a second process is refused at once, naming the file', async () => {
    const file = newFile();
    const store = await open(file);
    await expect(open(file)).rejects.toMatchObject({
      code: 'ERR_STORE_LOCKED',
      message: expect.stringContaining(file) as string,
    });
    await store.close();
    await (await open(file)).close();
  });

  it('a process that was killed does not block the next', async () => {
    const file = newFile();
    const script = join(folder, 'holder.cjs');
    const libsql = JSON.stringify(require_('libsql'));
    writeFileSync(
      script,
      `const Database = require(${libsql});
       const db = new Database(process.argv[2]);
       db.exec('PRAGMA locking_mode = EXCLUSIVE'); db.exec('PRAGMA journal_mode = WAL'); db.exec('BEGIN IMMEDIATE'); db.exec('COMMIT');
       process.send('held'); setInterval(() => {}, 1000);`,
    );
    await (await open(file)).close();
    const child = fork(script, [file]);
    await new Promise((resolve) => child.once('message', resolve));
    await expect(open(file)).rejects.toMatchObject({ code: 'ERR_STORE_LOCKED' });
    child.kill('SIGKILL');
    await new Promise((resolve) => child.once('exit', resolve));
    await (await open(file)).close();
  });
});

function require_(name: string): string {
  return new URL(`../../../node_modules/${name}`, import.meta.url).pathname;
}

describe('a file that is not ours', () => {
  it('a file is refused when it is not a database', async () => {
    const file = newFile();
    writeFileSync(file, 'something else, and long enough to be looked at'.repeat(100));
    await expect(open(file)).rejects.toMatchObject({ code: 'ERR_STORE_SETTINGS' });
  });

  it('a file is refused when it belongs to another program', async () => {
    const file = newFile();
    const database = new LibsqlDatabase(file);
    database.exec('CREATE TABLE theirs (a)');
    database.close();
    await expect(open(file)).rejects.toMatchObject({ code: 'ERR_STORE_SETTINGS' });
  });

  it.each([
    ['tables', 'CREATE TABLE theirs (a)'],
    ['an application of its own', 'PRAGMA application_id = 7'],
    ['a version of its own', 'PRAGMA user_version = 7'],
  ])('a refused file with %s is left unchanged, and its owner can go on with it', async (_, sql) => {
    const file = newFile();
    const theirs = new LibsqlDatabase(file);
    theirs.exec(sql);
    theirs.close();
    const before = readFileSync(file);
    await expect(open(file)).rejects.toMatchObject({ code: 'ERR_STORE_SETTINGS' });
    expect(readFileSync(file).equals(before)).toBe(true);
    const again = new LibsqlDatabase(file);
    again.exec('CREATE TABLE more (a); INSERT INTO more VALUES (1)');
    again.close();
  });

  it('a file is refused when a newer package wrote it', async () => {
    const file = newFile();
    await (await open(file)).close();
    const database = new LibsqlDatabase(file);
    database.exec('PRAGMA user_version = 99');
    database.close();
    await expect(open(file)).rejects.toMatchObject({ code: 'ERR_STORE_VERSION' });
  });

  it('a file is refused when its folder does not exist', async () => {
    await expect(open(join(folder, 'nowhere', 'calls.db'))).rejects.toMatchObject({ code: 'ERR_STORE_UNAVAILABLE' });
  });
});

describe('work that fails', () => {
  it('failing work does not affect other work of the same moment', async () => {
    const store = await open();
    const wrong = store.commit({ ...commit, key: 'wrong', data: Symbol('no text') as never });
    const right = store.commit(commit);
    await expect(wrong).rejects.toMatchObject({ code: 'ERR_STORE_UNAVAILABLE' });
    expect(await right).toEqual({ ok: true, revision: 1 });
    expect(await store.read('wrong', 1000)).toBeUndefined();
    await store.close();
  });

  it('a commit of which a part cannot be written leaves no trace', async () => {
    const store = await open();
    const put = [
      { id: 'a', dueAt: 1000, data: '' },
      { id: 'b', dueAt: 1000, data: null as never },
    ];
    await expect(store.commit({ ...commit, put })).rejects.toMatchObject({ code: 'ERR_STORE_UNAVAILABLE' });
    expect(await store.read('calls:1', 1000)).toBeUndefined();
    expect(await store.claim({ now: 1000, limit: 9, leaseMs: 1, lease: 'me' })).toEqual([]);
    await store.close();
  });

  it('closing answers pending work and refuses more', async () => {
    const file = newFile();
    const store = await open(file);
    const asked = store.commit(commit);
    await store.close();
    expect(await asked).toEqual({ ok: true, revision: 1 });
    await expect(store.commit(commit)).rejects.toMatchObject({ code: 'ERR_STORE_UNAVAILABLE' });
    await expect(store.read('calls:1', 1000)).rejects.toMatchObject({ code: 'ERR_STORE_UNAVAILABLE' });
    await store.close();
    const again = await open(file);
    expect((await again.read('calls:1', 1000))?.data).toBe('one');
    await again.close();
  });
});

describe('options', () => {
  it.each([
    [{}, /either "file" or "database"/],
    [{ file: '' }, /"file" must be/],
    [{ file: 'a.db', sweepEveryMs: -1 }, /"sweepEveryMs" must be/],
    [{ database: { exec: () => undefined } }, /no method "prepare"/],
  ])('%j is refused, naming the option', async (options, message) => {
    await expect(createSqliteStore(options as never)).rejects.toThrow(message);
  });

  it('a driver that is not installed is recognised, with what to install', async () => {
    await expect(createSqliteStore({ file: newFile(), driver: 'no-such-driver' as never })).rejects.toMatchObject({
      code: 'ERR_STORE_DRIVER',
      message: expect.stringContaining('npm install libsql') as string,
    });
  });
});
