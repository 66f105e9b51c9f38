import { PLAIN_HOLD, type Hold } from '../caller/hold.js';
import { DEFAULT_TEXTS, type Texts } from '../caller/texts.js';
import { isInRoom, type Leg } from './leg.js';
import { DEFAULT_POLICY } from './policy.js';
import type { LegSettings } from './work.js';

/** Settings that were written before detection could be asynchronous, and anybody screened. */
export function upgradedSettings<Settings extends LegSettings & Hold & { readonly texts: Texts }>(
  settings: Settings,
): Settings {
  return {
    ...PLAIN_HOLD,
    ...settings,
    amd: { mode: 'sync' },
    confirm: 'when-unsure',
    screening: null,
    policy: { ...DEFAULT_POLICY, ...settings.policy },
    texts: { ...DEFAULT_TEXTS, ...settings.texts },
  };
}

export function upgradedLeg(leg: Leg): Leg {
  const creating = `create:${String(leg.id)}:${leg.callerId}`;
  return { ...leg, creating, moving: null, invited: isInRoom(leg.phase), fetched: false, screened: null };
}
