export { LANGUAGES, SERVERS, writeApp } from './write-app.js';
export type { AppOptions, Language, Server } from './write-app.js';
