import type { CallOptions } from '@amd/core';
import type { ArrivingCall, CallForwarding } from '@amd/core/twilio';
import type { CallFeed, ListedPerson, PeopleLists } from '@amd/dashboard';
import type { CommonApp, CommonOptions } from '../../shared/src/app-options.js';

export interface AppOptions extends CommonOptions {
  /** Whom to ring, by inbound number, `*` for all others; the page edits it. */
  readonly configured: ReadonlyMap<string, readonly ListedPerson[]>;
  /** Settings of every call. */
  readonly callSettings?: Omit<CallOptions, 'forwardTo'> | undefined;
  /** Overrides the page and `callSettings` for a call. */
  readonly callOptions?: ((call: ArrivingCall) => CallOptions | undefined) | undefined;
}

export interface App extends CommonApp {
  readonly runtime: CallForwarding['runtime'];
  readonly feed: CallFeed;
  readonly lists: PeopleLists;
}
