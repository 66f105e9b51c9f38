import { e164, type E164 } from '../../kernel/ids.js';
import { entriesOf, listOf, oneOf, stringsOf, text, within } from '../../kernel/check.js';
import type { Detection } from '../effects.js';
import { type Fallback, fallbackOf, type FallbackOption } from './fallback.js';
import { type Hold, HOLD_OPTIONS, holdOf, type HoldOptions } from './hold.js';
import { ENGLISH_KEYS, isAnyKey, type Keys, keysOf, questionWith } from './keys.js';
import type { KeyWords } from './languages/language.js';
import { languageOf, voiceOf } from './languages/languages.js';
import {
  AMD_MODES,
  type AmdMode,
  type AnswerPolicy,
  type Confirm,
  CONFIRM,
  type PolicyName,
  policyOf,
  type Screening,
  SCREENING_PHRASES,
} from './policy.js';
import { DEFAULT_TEXTS, type Farewell, TEXT_NAMES, type Texts } from './texts.js';

/** The settings of a call that concern its legs. */
export interface LegSettings {
  readonly policy: AnswerPolicy;
  readonly amd: { readonly mode: AmdMode };
  readonly confirm: Confirm;
  readonly keys: Keys;
  /** `null`: a call-screening robot is treated like any other machine. */
  readonly screening: Screening | null;
  /** `caller`: the caller's own number where possible. A number: always this one. */
  readonly callerId: 'caller' | E164;
  /** Our number, shown when the caller's cannot be; `null`: the number that was called. */
  readonly ownNumber: E164 | null;
  readonly ringSeconds: number;
  readonly detection: Detection;
  readonly confirmSeconds: number;
  readonly timeLimitSeconds: number;
  /** The talk is recorded, and both parties are told so before it. */
  readonly record: boolean;
  readonly texts: Readonly<
    Record<Farewell | 'confirm' | 'announce' | 'screened' | 'consent' | 'withheld' | 'you', string>
  >;
  readonly voice: string | null;
  readonly language: string | null;
}

/** Options that all flows have in common. */
export interface LegOptions extends HoldOptions {
  /** `strict`, `balanced` (default) or `lenient`, or your own: answers you leave out are as in `balanced`. */
  readonly policy?: PolicyName | Partial<AnswerPolicy> | undefined;
  /** When detection listens: `sync` (default), `async` while the callee hears who is calling, or `off`. */
  readonly amd?: { readonly mode?: AmdMode | undefined } | undefined;
  /** Which callees are asked for a key; default `when-unsure`. */
  readonly confirm?: Confirm | undefined;
  /**
   * Keys that take the call, and keys that decline it, each as a string of `0123456789*#`. Default: any key takes it, none
   * declines.
   */
  readonly keys?: { readonly accept?: string | undefined; readonly decline?: string | undefined } | undefined;
  /** Tells phones that ask who is calling, and waits for their owner. Needs `amd.mode` `async` or `off`. Default: off. */
  readonly screening?: Partial<Screening> | undefined;
  /** Default `caller`. */
  readonly callerId?: string | undefined;
  readonly ownNumber?: string | undefined;
  /** 5–60 s, default 20. */
  readonly ringSeconds?: number | undefined;
  readonly detection?: Partial<Detection> | undefined;
  /** 4–60 s, default 12. */
  readonly confirmSeconds?: number | undefined;
  /** Maximum length of the call: 60–14400 s, default 14400. */
  readonly timeLimitSeconds?: number | undefined;
  /** What the caller gets when nobody takes the call; default: they are told so. */
  readonly fallback?: FallbackOption | undefined;
  /** Win over those of the language, one by one. */
  readonly texts?: Partial<Texts> | undefined;
  /** As Twilio names it. Default: one that speaks the `language`, if that is one of the five; else Twilio's. */
  readonly voice?: string | undefined;
  /**
   * A locale such as `de-DE`. Everything is said in German, Spanish, French, Portuguese or Japanese if it is one of these, and in
   * English otherwise. No native speaker has reviewed the translations.
   */
  readonly language?: string | undefined;
}

/** Exhaustively typed: an option missing here does not compile. */
export const LEG_OPTIONS: readonly string[] = [
  ...Object.keys({
    policy: true,
    amd: true,
    confirm: true,
    keys: true,
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
 * Checks the options that `entriesOf` let through, and fills in defaults.
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
  const keys = keysOf(given['keys']);
  const translated = typeof language === 'string' ? languageOf(language) : undefined;
  const usual = translated?.texts ?? defaults;
  const all = withKeys(keys, { ...usual, ...stringsOf(texts, 'texts', TEXT_NAMES) }, usual, translated?.keys);
  const settings: ReturnType<typeof legSettings> = {
    ...holdOf(given, all),
    policy: policyOf(policy),
    amd: { mode: modeOf(amd) },
    confirm: confirm === undefined ? ('when-unsure' as const) : oneOf(confirm, CONFIRM, 'confirm'),
    keys,
    screening: screening === undefined ? null : screeningOf(screening),
    callerId: callerId === 'caller' ? 'caller' : e164(callerId, 'callerId'),
    ownNumber: ownNumber === undefined ? null : e164(ownNumber, 'ownNumber'),
    ringSeconds: within(ringSeconds, 5, 60, 'ringSeconds'),
    detection: parseDetection(detection),
    confirmSeconds: within(confirmSeconds, 4, 60, 'confirmSeconds'),
    timeLimitSeconds: within(timeLimitSeconds, 60, 14_400, 'timeLimitSeconds'),
    fallback: fallbackOf(fallback),
    texts: all,
    ...spokenBy(voice, language),
  };
  checkPolicy(settings, policy);
  return settings;
}

/** Names the keys in the question, unless its text was chosen. */
function withKeys(keys: Keys, texts: Texts, usual: Texts, words: KeyWords = ENGLISH_KEYS): Texts {
  if (isAnyKey(keys) || texts.confirm !== usual.confirm) return texts;
  return { ...texts, confirm: questionWith(keys, words) };
}

/** What every `<Say>` is told. A voice that was chosen gets the language as it was given. */
function spokenBy(voice: unknown, language: unknown): Pick<LegSettings, 'voice' | 'language'> {
  const given = {
    voice: voice === undefined ? null : text(voice, 'voice'),
    language: language === undefined ? null : text(language, 'language'),
  };
  return (given.voice === null ? voiceOf(given.language) : undefined) ?? given;
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
      // An empty phrase would match any speech.
      if (/[\p{L}\p{N}]/u.test(text(phrase, option))) return text(phrase, option);
      throw new TypeError(`"${option}" must have a word in it`);
    }),
    listenSeconds: within(listenSeconds, 4, 60, 'screening.listenSeconds'),
    waitSeconds: within(waitSeconds, 5, 120, 'screening.waitSeconds'),
  };
}

