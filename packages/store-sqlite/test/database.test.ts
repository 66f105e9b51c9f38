import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import LibsqlDatabase from 'libsql';
import { afterAll, describe, expect, it } from 'vitest';
import { createSqliteStore, type Database, type SqliteStoreOptions } from '../src/index.js';

const folder = mkdtempSync(join(tmpdir(), 'amd-sqlite-'));
let files = 0;
const newFile = (): string => join(folder, `${String((files += 1))}.db`);

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

const T = 2_000_000_000_000;
const commit = { key: 'calls:1', expected: 0, data: 'one', expiresAt: null, now: T, put: [], drop: [] };
const claim = { now: T, limit: 10, leaseMs: 1000, lease: 'me' };

/** A real database that records its statements, and fails at those named by `fails`. */
function watched(inner = new LibsqlDatabase(newFile()) as Database) {
  const told: string[] = [];
  const fails = new Map<string, Error>();
  let closed = 0;
  const check = (sql: string): void => {
    const failure = fails.get(sql);
    if (failure !== undefined) throw failure;
  };
  const database: Database = {
    exec(sql) {
      told.push(sql);
      check(sql);
      return inner.exec(sql);
    },
    prepare(sql) {
      const statement = inner.prepare(sql);
      const asked = <T>(run: () => T): T => {
        check(sql.split(' ')[0] ?? '');
        return run();
      };
      return {
        run: (...values) => asked(() => statement.run(...values)),
        get: (...values) => asked(() => statement.get(...values)),
        all: (...values) => asked(() => statement.all(...values)),
      };
    },
    close() {
      closed += 1;
      return inner.close();
    },
  };
  return {
    database,
    fails,
    /** How often it was closed. */
    closed: () => closed,
    /** The statements since the last time, except those that prepare the file. */
    told: () => told.splice(0).filter((sql) => /^(BEGIN|COMMIT|ROLLBACK)/.test(sql)),
  };
}

async function refusalOf(options: SqliteStoreOptions): Promise<unknown> {
  return createSqliteStore(options).catch((error: unknown) => error);
}

