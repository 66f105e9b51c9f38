/** Why a callee who answered is not connected; said before we hang up. `message`: what a machine records. */
export type Farewell = 'callerGone' | 'taken' | 'lost' | 'declined' | 'message';

/** Everything the flow says. `{caller}` becomes the caller's number, digit by digit; `{name}` the callee's name. */
export interface Texts {
  /** To the caller, once, before the hold music. Empty: nothing is said. */
  readonly greeting: string;
  /** To the waiting caller, repeatedly, where `progress` is on. */
  readonly progress: string;
  /** To the caller waiting in a queue, where `offerMessage` is on. */
  readonly offerMessage: string;
  /** To the caller when the call is taken. `{name}`: by whom. Empty: nothing is said. */
  readonly connected: string;
  /** To both parties, where `record` is on. */
  readonly consent: string;
  /** To the caller, when nobody can be reached. */
  readonly unavailable: string;
  /** To the caller, before the voicemail beep. */
  readonly voicemail: string;
  /** To the caller, after their message is recorded. */
  readonly recorded: string;
  /** To a callee who may take the call with a key. */
  readonly confirm: string;
  /** To a callee while detection listens, if they are not asked for a key. */
  readonly announce: string;
  /** To a call-screening robot. */
  readonly screened: string;
  /** What an answering machine records, where the policy says `leave a message`. */
  readonly message: string;
  /** To a callee whose caller was taken by another. */
  readonly taken: string;
  /** To a callee whose caller has hung up. */
  readonly callerGone: string;
  /** To a callee who could not be connected. */
  readonly lost: string;
  /** To a callee who declined the call with a key. */
  readonly declined: string;
  /** What `{caller}` becomes when the number is withheld. */
  readonly withheld: string;
  /** What `{name}` becomes for a callee without a name. */
  readonly you: string;
  /** What `{name}` becomes when a callee without a name is announced to the caller. */
  readonly somebody: string;
}

/** Everything the flows say unless `texts` or `language` says otherwise, in English. */
export const DEFAULT_TEXTS: Texts = {
  greeting: 'Please hold while we connect your call.',
  progress: 'Thank you for holding. We are still trying to reach somebody for you.',
  offerMessage: 'To leave a message now, press star.',
  connected: '',
  consent: 'This call is recorded.',
  unavailable: 'We are sorry, nobody is available to take your call. Please try again later. Goodbye.',
  voicemail: 'We are sorry, nobody is available to take your call. Please leave a message after the beep.',
  recorded: 'Thank you for your message. Goodbye.',
  confirm: 'A call for {name}, from {caller}. Press any key to take it.',
  announce: 'A call for {name}, from {caller}. One moment, please.',
  screened: 'This is a call for {name}, from {caller}, who is on the line and waiting to speak to them.',
  message: 'You have missed a call from {caller}. Goodbye.',
  taken: 'Somebody else has taken the call. Goodbye.',
  callerGone: 'The caller has hung up. Goodbye.',
  lost: 'We are sorry, the call could not be connected. Goodbye.',
  declined: 'All right. Goodbye.',
  withheld: 'a withheld number',
  you: 'you',
  somebody: 'somebody',
};

/** The names that `texts` may contain. */
export const TEXT_NAMES: readonly string[] = Object.keys(DEFAULT_TEXTS);