const DETECTION: readonly string[] = Object.keys({
  mode: true,
  timeoutSeconds: true,
  speechThresholdMs: true,
  speechEndThresholdMs: true,
  silenceTimeoutMs: true,
} satisfies Record<keyof Detection, true>);

/**
 * Checks detection options. The ranges are Twilio's (twilio.com/docs/voice/answering-machine-detection, "Optional API tuning
 * parameters").
 */
export function parseDetection(value: unknown, option = 'detection'): Detection {
  const given = entriesOf(value, option, DETECTION);
  const { mode = 'Enable', timeoutSeconds = 30, speechThresholdMs, speechEndThresholdMs, silenceTimeoutMs } = given;
  if (mode !== 'Enable' && mode !== 'DetectMessageEnd') {
    throw new TypeError(`"${option}.mode" must be "Enable" or "DetectMessageEnd"`);
  }
  return {
    mode,
    timeoutSeconds: within(timeoutSeconds, 3, 59, `${option}.timeoutSeconds`),
    ...(speechThresholdMs === undefined
      ? {}
      : { speechThresholdMs: within(speechThresholdMs, 1000, 6000, `${option}.speechThresholdMs`) }),
    ...(speechEndThresholdMs === undefined
      ? {}
      : { speechEndThresholdMs: within(speechEndThresholdMs, 500, 5000, `${option}.speechEndThresholdMs`) }),
    ...(silenceTimeoutMs === undefined
      ? {}
      : { silenceTimeoutMs: within(silenceTimeoutMs, 2000, 10_000, `${option}.silenceTimeoutMs`) }),
  };
}

/**
 * Refuses combinations that cannot work, before the first call.
 * @throws TypeError naming the option
 */
function checkPolicy(settings: Omit<LegSettings, 'texts'>, given: unknown): void {
  const { policy, amd, confirm, detection, screening } = settings;
  for (const [answer, action] of Object.entries(policy)) {
    if (action === 'leave a message') checkMessage(answer, detection.mode);
    // `confirm` overrides what a preset or a default says, but not what was set explicitly.
    if (action === 'confirm' && confirm === 'never' && isGiven(given, answer)) {
      throw new TypeError(`"policy.${answer}" asks for a key, but "confirm" is "never": change one of them`);
    }
  }
  checkConfirm(confirm, settings, 'confirm');
  if (screening !== null && amd.mode === 'sync') {
    throw new TypeError(
      '"screening" needs "amd.mode" to be "async" or "off": with "sync" the robot has spoken before anybody listens to it',
    );
  }
}

/**
 * Checks whether a callee may go without a key, for the whole call or for one person.
 * @throws TypeError naming the option
 */
export function checkConfirm(
  confirm: Confirm | undefined,
  { amd, screening }: Pick<LegSettings, 'amd' | 'screening'>,
  option: string,
): void {
  if (confirm !== 'never') return;
  if (amd.mode === 'off') {
    throw new TypeError(
      `"${option}" cannot be "never" while "amd.mode" is "off": nothing would tell a human from a voicemail`,
    );
  }
  if (screening !== null) {
    throw new TypeError(`"screening" needs a key from whoever picks up in the end: "${option}" cannot be "never"`);
  }
}

/**
 * Refuses keys that nobody could ever press. `people`: whether each callee is asked, if not as the call says.
 * @throws TypeError naming the option
 */
export function checkKeys(
  { confirm, keys }: Pick<LegSettings, 'confirm' | 'keys'>,
  people: readonly (Confirm | undefined)[] = [],
): void {
  if (isAnyKey(keys) || confirm !== 'never' || people.some((own = confirm) => own !== 'never')) return;
  const option = keys.accept === null ? 'keys.decline' : 'keys.accept';
  throw new TypeError(`"${option}" needs a callee who is asked for a key: "confirm" cannot be "never"`);
}

function checkMessage(answer: string, mode: LegSettings['detection']['mode']): void {
  const option = `"policy.${answer}"`;
  if (!answer.startsWith('machine_end_')) {
    throw new TypeError(`${option} cannot be "leave a message": only "machine_end_…" says that a greeting is over`);
  }
  if (mode !== 'DetectMessageEnd') {
    throw new TypeError(
      `${option} is "leave a message", which needs "detection.mode" to be "DetectMessageEnd": "Enable" never waits for the end of a greeting`,
    );
  }
}

function isGiven(given: unknown, answer: string): boolean {
  return typeof given === 'object' && given !== null && answer in given;
}
