/**
 * Writes a new app that forwards calls, with its tests: what `npm create amd` does, as a function.
 *
 * @example
 * ```ts
 * import { writeApp } from 'create-amd';
 *
 * await writeApp({ folder: 'my-calls', server: 'express', language: 'ts' });
 * ```
 *
 * @module create-amd
 */
export { LANGUAGES, SERVERS, writeApp } from './write-app.js';
export type { AppOptions, Language, Server } from './write-app.js';
