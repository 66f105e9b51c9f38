import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import LibsqlDatabase from 'libsql';
import { afterAll, describe, expect, it } from 'vitest';
import type { Commit } from '@amd/core';
import { takeOver, type Disk } from '../src/disk.js';
import type { Database } from '../src/driver.js';
import { GroupCommit } from '../src/group-commit.js';
import { prepareFile } from '../src/schema.js';
import { prepareStatements } from '../src/statements.js';

const folder = mkdtempSync(join(tmpdir(), 'amd-disk-'));
let files = 0;

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

const T = 2_000_000_000_000;

/** A real file, and a disk whose syncs end when the test says so. */
function scene() {
  const inner = new LibsqlDatabase(join(folder, `${String((files += 1))}.db`)) as Database;
  const told: string[] = [];
  const database: Database = {
    exec: (sql) => {
      told.push(sql);
      return inner.exec(sql);
    },
    prepare: (sql) => {
      if (sql.includes('checkpoint')) told.push(sql);
      return inner.prepare(sql);
    },
    close: () => inner.close(),
  };
  prepareFile(inner);
  const statements = prepareStatements(inner);
  const syncs: { readonly end: (error?: Error) => void }[] = [];
  const disk: Disk = {
    sync: () =>
      new Promise((resolve, reject) => {
        told.push('sync');
        syncs.push({
          end: (error) => {
            if (error === undefined) resolve();
            else reject(error);
          },
        });
      }),
    close: () => told.push('closed'),
  };
  const group = new GroupCommit(database, disk, statements);
  const commit = (key: string, change: Partial<Commit> = {}) =>
    group.run(() =>
      statements.commit({ key, expected: 0, data: key, expiresAt: null, now: T, put: [], drop: [], ...change }),
    );
  const claim = () => group.run(() => statements.claim(T, undefined, 10, 1000, 'me'));
  const look = (key: string) => group.look(() => statements.read(key, T)?.data);
  /** Resolves once the disk was synced this often. */
  const asked = async (times: number): Promise<void> => {
    while (syncs.length < times) await new Promise(setImmediate);
  };
  return { database, told, syncs, group, commit, claim, look, asked };
}

async function isPending(promise: Promise<unknown>): Promise<boolean> {
  await new Promise(setImmediate);
  return (await Promise.race([promise, Promise.resolve('pending')])) === 'pending';
}

describe('a disk that is synced beside the event loop', () => {
  it('the disk has a commit before any answer or read shows it', async () => {
    const { syncs, commit, look, asked } = scene();
    const answer = commit('a');
    await asked(1);
    const [before, other] = [look('a'), look('b')];
    expect([await isPending(answer), await isPending(before), await isPending(other)]).toEqual([true, true, true]);
    syncs[0]?.end();
    expect([await answer, await before, await other]).toEqual([{ ok: true, revision: 1 }, 'a', undefined]);
    expect(await look('a')).toBe('a');
  });

  it('one sync serves all work that arrives meanwhile', async () => {
    const { told, syncs, commit, claim, asked } = scene();
    const first = commit('a');
    await asked(1);
    const later = [commit('b', { put: [{ id: 't', dueAt: T, data: '' }] }), commit('c'), claim()];
    syncs[0]?.end();
    await first;
    await asked(2);
    syncs[1]?.end();
    await Promise.all(later);
    const transaction = ['BEGIN IMMEDIATE', 'COMMIT', 'sync'];
    expect(told).toEqual([...transaction, ...transaction]);
  });

  it('the disk is not synced where nothing was written', async () => {
    const { told, claim, commit } = scene();
    expect(await claim()).toEqual([]);
    expect(await commit('a', { expected: 3 })).toEqual({ ok: false, actual: 0 });
    expect(told).not.toContain('sync');
  });

  it('a failed sync is reported, and everything is written once more before the disk is trusted again', async () => {
    const { told, syncs, group, commit, asked } = scene();
    const [failed, too] = [commit('a'), commit('b')];
    await asked(1);
    syncs[0]?.end(new Error('EIO'));
    for (const answer of [failed, too]) {
      await expect(answer).rejects.toMatchObject({ code: 'ERR_STORE_UNAVAILABLE', message: 'SQLite: EIO' });
    }
    told.splice(0);
    const next = commit('c');
    await asked(2);
    const closing = group.close();
    expect(told).toEqual(['PRAGMA wal_checkpoint(TRUNCATE)', 'BEGIN IMMEDIATE', 'COMMIT', 'sync']);
    syncs[1]?.end();
    expect(await next).toEqual({ ok: true, revision: 1 });
    await closing;
    expect(told.at(-1)).toBe('closed');
  });

  it('a disk that may have lost data accepts nothing more until it could be written once more', async () => {
    const { database, syncs, commit, asked } = scene();
    const failed = commit('a').catch(() => undefined);
    await asked(1);
    syncs[0]?.end(new Error('EIO'));
    await failed;
    const prepare = database.prepare.bind(database);
    database.prepare = () => ({ run: () => undefined, get: () => ({ busy: 1 }), all: () => [] });
    await expect(commit('b')).rejects.toMatchObject({
      message: 'SQLite: what did not reach the disk could not be written once more',
    });
    database.prepare = prepare;
    const next = commit('b');
    await asked(2);
    syncs[1]?.end();
    expect(await next).toEqual({ ok: true, revision: 1 });
  });
});

describe('the log of a file', () => {
  it('we sync the log of a file, and SQLite waits only where the log is restarted', async () => {
    const database = new LibsqlDatabase(join(folder, 'log.db')) as Database;
    prepareFile(database);
    expect(database.prepare('PRAGMA synchronous').get()).toMatchObject({ synchronous: 2 });
    const disk = takeOver(database);
    expect(database.prepare('PRAGMA synchronous').get()).toMatchObject({ synchronous: 1 });
    await disk?.sync();
    disk?.close();
    database.close();
  });

  it('SQLite waits itself where there is no log', () => {
    const database = new LibsqlDatabase(':memory:') as Database;
    prepareFile(database);
    expect(takeOver(database)).toBeNull();
    const nowhere: Database = {
      ...database,
      prepare: () => ({ ...database.prepare('SELECT 1'), get: () => ({ file: '/nowhere' }) }),
    };
    expect(takeOver(nowhere)).toBeNull();
    expect(database.prepare('PRAGMA synchronous').get()).toMatchObject({ synchronous: 2 });
    database.close();
  });
});
