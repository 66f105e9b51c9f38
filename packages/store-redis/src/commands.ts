import { clearTimeout, setTimeout } from 'node:timers';
import { AmdError, isAmdError } from '@amd/core';
import type { Script } from './scripts.js';
import type { Send } from './send.js';

export interface CommandOptions {
  readonly send: Send;
  /** How long one command may take, in ms. */
  readonly commandMs: number;
  /** How many replicas must have a write before it is acknowledged. */
  readonly replicas: number;
}

/** Sends commands to Redis with a time limit; every failure is an `ERR_STORE_UNAVAILABLE`. */
export class Commands {
  readonly #options: CommandOptions;
  #closed = false;

  constructor(options: CommandOptions) {
    this.#options = options;
  }

  close(): void {
    this.#closed = true;
  }

  /** @throws AmdError `ERR_STORE_UNAVAILABLE` */
  async command(...args: readonly string[]): Promise<unknown> {
    return this.#within(args[0] ?? '', () => this.#options.send(args));
  }

  /**
   * Runs a script that writes. With replicas, the wait for them is sent right behind it, in the same round trip.
   * @throws AmdError `ERR_STORE_UNAVAILABLE`: the write may have been executed all the same
   */
  async write(script: Script, key: string, args: readonly string[]): Promise<unknown> {
    const { replicas } = this.#options;
    return this.#within(script.name, async () => {
      const done = this.#run(script, key, args);
      if (replicas === 0) return done;
      const acknowledged = this.#wait();
      const [reply] = await Promise.all([done, acknowledged]);
      return reply;
    });
  }

  /** Runs a script that only reads. @throws AmdError `ERR_STORE_UNAVAILABLE` */
  async ask(script: Script, key: string, args: readonly string[]): Promise<unknown> {
    return this.#within(script.name, () => this.#run(script, key, args));
  }

  async #run({ sha, lua }: Script, key: string, args: readonly string[]): Promise<unknown> {
    const { send } = this.#options;
    try {
      return await send(['EVALSHA', sha, '1', key, ...args]);
    } catch (error) {
      // The server was restarted or replaced: sending the script makes it known again.
      if (!(error instanceof Error) || !error.message.includes('NOSCRIPT')) throw error;
      return send(['EVAL', lua, '1', key, ...args]);
    }
  }

  async #wait(): Promise<void> {
    const { send, replicas, commandMs } = this.#options;
    const reached = Number(await send(['WAIT', String(replicas), String(Math.ceil(commandMs * 0.8))]));
    if (reached >= replicas) return;
    throw new AmdError(
      'ERR_STORE_UNAVAILABLE',
      `Redis: the write reached ${String(reached)} of ${String(replicas)} replicas in time; it may be there all the same`,
    );
  }

  async #within<T>(what: string, work: () => Promise<T>): Promise<T> {
    if (this.#closed) throw new AmdError('ERR_STORE_UNAVAILABLE', 'the store was closed');
    const { commandMs } = this.#options;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        const message = `Redis: ${what} took longer than ${String(commandMs)} ms; it may be done all the same`;
        reject(new AmdError('ERR_STORE_UNAVAILABLE', message));
      }, commandMs);
    });
    try {
      return await Promise.race([work(), late]);
    } catch (error) {
      if (isAmdError(error)) throw error;
      const message = error instanceof Error ? error.message : String(error);
      throw new AmdError('ERR_STORE_UNAVAILABLE', `Redis: ${what}: ${message}`, { cause: error });
    } finally {
      clearTimeout(timer);
    }
  }
}
