import type { CallSid } from '../../kernel/ids.js';
import type { EpochMs } from '../../kernel/flow.js';
import type { LegDrafts } from '../call/leg.js';
import type { Effect } from '../effects.js';
import type { LegSettings } from '../settings/settings.js';
import type { Timed } from '../timers.js';

/** Times of the machinery, in ms. */
interface LegConfig {
  readonly graceMs: number;
  readonly farewellMs: number;
  readonly farewellTries: number;
}

/** The part of a transition's context that concerns its legs. */
export interface LegContext extends Timed {
  readonly config: LegConfig;
  readonly effects: Pick<Effect[], 'push'>;
  readonly flow: string;
  readonly ringBy?: EpochMs;
  readonly state: {
    readonly visit: number;
    readonly call: {
      readonly sid: CallSid;
      readonly from: string;
      readonly to: string;
      readonly token: string | null;
      /** `false`: Twilio refuses to show the caller's number. */
      readonly showable?: false;
    };
    readonly settings: LegSettings;
    readonly legs: LegDrafts;
    timers: Readonly<Record<string, EpochMs>>;
    effectSeq: number;
    lastLeg: number;
  };
}
