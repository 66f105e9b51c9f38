import { e164 } from '../../kernel/brand.js';
import { fallbackOf, type Fallback, type FallbackOption } from '../caller/fallback.js';
import { HOLD_OPTIONS, holdOf, type Hold, type HoldOptions } from '../caller/hold.js';
import { DEFAULT_TEXTS, TEXT_NAMES, type Texts } from '../caller/texts.js';
import { detectionOf, entriesOf, listOf, oneOf, stringsOf, text, within } from '../check-options.js';
import type { Detection } from '../effects.js';
import { checkPolicy, policyOf } from './check-policy.js';
import {
  AMD_MODES,
  CONFIRM,
  SCREENING_PHRASES,
  type AmdMode,
  type AnswerPolicy,
  type Confirm,
  type PolicyName,
  type Screening,
} from './policy.js';
import type { LegSettings } from './work.js';

/** What the options of every flow have in common. */
export interface LegOptions extends HoldOptions {
  /** `strict`, `balanced` (default) or `lenient`, or your own: what you leave out is as in `balanced`. */
  readonly policy?: PolicyName | Partial<AnswerPolicy> | undefined;
  /** When detection listens: `sync` (default), `async` while the callee hears who is calling, or `off`. */
  readonly amd?: { readonly mode?: AmdMode | undefined } | undefined;
  /** Who is asked for a key; default `when-unsure`. */
  readonly confirm?: Confirm | undefined;
  /** Phones that ask who is calling are told, and waited for. Needs `amd.mode` `async` or `off`. Default: not. */
  readonly screening?: Partial<Screening> | undefined;
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
  /** Where a caller ends up whom nobody has taken; default: they are told. */
  readonly fallback?: FallbackOption | undefined;
  readonly texts?: Partial<Texts> | undefined;
  readonly voice?: string | undefined;
  readonly language?: string | undefined;
}

/** Exhaustively typed: an option that is not named here does not compile. */
export const LEG_OPTIONS: readonly string[] = [
  ...Object.keys({
    policy: true,
    amd: true,
    confirm: true,
    screening: true,
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
  } satisfies Record<Exclude<keyof LegOptions, keyof HoldOptions>, true>),
  ...HOLD_OPTIONS,
];

/**
 * Checks what `entriesOf` has let through, and fills in the defaults.
 * @throws TypeError or RangeError naming the option
 */
export function legSettings(
  given: Readonly<Record<string, unknown>>,
  defaults: Texts = DEFAULT_TEXTS,
): LegSettings & Hold & { readonly fallback: Fallback; readonly texts: Texts } {
  const { policy = {}, amd = {}, confirm, screening } = given;
  const { detection = {}, fallback = { kind: 'say' }, texts = {} } = given;
  const { callerId = 'caller', ownNumber, voice, language } = given;
  const { ringSeconds = 20, confirmSeconds = 12, timeLimitSeconds = 14_400 } = given;
  const all = { ...defaults, ...stringsOf(texts, 'texts', TEXT_NAMES) };
  const settings: ReturnType<typeof legSettings> = {
    ...holdOf(given, all),
    policy: policyOf(policy),
    amd: { mode: modeOf(amd) },
    confirm: confirm === undefined ? ('when-unsure' as const) : oneOf(confirm, CONFIRM, 'confirm'),
    screening: screening === undefined ? null : screeningOf(screening),
    callerId: callerId === 'caller' ? 'caller' : e164(callerId, 'callerId'),
    ownNumber: ownNumber === undefined ? null : e164(ownNumber, 'ownNumber'),
    ringSeconds: within(ringSeconds, 5, 60, 'ringSeconds'),
    detection: detectionOf(detection),
    confirmSeconds: within(confirmSeconds, 4, 60, 'confirmSeconds'),
    timeLimitSeconds: within(timeLimitSeconds, 60, 14_400, 'timeLimitSeconds'),
    fallback: fallbackOf(fallback),
    texts: all,
    voice: voice === undefined ? null : text(voice, 'voice'),
    language: language === undefined ? null : text(language, 'language'),
  };
  checkPolicy(settings, policy);
  return settings;
}

function modeOf(value: unknown): AmdMode {
  const { mode = 'sync' } = entriesOf(value, 'amd', ['mode']);
  return oneOf(mode, AMD_MODES, 'amd.mode');
}

function screeningOf(value: unknown): Screening {
  const given = entriesOf(value, 'screening', ['phrases', 'listenSeconds', 'waitSeconds']);
  const { phrases = SCREENING_PHRASES, listenSeconds = 12, waitSeconds = 30 } = given;
  return {
    phrases: listOf(phrases, 'screening.phrases', 'words').map((phrase, at) => {
      const option = `screening.phrases[${String(at)}]`;
      // An empty one would be found in everything.
      if (/[\p{L}\p{N}]/u.test(text(phrase, option))) return text(phrase, option);
      throw new TypeError(`"${option}" must have a word in it`);
    }),
    listenSeconds: within(listenSeconds, 4, 60, 'screening.listenSeconds'),
    waitSeconds: within(waitSeconds, 5, 120, 'screening.waitSeconds'),
  };
}
