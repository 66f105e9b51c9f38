import type { Texts } from '../texts.js';

/** Everything that is said in one language. No native speaker has reviewed the translations. */
export interface Language {
  readonly texts: Texts;
  /** Beside the texts of a call: to a caller who is one too many. */
  readonly busy: string;
  readonly keys: KeyWords;
  /**
   * A voice for each locale that speaks it, from the list of Twilio's client; the first one speaks for all other locales. It is
   * not known which of the languages Twilio's default voice speaks.
   */
  readonly voices: Readonly<Record<string, string>>;
}

/** The usual question, where keys were chosen. `{accept}` and `{decline}` become the keys. */
export interface KeyWords {
  /** Only these keys take the call, and none declines it. */
  readonly accept: string;
  /** These keys decline the call, and all others take it. */
  readonly decline: string;
  /** Both were chosen. */
  readonly both: string;
  readonly star: string;
  readonly pound: string;
  /** Stands between two keys, with the blanks around it. */
  readonly or: string;
}
