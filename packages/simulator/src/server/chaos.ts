import type { SimulatorOptions } from '../options.js';
import { seededRepeats } from '../repeats.js';
import { seededFaults } from '../rest/seeded-faults.js';

/** Default rates of faults: ms, and probabilities from 0 to 1. */
const DEFAULTS = { maxDelayMs: 5000, duplicate: 0.2, lose: 0.05, rest: 0.05, retry: 0.05, copy: 0.05 };

/** `7`, or `7:maxDelayMs=5000,duplicate=0.2,lose=0.05,rest=0.05,retry=0.05,copy=0.05`. Throws a `TypeError` that names the option. */
export function parseChaos(text: string): Pick<SimulatorOptions, 'disorder' | 'rest' | 'repeats'> {
  const [seedText = '', optionText = ''] = text.split(/:(.*)/s);
  if (!/^\d{1,9}$/.test(seedText)) throw new TypeError(`--chaos needs a seed, a whole number, first: "${text}"`);
  const seed = Number(seedText);
  const options: Record<string, number> = { ...DEFAULTS };
  for (const pair of optionText.split(',').filter((one) => one !== '')) {
    const [name = '', value = ''] = pair.split('=');
    const number = value === '' ? NaN : Number(value);
    const most = name === 'maxDelayMs' ? 60_000 : 1;
    if (!Object.hasOwn(DEFAULTS, name)) {
      throw new TypeError(`--chaos: unknown option "${name}": one of ${Object.keys(DEFAULTS).join(', ')}`);
    }
    if (!(number >= 0 && number <= most)) {
      throw new TypeError(`--chaos: "${name}" must be a number from 0 to ${String(most)}: "${value}"`);
    }
    options[name] = number;
  }
  const { maxDelayMs, duplicate, lose, rest, retry, copy } = { ...DEFAULTS, ...options };
  return {
    disorder: { seed, maxDelayMs, duplicate, lose },
    rest: seededFaults({ seed, rate: rest }),
    repeats: seededRepeats({ seed, retry, copy }),
  };
}
