/**
 * So long, in ms, a caller is asked to wait while the store or our code fails, from the first failure. Nobody is told goodbye
 * before, so that whoever is rung by then is rung for somebody who is still there.
 */
export const PATIENCE_MS = 20_000;
