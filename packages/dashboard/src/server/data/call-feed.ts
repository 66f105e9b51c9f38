import { onlyKnown } from '@amd/core/internal';
import { forwarding } from '@amd/core';
import type { CallRow } from '../../shared/protocol.js';
import { toCallRow } from './call-row.js';
import { createFeed, FEED_OPTIONS, type CallFeed, type CallFeedOptions } from './feed.js';
import { sourceOf, type Source } from './read-rows.js';
import { totalsOf } from './totals.js';

/** Calls of the forwarding flow. */
export const FORWARDED_CALLS: Source<CallRow> = sourceOf(forwarding, (state, revision) =>
  state.kind === 'call' ? toCallRow(state, revision) : null,
);

/** Creates a feed of forwarded calls. */
export function createCallFeed(options: CallFeedOptions): CallFeed {
  onlyKnown(options, 'createCallFeed', FEED_OPTIONS);
  return createFeed({ ...options, sources: [FORWARDED_CALLS], totalsOf, endedSince: endedCallSince });
}

export function endedCallSince({ final, startedAt }: CallRow): number | null {
  return final ? startedAt : null;
}
