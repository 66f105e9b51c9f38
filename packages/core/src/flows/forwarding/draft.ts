import type { Draft } from '../../kernel/draft.js';
import type { EpochMs } from '../../kernel/flow.js';
import type { Effect } from '../effects.js';
import type { KeptCallDraft } from '../caller/kept-call.js';
import type { LegDrafts } from '../leg/drafts.js';
import type { ForwardingConfig } from './config.js';
import type { LiveForwarding } from './state.js';

/** One transition at work: a private copy of the state, and what it asks for. */
export interface Work {
  readonly at: EpochMs;
  readonly isAsked: boolean;
  readonly config: ForwardingConfig;
  readonly effects: Effect[];
  readonly flow: 'forwarding';
  /** Whoever is rung in this step is not rung later than this, unless the caller was looked at. */
  ringBy?: EpochMs;
  readonly s: Omit<Draft<Omit<LiveForwarding, 'call' | 'settings' | 'legs'>>, 'kind'> & {
    kind: 'call';
    call: KeptCallDraft;
    settings: LiveForwarding['settings'];
    readonly legs: LegDrafts;
  };
}
