import { setImmediate, setTimeout } from 'node:timers';
import { AmdError } from '@amd/core';
import { writeOnceMore, type Disk } from './disk.js';
import type { Database } from './driver.js';
import { workFailure } from './failure.js';
import type { Statements } from './statements.js';

interface Waiting {
  readonly work: () => unknown;
  readonly resolve: (value: never) => void;
  readonly reject: (error: Error) => void;
}

/**
 * While many calls are active, the disk is used for at most half of the time: a group costs about the same however large it is.
 * This many ms is the longest that work waits for others. A single call does not wait.
 */
const APART_MS = 10;
/** More in a group than one call alone requests in one turn. */
const MANY = 2;

/** Executed work and its result. */
interface Done extends Waiting {
  readonly result: unknown;
}

/**
 * Combines everything requested in one turn of the event loop, or while the disk is busy, into one transaction, so that many
 * calls wait for the disk together. Nothing is acknowledged before it is on the disk.
 */
export class GroupCommit {
  readonly #database: Database;
  readonly #disk: Disk | null;
  readonly #statements: Pick<Statements, 'end' | 'writes'>;
  #waiting: Waiting[] = [];
  /** Settles when nothing waits and everything is answered. */
  #atWork: Promise<void> | null = null;
  /** Reads that wait while a transaction is on its way to the disk; `null` when none is. */
  #looking: (() => void)[] | null = null;
  /** When the last group began, and when the next may, by `performance`. */
  #begun = 0;
  #next = 0;
  #doubtful = false;
  #closed = false;

  /**
   * @param disk waits for the disk; `null`: each `COMMIT` does
   * @param statements `end` is the last of a transaction; if nothing was written, nothing is waited for
   */
  constructor(database: Database, disk: Disk | null, statements: Pick<Statements, 'end' | 'writes'>) {
    this.#database = database;
    this.#disk = disk;
    this.#statements = statements;
  }

  /** Runs `work` in the next transaction. @throws AmdError `ERR_STORE_UNAVAILABLE` */
  run<T>(work: () => T): Promise<T> {
    if (this.#closed) return Promise.reject(new AmdError('ERR_STORE_UNAVAILABLE', 'the store was closed'));
    return new Promise<T>((resolve, reject) => {
      this.#waiting.push({ work, resolve, reject });
      this.#atWork ??= this.#work();
    });
  }

  /**
   * Reads what is on the disk. That needs no transaction of its own, since a group is one synchronous piece of work; data still
   * on its way is returned to no one. @throws AmdError `ERR_STORE_UNAVAILABLE`
   */
  look<T>(question: () => T): Promise<T> {
    if (this.#closed) return Promise.reject(new AmdError('ERR_STORE_UNAVAILABLE', 'the store was closed'));
    return new Promise<T>((resolve, reject) => {
      const ask = (): void => {
        try {
          resolve(question());
        } catch (error) {
          reject(workFailure(error));
        }
      };
      if (this.#looking === null) ask();
      else this.#looking.push(ask);
    });
  }

  /** Refuses more work, and resolves when everything has been answered. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#atWork;
    this.#disk?.close();
  }

  get closed(): boolean {
    return this.#closed;
  }

  async #work(): Promise<void> {
    while (this.#waiting.length > 0) {
      await this.#company();
      const group = this.#waiting;
      this.#waiting = [];
      const before = this.#statements.writes();
      const done = this.#flush(group);
      if (this.#disk === null || this.#statements.writes() === before) answer(done);
      else await this.#sync(this.#disk, done);
    }
    this.#atWork = null;
  }

  /** Waits for other work of this turn, or until the next group may begin. */
  async #company(): Promise<void> {
    const ms = this.#disk === null || this.#closed ? 0 : this.#next - performance.now();
    await new Promise<void>((resolve) => {
      if (ms > 0) setTimeout(resolve, ms);
      else setImmediate(resolve);
    });
    this.#begun = performance.now();
    this.#next = 0;
  }

  async #sync(disk: Disk, done: readonly Done[]): Promise<void> {
    const looking = (this.#looking = [] as (() => void)[]);
    let failure: Error | null = null;
    try {
      await disk.sync();
    } catch (error) {
      this.#doubtful = true;
      failure = workFailure(error);
    }
    this.#looking = null;
    const took = performance.now() - this.#begun;
    if (done.length > MANY) this.#next = this.#begun + Math.min(2 * took, APART_MS);
    if (failure === null) answer(done);
    else for (const { reject } of done) reject(failure);
    for (const ask of looking) ask();
  }

  /** Executes the work of a group, and refuses what fails. */
  #flush(group: readonly Waiting[]): readonly Done[] {
    try {
      return this.#transact(group);
    } catch (error) {
      if (group.length > 1) {
        // One of them failed the whole transaction: each by itself, then.
        return group.flatMap((one) => this.#flush([one]));
      }
      group[0]?.reject(workFailure(error));
      return [];
    }
  }

  /** Executes all of them in one transaction, or none. */
  #transact(group: readonly Waiting[]): readonly Done[] {
    const database = this.#database;
    if (this.#doubtful) {
      writeOnceMore(database);
      this.#doubtful = false;
    }
    database.exec('BEGIN IMMEDIATE');
    try {
      const done = group.map((one) => ({ ...one, result: one.work() }));
      this.#statements.end();
      database.exec('COMMIT');
      return done;
    } catch (error) {
      rollBack(database);
      throw error;
    }
  }
}

function answer(done: readonly Done[]): void {
  for (const { resolve, result } of done) resolve(result as never);
}

function rollBack(database: Database): void {
  try {
    database.exec('ROLLBACK');
  } catch {
    // SQLite has rolled back itself, as after a full disk (sqlite.org/lang_transaction.html).
  }
}
