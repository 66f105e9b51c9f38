import type { CallSid } from '../kernel/ids.js';

/** SIDs for tests: the same number always gives the same SID. Call 0 is the caller's, call n that of leg n. */
export const sids = {
  call: (n: number): CallSid => `CA${digits(n)}` as CallSid,
  account: (n = 0): string => `AC${digits(n)}`,
  conference: (n = 0): string => `CF${digits(n)}`,
};

function digits(n: number): string {
  return String(n).padStart(32, '0');
}
