import type { Element } from '../twiml/element.js';
import type { Call } from './call.js';
import type { Conference } from './conference.js';
import { rfc2822 } from './params.js';
import { methodOf, resolveUrl } from './verbs.js';
import type { VerbContext } from './verbs.js';
import type { World } from './world.js';

/** From the end of a recording to its file, ms. */
const FILE_MS = 800;

/** Where events of a recording are reported, and which. */
export interface RecordingCallback {
  readonly url: string;
  readonly method: 'GET' | 'POST';
  /** `in-progress`, `completed`, `absent`. */
  readonly events: ReadonlySet<string>;
}

/** A recording, finished or in progress. */
export interface Recording {
  readonly sid: string;
  readonly url: string;
  /** So far, or in total. */
  readonly seconds: number;
  /** Ends it, once; without a sound there is no file: `absent`. Returns whether there is one. */
  stop(spoken: boolean): boolean;
}

/** The `recordingStatusCallback…` attributes of Record, Dial and Conference (twilio.com/docs/voice/twiml/record). */
export function recordingCallback(ctx: VerbContext, element: Element): RecordingCallback | undefined {
  const address = element.attributes['recordingStatusCallback'];
  const url = address === undefined || address === '' ? undefined : resolveUrl(ctx, address);
  if (url === undefined) return undefined;
  const events = (element.attributes['recordingStatusCallbackEvent'] ?? 'completed').split(/\s+/);
  return { url, method: methodOf(element, 'recordingStatusCallbackMethod'), events: new Set(events) };
}

/** Starts recording a call, or a conference. */
export function startRecording(
  world: World,
  what: {
    readonly call: Call;
    readonly conference?: Conference;
    readonly source: 'RecordVerb' | 'DialVerb' | 'Conference';
    readonly channels: 1 | 2;
    readonly callback: RecordingCallback | undefined;
  },
): Recording {
  const { call, conference, source, channels, callback } = what;
  const began = world.clock.now();
  const sid = world.ids.sid('RE');
  const url = `https://api.twilio.com/2010-04-01/Accounts/${world.accountSid}/Recordings/${sid}`;
  const about = conference?.sid ?? call.sid;
  let ended: number | undefined;
  const secondsNow = (): number => Math.round(((ended ?? world.clock.now()) - began) / 1000);
  let made = false;

  const tell = (status: 'in-progress' | 'completed' | 'absent'): void => {
    if (callback?.events.has(status) !== true) return;
    const params: [string, string][] = [
      ['AccountSid', world.accountSid],
      ['CallSid', call.sid],
      ...(conference === undefined ? [] : [['ConferenceSid', conference.sid] as [string, string]]),
      ['RecordingSid', sid],
      ['RecordingUrl', url],
      ['RecordingStatus', status],
      ...(status === 'in-progress' ? [] : [['RecordingDuration', String(secondsNow())] as [string, string]]),
      ['RecordingChannels', String(channels)],
      ['RecordingStartTime', rfc2822(began)],
      ['RecordingSource', source],
      ['RecordingTrack', 'both'],
    ];
    const { url: to, method } = callback;
    world.notify({ url: to, method, params, about, name: `recording ${status}`, failureCode: 15003 });
  };

  world.record('call', about, `recording begins (${source})`, { event: 'recording', recording: sid, source });
  tell('in-progress');
  return {
    sid,
    url,
    get seconds() {
      return secondsNow();
    },
    stop(spoken) {
      if (ended !== undefined) return made;
      ended = world.clock.now();
      made = spoken && secondsNow() > 0;
      const status = made ? 'completed' : 'absent';
      const text = `recording ${status}: ${secondsNow()} s`;
      world.record('call', about, text, { event: 'recorded', recording: sid, status, seconds: secondsNow() });
      if (callback !== undefined) world.clock.wakeAt(ended + FILE_MS, () => tell(status));
      return made;
    },
  };
}
