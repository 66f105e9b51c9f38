/** Fixes most of it. */
export const APPLY = 'or run "amd taskrouter apply"';
