/** The checkout that this runs in, with a slash at its end: `scripts/run.mjs` and vitest start everything there. */
export const ROOT = `${process.cwd()}/`;
