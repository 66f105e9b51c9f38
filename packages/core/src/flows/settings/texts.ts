/** Why a person who answered is not connected; said before we hang up. `message`: what a machine records. */
export type Farewell = 'callerGone' | 'taken' | 'lost' | 'message';

/** Everything the flow says. `{caller}` becomes the caller's number, digit by digit; `{name}` who is called. */
export interface Texts {
  /** To the caller, once, before the hold music. Empty: nothing is said. */
  readonly greeting: string;
  /** To the caller who waits, every so often, where `progress` is on. */
  readonly progress: string;
  /** To the caller who waits in a queue, where `offerMessage` is on. */
  readonly offerMessage: string;
  /** To the caller, when somebody has taken the call. `{name}`: who. Empty: nothing is said. */
  readonly connected: string;
  /** To both, where `record` is on. */
  readonly consent: string;
  /** To the caller, when nobody can be reached. */
  readonly unavailable: string;
  /** To the caller, before the beep of the voicemail. */
  readonly voicemail: string;
  /** To the caller, when their message is recorded. */
  readonly recorded: string;
  /** To a callee who may take the call by a key. */
  readonly confirm: string;
  /** To a callee who is listened to and not asked for a key. */
  readonly announce: string;
  /** To a robot that screens calls. */
  readonly screened: string;
  /** What a machine records, where the policy says `leave a message`. */
  readonly message: string;
  /** To a callee whose caller was taken by somebody else. */
  readonly taken: string;
  /** To a callee whose caller has hung up. */
  readonly callerGone: string;
  /** To a callee who could not be connected. */
  readonly lost: string;
  /** What `{caller}` says when the number is withheld. */
  readonly withheld: string;
  /** What `{name}` says to somebody without a name. */
  readonly you: string;
  /** What `{name}` says of them to the caller. */
  readonly somebody: string;
}

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
  withheld: 'a withheld number',
  you: 'you',
  somebody: 'somebody',
};

/** What `texts` may contain. */
export const TEXT_NAMES: readonly string[] = Object.keys(DEFAULT_TEXTS);
