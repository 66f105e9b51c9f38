import { parentPort } from 'node:worker_threads';
import fc from 'fast-check';

/** A change that only one in a hundred random examples notices should have a test of its own. */
fc.configureGlobal({ numRuns: 20 });

// A thread serves many changes: the last one must not be active while a test file is loaded, before its first test.
const stryker = (globalThis as { __stryker__?: { activeMutant?: string | undefined } }).__stryker__;
if (stryker !== undefined) stryker.activeMutant = undefined;
parentPort?.setMaxListeners(0);
