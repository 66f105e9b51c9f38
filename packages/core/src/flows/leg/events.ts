import type { CallSid } from '../../kernel/ids.js';
import type { EpochMs } from '../../kernel/flow.js';
import type { AnsweredBy } from '../../wire/answered-by.js';
import type { CallStatus } from '../../wire/call-status.js';
import type { OutcomeEvent } from '../effects.js';
import type { Farewell } from '../settings/texts.js';

/** Callbacks of one outbound leg. `sid` is the call that makes the request, which need not be the one we know. */
interface OfLeg {
  readonly at: EpochMs;
  readonly leg: number;
  readonly sid: CallSid;
  readonly status: CallStatus;
}

/** Requests of a leg for TwiML. */
export type LegRequest =
  /** `answeredBy` is `null` if detection has not reported yet. */
  | ({ readonly type: 'leg.answered'; readonly answeredBy: AnsweredBy | null } & OfLeg)
  /** `speech`: what the callee said, as far as Twilio understood it. */
  | ({ readonly type: 'leg.key'; readonly digits: string; readonly speech?: string } & OfLeg)
  | ({ readonly type: 'leg.poll' } & OfLeg)
  /** The leg was redirected. `part` is 1 for its farewell. */
  | ({ readonly type: 'leg.document'; readonly part?: number } & OfLeg)
  | ({ readonly type: 'leg.ended' } & OfLeg);

/** A notification, answered 204. */
export type LegStatusEvent = {
  readonly type: 'leg.status';
  readonly answeredBy: AnsweredBy | null;
  readonly sipCode: number | null;
} & OfLeg;

/** The verdict of asynchronous detection, reported while the call goes on. */
export interface LegVerdictEvent {
  readonly type: 'leg.verdict';
  readonly at: EpochMs;
  readonly leg: number;
  readonly sid: CallSid;
  readonly answeredBy: AnsweredBy;
  /** How long detection listened, in ms. */
  readonly durationMs: number | null;
}

/** What reaches a leg without asking for TwiML: notifications by Twilio, and outcomes of our own requests. */
export type LegNotification = LegStatusEvent | LegVerdictEvent | OutcomeEvent;

/** What a leg has to know of the caller, whom only the flow knows. */
export interface CallerForLeg {
  /** The caller waits, and this leg could have them. */
  readonly isAvailable: boolean;
  /** Why the leg cannot have the caller. */
  readonly reason: Farewell;
  /** A refused call may be tried again with our own number. */
  readonly mayRingAgain: boolean;
  /** A leg on its way to the caller, and not there yet, can be redirected back. */
  readonly canTurnBack: boolean;
}

/** How a leg learns of a decision: by the reply to its own request, or by a redirect. */
export type Way = 'reply' | 'redirect';

/** What a leg's event means for its flow. */
export type LegReport =
  /** A human answered: the commit of this step decides whether they win. */
  | { readonly type: 'won'; readonly way: Way }
  /** Not a human after all, noticed before the leg reached the caller. */
  | { readonly type: 'turnedBack' }
  /** The leg can no longer take the caller, though its call may still have to end. */
  | { readonly type: 'out' }
  /** Its call is over. */
  | { readonly type: 'ended' }
  /** The phone was not rung in time: it is rung once the caller is known to be there. */
  | { readonly type: 'unsent' }
  /** A fetch found it alive. */
  | { readonly type: 'alive' }
  /** Its `<Dial>` is over but its call goes on. */
  | { readonly type: 'dialReturned' };
