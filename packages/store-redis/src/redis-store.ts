import { onlyKnown } from '@amd/core/internal';
import type { Claim, Clock, Commit, ListPage, Store, StoredRecord } from '@amd/core';
import { checkServer } from './check-server.js';
import { Commands } from './commands.js';
import { CLAIM, COMMIT, LIST, SETTLE } from './scripts.js';
import { sendOf, type RedisClient, type Send } from './send.js';
import { serverClock } from './server-clock.js';

/** Which Redis a store uses, and how; times are in ms. */
export interface RedisStoreOptions {
  /** A connected client of ioredis or node-redis; it stays yours to close. Use this or `send`. */
  readonly client?: RedisClient | undefined;
  /** Sends one command. */
  readonly send?: Send | undefined;
  /** Prefix of every key, with a hash tag, so that all are in one slot of a cluster. Default `{amd}`. */
  readonly prefix?: string | undefined;
  /** How long one command may take, in ms. Default 1000, within the reply budget of an endpoint. */
  readonly commandMs?: number | undefined;
  /** How many replicas must have a write before it is acknowledged. Default 0. */
  readonly replicas?: number | undefined;
  /** Accepts a server without persistence. Default false. */
  readonly allowVolatile?: boolean | undefined;
  /** Called at the start with settings under which data may be lost. Default: no one is told. */
  readonly onWarning?: ((message: string) => void) | undefined;
  /** This machine's clock. Default: the system's. */
  readonly localClock?: Clock | undefined;
  /** How often the server is asked for its time, in ms. Default 30000. */
  readonly syncEveryMs?: number | undefined;
}

export interface RedisStore extends Store {
  /** The server's time, for every runtime and endpoint on this store. */
  readonly clock: Clock;
  /** Refuses further requests. The client stays open. */
  close(): Promise<void>;
}

const OPTIONS = {
  client: true,
  send: true,
  prefix: true,
  commandMs: true,
  replicas: true,
  syncEveryMs: true,
  localClock: true,
  allowVolatile: true,
  onWarning: true,
} as const satisfies Record<keyof RedisStoreOptions, true>;

/**
 * Creates a store that keeps the state of `@amd/core` in Redis, for any number of processes. Each method is one round trip; a
 * commit writes state, effects and timers in one step.
 * @throws TypeError or RangeError naming the option
 * @throws AmdError `ERR_STORE_SETTINGS`, `ERR_STORE_VERSION`, `ERR_STORE_UNAVAILABLE`
 */
export async function createRedisStore(options: RedisStoreOptions): Promise<RedisStore> {
  onlyKnown(options, 'createRedisStore', OPTIONS);
  const { prefix = '{amd}', commandMs = 1000, replicas = 0, syncEveryMs = 30_000 } = options;
  if (!/^[^{}]*\{[^{}]+\}[^{}]*$/.test(prefix)) {
    throw new TypeError(
      `"prefix" must have one hash tag, such as "{amd}" or "staging:{amd}"; got ${JSON.stringify(prefix)}`,
    );
  }
  if (!(commandMs > 0)) throw new RangeError(`"commandMs" must be above 0; got ${String(commandMs)}`);
  if (!Number.isInteger(replicas) || replicas < 0) {
    throw new RangeError(`"replicas" must be a whole number, 0 or more; got ${String(replicas)}`);
  }
  if (!(syncEveryMs > 0)) throw new RangeError(`"syncEveryMs" must be above 0; got ${String(syncEveryMs)}`);
  const commands = new Commands({ send: sendOf(options), commandMs, replicas });
  await checkServer(commands, {
    prefix,
    allowVolatile: options.allowVolatile ?? false,
    onWarning: options.onWarning ?? (() => undefined),
  });
  const clock = serverClock({ commands, local: options.localClock, syncEveryMs });
  try {
    await clock.sync();
  } catch (error) {
    clock.stop();
    throw error;
  }

  return {
    clock,

    async read(key, now) {
      const row = (await commands.command('HMGET', `${prefix}:record:${key}`, 'revision', 'data', 'expires')) as Row;
      const record = recordOf(key, row);
      return record?.expiresAt !== null && record !== undefined && record.expiresAt <= now ? undefined : record;
    },

    async commit(commit) {
      const [ok, revision] = (await commands.write(COMMIT, prefix, commitArguments(commit))) as [number, string];
      return ok === 1 ? { ok: true, revision: Number(revision) } : { ok: false, actual: Number(revision) };
    },

    async claim({ now, prefix: space = '', limit, leaseMs, lease, again = false }) {
      const leaseUntil = now + leaseMs;
      const args = [String(now), String(limit), String(leaseUntil), lease, space, again ? '1' : '0'];
      const reply = (await commands.write(CLAIM, prefix, args)) as string[];
      return inGroups(reply, 6).map(([key = '', id = '', dueAt, data = '', attempt, until]): Claim => ({
        key,
        id,
        dueAt: Number(dueAt),
        data,
        attempt: Number(attempt),
        lease,
        leaseUntil: Number(until),
      }));
    },

    async settle({ key, id, lease, leaseUntil }, settlement) {
      const args = [key, id, lease, String(leaseUntil)];
      if (settlement.kind === 'retry') args.push(String(settlement.dueAt), settlement.counts ? '1' : '0');
      return (await commands.write(SETTLE, prefix, args)) === 1;
    },

    async list({ prefix: of, after = '0', limit }): Promise<ListPage> {
      if (!/^\d{1,16}$/.test(after)) throw new TypeError('"after" must be a cursor that list returned');
      const [cursor = after, ...rows] = (await commands.ask(LIST, prefix, [of, after, String(limit)])) as string[];
      const records = inGroups(rows, 4).flatMap(([key = '', ...row]) => recordOf(key, row as unknown as Row) ?? []);
      return { records, cursor };
    },

    close() {
      clock.stop();
      commands.close();
      return Promise.resolve();
    },
  };
}

/** Revision, data and expiry as stored in Redis. */
type Row = readonly [revision: string | null, data: string | null, expires: string | null];

function recordOf(key: string, [revision, data, expires]: Row): StoredRecord | undefined {
  if (revision === null || data === null) return undefined;
  const expiresAt = expires === null || expires === '' ? null : Number(expires);
  return { key, revision: Number(revision), data, expiresAt };
}

function commitArguments({ key, expected, data, expiresAt, now, put, drop }: Commit): string[] {
  const tasks = put.flatMap(({ id, dueAt, data: what }) => [id, String(dueAt), what]);
  const expires = expiresAt === null ? '' : String(expiresAt);
  return [key, String(expected), data, expires, String(now), String(drop.length), ...drop, ...tasks];
}

function inGroups(values: readonly string[], size: number): string[][] {
  const groups: string[][] = [];
  for (let index = 0; index < values.length; index += size) groups.push(values.slice(index, index + size));
  return groups;
}
