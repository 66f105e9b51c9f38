/**
 * How long a test waits for another process or a page, in ms. It limits nothing that works, however busy the machine: only what
 * never comes takes this long.
 */
export const PATIENCE_MS = 120_000;
