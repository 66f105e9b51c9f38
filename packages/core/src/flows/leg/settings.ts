import { e164 } from '../../kernel/brand.js';
import type { Fallback } from '../caller/work.js';
import { DEFAULT_TEXTS, TEXT_NAMES, type Texts } from '../caller/texts.js';
import { detectionOf, entriesOf, stringsOf, text, url, within } from '../check-options.js';
import type { Detection } from '../effects.js';
import { DEFAULT_POLICY, type AnswerPolicy } from './policy.js';
import type { LegSettings } from './work.js';

/** What the options of every flow have in common. */
export interface LegOptions {
  /** Default `DEFAULT_POLICY`; what you leave out keeps its default. */
  readonly policy?: Partial<AnswerPolicy> | undefined;
  /** Default `caller`. */
  readonly callerId?: string | undefined;
  readonly ownNumber?: string | undefined;
  /** 5–60 s, default 20. */
  readonly ringSeconds?: number | undefined;
  readonly detection?: Partial<Detection> | undefined;
  /** 4–60 s, default 12. */
  readonly confirmSeconds?: number | undefined;
  /** Longest call: 60–14400 s, default 14400. */
  readonly timeLimitSeconds?: number | undefined;
  readonly fallback?: Fallback | undefined;
  readonly texts?: Partial<Texts> | undefined;
  readonly voice?: string | undefined;
  readonly language?: string | undefined;
}

/** Exhaustively typed: an option that is not named here does not compile. */
export const LEG_OPTIONS: readonly string[] = Object.keys({
  policy: true,
  callerId: true,
  ownNumber: true,
  ringSeconds: true,
  detection: true,
  confirmSeconds: true,
  timeLimitSeconds: true,
  fallback: true,
  texts: true,
  voice: true,
  language: true,
} satisfies Record<keyof LegOptions, true>);

/**
 * Checks what `entriesOf` has let through, and fills in the defaults.
 * @throws TypeError or RangeError naming the option
 */
export function legSettings(
  given: Readonly<Record<string, unknown>>,
  defaults: Texts = DEFAULT_TEXTS,
): LegSettings & { readonly fallback: Fallback; readonly texts: Texts } {
  const { policy = {}, detection = {}, fallback = { kind: 'say' }, texts = {} } = given;
  const { callerId = 'caller', ownNumber, voice, language } = given;
  const { ringSeconds = 20, confirmSeconds = 12, timeLimitSeconds = 14_400 } = given;
  return {
    policy: policyOf(policy),
    callerId: callerId === 'caller' ? 'caller' : e164(callerId, 'callerId'),
    ownNumber: ownNumber === undefined ? null : e164(ownNumber, 'ownNumber'),
    ringSeconds: within(ringSeconds, 5, 60, 'ringSeconds'),
    detection: detectionOf(detection),
    confirmSeconds: within(confirmSeconds, 4, 60, 'confirmSeconds'),
    timeLimitSeconds: within(timeLimitSeconds, 60, 14_400, 'timeLimitSeconds'),
    fallback: fallbackOf(fallback),
    texts: { ...defaults, ...stringsOf(texts, 'texts', TEXT_NAMES) },
    voice: voice === undefined ? null : text(voice, 'voice'),
    language: language === undefined ? null : text(language, 'language'),
  };
}

function policyOf(value: unknown): AnswerPolicy {
  const given = entriesOf(value, 'policy', Object.keys(DEFAULT_POLICY));
  for (const [answer, action] of Object.entries(given)) {
    if (action !== 'bridge' && action !== 'confirm' && action !== 'hang up') {
      throw new TypeError(`"policy.${answer}" must be "bridge", "confirm" or "hang up"`);
    }
  }
  return { ...DEFAULT_POLICY, ...given };
}

function fallbackOf(value: unknown): Fallback {
  const given = entriesOf(value, 'fallback', ['kind', 'url']);
  if (given['kind'] === 'say') return { kind: 'say' };
  if (given['kind'] === 'redirect') return { kind: 'redirect', url: url(given['url'], 'fallback.url') };
  throw new TypeError('"fallback.kind" must be "say" or "redirect"');
}
