/**
 * For what a test waits for, in ms: another process, a page. It limits nothing that works, however busy the machine is: only
 * what never comes takes so long.
 */
export const PATIENCE_MS = 120_000;
