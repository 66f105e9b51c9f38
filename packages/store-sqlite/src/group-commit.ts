import { setImmediate } from 'node:timers';
import { AmdError } from '@amd/core';
import type { Database } from './driver.js';
import { workFailure } from './failure.js';

interface Waiting {
  readonly work: () => unknown;
  readonly resolve: (value: never) => void;
  readonly reject: (error: Error) => void;
}

/**
 * All that is asked for in one turn of the event loop becomes one transaction, so that many calls wait for the disk together.
 * Nobody is answered before it is on the disk.
 */
export class GroupCommit {
  readonly #database: Database;
  #waiting: Waiting[] = [];
  #flushed: Promise<void> | null = null;
  #closed = false;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Runs `work` in the next transaction. @throws AmdError `ERR_STORE_UNAVAILABLE` */
  run<T>(work: () => T): Promise<T> {
    if (this.#closed) return Promise.reject(new AmdError('ERR_STORE_UNAVAILABLE', 'the store was closed'));
    return new Promise<T>((resolve, reject) => {
      this.#waiting.push({ work, resolve, reject });
      this.#flushed ??= new Promise((done) => {
        setImmediate(() => {
          this.#flushed = null;
          this.#flush();
          done();
        });
      });
    });
  }

  /** Takes no more, and resolves when everything has been answered. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#flushed;
  }

  get closed(): boolean {
    return this.#closed;
  }

  #flush(): void {
    const group = this.#waiting;
    this.#waiting = [];
    try {
      this.#transact(group);
    } catch (error) {
      if (group.length === 1) group[0]?.reject(workFailure(error));
      // One of them spoiled it for all: each by itself, then.
      else for (const one of group) this.#alone(one);
    }
  }

  #alone(one: Waiting): void {
    try {
      this.#transact([one]);
    } catch (error) {
      one.reject(workFailure(error));
    }
  }

  /** All of them or none; answers are given once it is on the disk. */
  #transact(group: readonly Waiting[]): void {
    const database = this.#database;
    database.exec('BEGIN IMMEDIATE');
    let results: unknown[];
    try {
      results = group.map(({ work }) => work());
      database.exec('COMMIT');
    } catch (error) {
      rollBack(database);
      throw error;
    }
    group.forEach(({ resolve }, index) => {
      resolve(results[index] as never);
    });
  }
}

function rollBack(database: Database): void {
  try {
    database.exec('ROLLBACK');
  } catch {
    // SQLite has done so itself, as after a full disk (sqlite.org/lang_transaction.html).
  }
}
