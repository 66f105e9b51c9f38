import type { CallSid } from '../../kernel/ids.js';
import type { EpochMs } from '../../kernel/flow.js';
import type { AnsweredBy } from '../../wire/answered-by.js';
import type { CallStatus } from '../../wire/call-status.js';
import type { OutcomeEvent } from '../effects.js';
import type { Farewell } from '../settings/texts.js';

/** Callbacks of one outbound leg. `sid` is the call that asks, which need not be the one we know. */
interface OfLeg {
  readonly at: EpochMs;
  readonly leg: number;
  readonly sid: CallSid;
  readonly status: CallStatus;
}

/** Requests of a leg that want TwiML. */
export type LegRequest =
  /** `answeredBy` is `null` where nobody has listened yet. */
  | ({ readonly type: 'leg.answered'; readonly answeredBy: AnsweredBy | null } & OfLeg)
  /** `speech`: what the callee said, as far as Twilio has understood it. */
  | ({ readonly type: 'leg.key'; readonly digits: string; readonly speech?: string } & OfLeg)
  | ({ readonly type: 'leg.poll' } & OfLeg)
  /** It was redirected. `part`: 1, where it is to hear why it has no caller. */
  | ({ readonly type: 'leg.document'; readonly part?: number } & OfLeg)
  | ({ readonly type: 'leg.ended' } & OfLeg);

/** Told, not asked: answered 204. */
export type LegStatusEvent = {
  readonly type: 'leg.status';
  readonly answeredBy: AnsweredBy | null;
  readonly sipCode: number | null;
} & OfLeg;

/** Who answered, told while the call goes on. */
export interface LegVerdictEvent {
  readonly type: 'leg.verdict';
  readonly at: EpochMs;
  readonly leg: number;
  readonly sid: CallSid;
  readonly answeredBy: AnsweredBy;
  /** How long detection listened, in ms. */
  readonly durationMs: number | null;
}

/** What a leg is told, and does not ask: by Twilio, or by the runtime about a request of ours. */
export type LegNotification = LegStatusEvent | LegVerdictEvent | OutcomeEvent;

/** What a leg has to know of the caller, who is the flow's. */
export interface CallerForLeg {
  /** They wait, and this leg could have them. */
  readonly isAvailable: boolean;
  /** Why it cannot have them. */
  readonly reason: Farewell;
  /** A refused call may be made once more with our own number. */
  readonly mayRingAgain: boolean;
  /** A leg that was told the way to them, and is not there yet, can be fetched back. */
  readonly canTurnBack: boolean;
}

/** How a leg learns what is decided: by the answer to its own request, or by a redirect. */
export type Way = 'reply' | 'redirect';

/** What an event of a leg means for the flow that it is part of. */
export type LegReport =
  /** A human: the commit of this step decides whether they win. */
  | { readonly type: 'won'; readonly way: Way }
  /** No human after all, before they were brought to the caller. */
  | { readonly type: 'turnedBack' }
  /** Out of the race, though its call may still have to end. */
  | { readonly type: 'out' }
  /** Its call is over. */
  | { readonly type: 'ended' }
  /** The phone was not rung in time: it is rung once the caller is known to be there. */
  | { readonly type: 'unsent' }
  /** Seen alive by a fetch. */
  | { readonly type: 'alive' }
  /** Its `<Dial>` is over while its call goes on. */
  | { readonly type: 'dialReturned' };
