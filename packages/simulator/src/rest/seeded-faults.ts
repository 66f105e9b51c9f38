import { mulberry32 } from '../random.js';
import type { RestFault, RestFaultHook } from './faults.js';

/** Every kind of REST fault, once each. */
export const REST_FAULTS: readonly RestFault[] = [
  'refuse-connection',
  'reset',
  'timeout',
  'executed-but-reset',
  'executed-but-timeout',
  'bad-json',
  { delayMs: 5000 },
  { status: 429, headers: { 'retry-after': '2' }, body: { code: 20429, message: 'Too many requests', status: 429 } },
  { status: 500, body: { code: 20500, message: 'Internal server error', status: 500 } },
  { status: 503, body: { code: 20503, message: 'Service unavailable', status: 503 } },
  { status: 400, body: { code: 20001, message: 'Invalid parameter', status: 400 } },
];

/** Options of random REST faults, the same for the same seed. */
export interface SeededFaults {
  readonly seed: number;
  /** Probability (0–1) that a request has a fault. */
  readonly rate: number;
  /** Which kinds; default: {@link REST_FAULTS} without the 400, which a correct request never gets at random. */
  readonly kinds?: readonly RestFault[];
}

/** Creates the option `rest` of a simulator. */
export function seededFaults({ seed, rate, kinds = REST_FAULTS.slice(0, -1) }: SeededFaults): RestFaultHook {
  const random = mulberry32(seed);
  return () => (random() < rate ? kinds[Math.floor(random() * kinds.length)] : undefined);
}
