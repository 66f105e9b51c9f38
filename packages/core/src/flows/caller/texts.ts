/** Everything the flow says. `{caller}` becomes the caller's number, digit by digit. */
export interface Texts {
  /** To the caller, once, before the hold music. Empty: nothing is said. */
  readonly greeting: string;
  /** To the caller, when nobody can be reached. */
  readonly unavailable: string;
  /** To a callee of whom detection cannot tell whether it is a human. */
  readonly confirm: string;
  /** To a callee whose caller was taken by somebody else. */
  readonly taken: string;
  /** To a callee whose caller has hung up. */
  readonly callerGone: string;
  /** To a callee who could not be connected. */
  readonly lost: string;
  /** What `{caller}` says when the number is withheld. */
  readonly withheld: string;
}

export const DEFAULT_TEXTS: Texts = {
  greeting: 'Please hold while we connect your call.',
  unavailable: 'We are sorry, nobody is available to take your call. Please try again later. Goodbye.',
  confirm: 'You have a call from {caller}. Press any key to take it.',
  taken: 'Somebody else has taken the call. Goodbye.',
  callerGone: 'The caller has hung up. Goodbye.',
  lost: 'We are sorry, the call could not be connected. Goodbye.',
  withheld: 'a withheld number',
};

/** What `texts` may contain. */
export const TEXT_NAMES: readonly string[] = Object.keys(DEFAULT_TEXTS);