describe('a group of commits', () => {
  it('requests of one turn are one transaction, and those of another the next', async () => {
    const { database, told } = watched();
    const store = await createSqliteStore({ database });
    told();
    const keys = ['a', 'b', 'c', 'd'];
    await Promise.all([...keys.map((key) => store.commit({ ...commit, key })), store.claim(claim)]);
    expect(told()).toEqual(['BEGIN IMMEDIATE', 'COMMIT']);
    await store.commit({ ...commit, key: 'e' });
    expect(told()).toEqual(['BEGIN IMMEDIATE', 'COMMIT']);
    expect((await store.list({ prefix: '', limit: 9 })).records.map(({ key }) => key)).toEqual([...keys, 'e']);
    await store.close();
  });

  it('a group that fails is tried one by one: what can be written is, and the others are told why', async () => {
    const { database, told } = watched();
    const store = await createSqliteStore({ database });
    told();
    const spoilt = { ...commit, key: 'spoilt', data: Symbol('no text') as never };
    const answers = await Promise.allSettled([
      store.commit({ ...commit, key: 'a' }),
      store.commit(spoilt),
      store.commit({ ...commit, key: 'b' }),
    ]);
    expect(answers.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(told()).toEqual([
      ...['BEGIN IMMEDIATE', 'ROLLBACK'],
      ...['BEGIN IMMEDIATE', 'COMMIT', 'BEGIN IMMEDIATE', 'ROLLBACK', 'BEGIN IMMEDIATE', 'COMMIT'],
    ]);
    await store.close();
  });

  it('a group that does not reach the disk is acknowledged to no caller, and is not there afterwards', async () => {
    const { database, fails } = watched();
    const store = await createSqliteStore({ database });
    fails.set('COMMIT', new Error('database or disk is full'));
    const answers = await Promise.allSettled(['a', 'b'].map((key) => store.commit({ ...commit, key })));
    expect(answers).toEqual(
      ['a', 'b'].map(() => ({
        status: 'rejected',
        reason: expect.objectContaining({
          code: 'ERR_STORE_UNAVAILABLE',
          message: 'SQLite: database or disk is full',
          cause: fails.get('COMMIT'),
        }) as unknown,
      })),
    );
    fails.clear();
    expect(await store.read('a', T)).toBeUndefined();
    expect(await store.commit({ ...commit, key: 'a' })).toEqual({ ok: true, revision: 1 });
    await store.close();
  });

  it('a transaction that SQLite itself ended reports the first error, and the next one begins anew', async () => {
    const { database, fails, told } = watched();
    const store = await createSqliteStore({ database });
    told();
    fails.set('BEGIN IMMEDIATE', new Error('disk I/O error'));
    fails.set('ROLLBACK', new Error('cannot rollback - no transaction is active'));
    await expect(store.commit(commit)).rejects.toMatchObject({ message: 'SQLite: disk I/O error' });
    fails.clear();
    expect(await store.commit(commit)).toEqual({ ok: true, revision: 1 });
    await store.close();
  });

  it('pending requests are answered before the file is released, and later ones refused by every method', async () => {
    const { database, closed } = watched();
    const store = await createSqliteStore({ database });
    const put = [{ id: 'a', dueAt: T, data: '' }];
    await store.commit({ ...commit, put });
    const [held] = await store.claim(claim);
    const asked = store.commit({ ...commit, expected: 1 });
    const closing = store.close();
    expect(closed()).toBe(0);
    for (const late of [
      store.read('calls:1', T),
      store.commit(commit),
      store.claim(claim),
      store.settle(held!, { kind: 'done' }),
      store.list({ prefix: '', limit: 1 }),
    ]) {
      await expect(late).rejects.toMatchObject({ code: 'ERR_STORE_UNAVAILABLE', message: 'the store was closed' });
    }
    await closing;
    await store.close();
    expect([await asked, closed()]).toEqual([{ ok: true, revision: 2 }, 1]);
  });
});

describe('a read that fails', () => {
  it('a failed read says that the database is out of order, and its message', async () => {
    const { database, fails } = watched();
    const store = await createSqliteStore({ database });
    fails.set('SELECT', new Error('disk I/O error'));
    for (const asked of [store.read('calls:1', T), store.list({ prefix: '', limit: 1 })]) {
      await expect(asked).rejects.toMatchObject({ code: 'ERR_STORE_UNAVAILABLE', message: 'SQLite: disk I/O error' });
    }
    fails.clear();
    await store.close();
  });
});

describe('expired records', () => {
  /** Whether an expired record is gone after claims at these times, in ms after its end. */
  async function left(sweepEveryMs: number | undefined, claimsAt: readonly number[]): Promise<boolean[]> {
    const store = await createSqliteStore({ file: newFile(), driver: 'libsql', sweepEveryMs });
    await store.claim({ ...claim, now: T });
    await store.commit({ ...commit, expiresAt: T + 1 });
    const there: boolean[] = [];
    for (const at of claimsAt) {
      await store.claim({ ...claim, now: T + at });
      there.push((await store.list({ prefix: '', limit: 1 })).records.length > 0);
    }
    await store.close();
    return there;
  }

  it('expired records are removed once a minute by default', async () => {
    expect(await left(undefined, [1, 59_999, 60_000])).toEqual([true, true, false]);
    expect(await left(5000, [4999, 5000])).toEqual([true, false]);
  });

  it('expired records are removed by every claim if configured, from their exact end on', async () => {
    expect(await left(0, [0, 1])).toEqual([true, false]);
  });
});

describe('a cursor', () => {
  it.each(['nonsense', '-1', '1.5', '9007199254740993', 'Infinity'])(
    'a cursor that is %j is refused',
    async (after) => {
      const store = await createSqliteStore({ file: newFile(), driver: 'libsql' });
      await expect(store.list({ prefix: '', after, limit: 1 })).rejects.toThrow(
        new TypeError('"after" must be a cursor that list returned'),
      );
      await store.close();
    },
  );

  it('a cursor never goes back: at a list that ends earlier it stays where it is', async () => {
    const store = await createSqliteStore({ file: newFile(), driver: 'libsql' });
    await store.commit(commit);
    expect(await store.list({ prefix: '', after: '7', limit: 9 })).toEqual({ records: [], cursor: '7' });
    await store.close();
  });

  it('a cursor skips foreign writes at the end of a list', async () => {
    const store = await createSqliteStore({ file: newFile(), driver: 'libsql' });
    for (const key of ['calls:1', 'workers:1', 'workers:2']) await store.commit({ ...commit, key });
    expect(await store.list({ prefix: 'calls:', limit: 2 })).toMatchObject({ cursor: '3' });
    expect(await store.list({ prefix: 'calls:', limit: 1 })).toMatchObject({ cursor: '1' });
    await store.close();
  });
});

describe('a database', () => {
  it('a database in memory is accepted where nothing has to last', async () => {
    const store = await createSqliteStore({ file: ':memory:', driver: 'libsql' });
    expect(await store.commit(commit)).toEqual({ ok: true, revision: 1 });
    await store.close();
  });

  it("a database waits for the disk at every commit, whatever its driver's default", async () => {
    const inner = new LibsqlDatabase(newFile()) as Database;
    inner.exec('PRAGMA synchronous = OFF');
    const store = await createSqliteStore({ database: inner });
    expect(inner.prepare('PRAGMA synchronous').get()).toMatchObject({ synchronous: 2 });
    await store.close();
  });

  it('a database is marked as ours, with its version, and is prepared once', async () => {
    const file = newFile();
    for (let times = 0; times < 2; times += 1) {
      const store = await createSqliteStore({ file, driver: 'libsql' });
      await store.commit({ ...commit, key: `calls:${String(times)}` });
      expect((await store.list({ prefix: '', limit: 9 })).records).toHaveLength(times + 1);
      await store.close();
    }
    const plain = new LibsqlDatabase(file);
    const pragma = (name: string): unknown => plain.prepare(`PRAGMA ${name}`).get();
    expect(pragma('application_id')).toMatchObject({ application_id: Buffer.from('amd1').readUInt32BE() });
    expect(pragma('user_version')).toMatchObject({ user_version: 1 });
    plain.close();
  });

  it('a database of a newer package says which version it has, and which one is known', async () => {
    const file = newFile();
    await (await createSqliteStore({ file, driver: 'libsql' })).close();
    const newer = new LibsqlDatabase(file);
    newer.exec('PRAGMA user_version = 2');
    newer.close();
    expect(await refusalOf({ file, driver: 'libsql' })).toMatchObject({
      code: 'ERR_STORE_VERSION',
      message: expect.stringContaining('the file has version 2, this package knows up to 1') as string,
    });
  });

  it.each<[string, string, RegExp]>([
    ['database is locked', 'ERR_STORE_LOCKED', /^"the database" is in use by another process.*@amd\/store-redis/],
    ['the file is BUSY', 'ERR_STORE_LOCKED', /in use by another process/],
    ['file is not a database', 'ERR_STORE_SETTINGS', /^"the database" is not a SQLite database of ours: file is not/],
    ['database disk image is malformed', 'ERR_STORE_SETTINGS', /malformed$/],
    ['file is encrypted', 'ERR_STORE_SETTINGS', /encrypted$/],
    ['unable to open database file', 'ERR_STORE_UNAVAILABLE', /^"the database" cannot be opened: unable to open/],
  ])('a database that says "%s" when it is opened is recognised: %s', async (said, code, message) => {
    const { database, fails } = watched();
    const failure = new Error(said);
    fails.set('BEGIN IMMEDIATE', failure);
    const refusal = await refusalOf({ database });
    expect(refusal).toMatchObject({ code, message: expect.stringMatching(message) as string, cause: failure });
  });

  it('a database on a file system without a write-ahead log is refused, and nothing is left open', async () => {
    const { database, fails, closed } = watched();
    const withoutLog: Database = {
      ...database,
      prepare: (sql) =>
        sql === 'PRAGMA journal_mode'
          ? { ...database.prepare(sql), get: () => ({ journal_mode: 'delete' }) }
          : database.prepare(sql),
    };
    expect(await refusalOf({ database: withoutLog })).toMatchObject({
      code: 'ERR_STORE_SETTINGS',
      message: expect.stringContaining('"journal_mode = WAL" (it is "delete")') as string,
    });
    // The test closes what it has opened.
    expect([closed(), fails.size]).toEqual([0, 0]);
  });

  it('a database that cannot be released properly is closed all the same', async () => {
    const { database, fails, closed } = watched();
    const store = await createSqliteStore({ database });
    fails.set('PRAGMA', new Error('disk I/O error'));
    await store.close();
    expect(closed()).toBe(1);
  });
});

describe('a driver', () => {
  it.each(['exec', 'prepare', 'close'])('a given driver must have the method "%s"', async (missing) => {
    const { database } = watched();
    const { [missing as 'exec']: _, ...rest } = database;
    expect(await refusalOf({ database: rest as Database })).toMatchObject({
      code: 'ERR_STORE_DRIVER',
      message: expect.stringContaining(`it has no method "${missing}"`) as string,
    });
  });

  it('a driver that is nothing at all is refused', async () => {
    expect(await refusalOf({ database: null as never })).toMatchObject({ code: 'ERR_STORE_DRIVER' });
  });

  it('a driver that is another kind of module is refused', async () => {
    const refusal = await refusalOf({ file: newFile(), driver: 'node:os' as never });
    expect(refusal).toMatchObject({
      code: 'ERR_STORE_DRIVER',
      message: expect.stringContaining('(node:os: it has no class of databases)') as string,
    });
  });

  it('a driver and a file together are refused', async () => {
    const { database } = watched();
    await expect(createSqliteStore({ file: newFile(), database })).rejects.toThrow(/either "file" or "database"/);
    await expect(createSqliteStore({ file: 7 as never })).rejects.toThrow(/"file" must be the path of a file/);
  });
});
