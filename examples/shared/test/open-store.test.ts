import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { hasRedis } from '../../../packages/store-redis/test/helpers/programs.js';
import { startRedis } from '../../../packages/store-redis/test/helpers/redis.js';
import { openStore } from '../src/open-store.js';

const folder = mkdtempSync(join(tmpdir(), 'amd-open-'));
const logger = { warn: vi.fn() };
const commit = { key: 'calls:1', expected: 0, data: 'one', expiresAt: null, now: 1000, put: [], drop: [] };

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe('where the examples keep their state', () => {
  it('state in memory says what that means', async () => {
    const { store, kept, close } = await openStore({}, logger);
    expect(await store.commit(commit)).toMatchObject({ ok: true });
    expect(kept).toContain('a restart forgets calls in progress');
    await close();
  });

  it('state in a folder is created, and found by the next start', async () => {
    const AMD_DATA = join(folder, 'deep', 'data');
    const first = await openStore({ AMD_DATA }, logger);
    await first.store.commit(commit);
    expect(first.kept).toContain(join(AMD_DATA, 'calls.db'));
    await first.close();
    const second = await openStore({ AMD_DATA }, logger);
    expect(await second.store.read('calls:1', 1000)).toMatchObject({ data: 'one' });
    await second.close();
  });

  it('state in a folder is refused where a file is', async () => {
    const AMD_DATA = join(folder, 'file');
    writeFileSync(AMD_DATA, '');
    await expect(openStore({ AMD_DATA }, logger)).rejects.toThrow('AMD_DATA must be a folder that can be written to');
  });

  it('state in a missing Redis is refused', async () => {
    await expect(openStore({ REDIS_URL: 'redis://127.0.0.1:1' }, logger)).rejects.toThrow(/^REDIS_URL: .*ECONNREFUSED/);
  });

  it.skipIf(!hasRedis())('state in Redis has its clock and its warnings', async () => {
    const redis = await startRedis(['--appendonly', 'yes', '--appendfsync', 'everysec']);
    try {
      const { store, clock, kept, close } = await openStore({ REDIS_URL: redis.url }, logger);
      expect(await store.commit(commit)).toMatchObject({ ok: true });
      expect(Math.abs((clock?.now() ?? 0) - Date.now())).toBeLessThan(60_000);
      expect(kept).toBe(`State is kept in Redis at 127.0.0.1:${String(redis.port)}.`);
      expect(logger.warn).toHaveBeenCalledWith({ code: 'redis.settings' }, expect.stringContaining('appendfsync'));
      await close();
    } finally {
      await redis.end();
    }
  });
});
