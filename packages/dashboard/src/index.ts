export type * from './shared/protocol.js';
