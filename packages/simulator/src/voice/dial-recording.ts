import type { Element } from '../twiml/element.js';
import { recordingCallback, startRecording } from './recording.js';
import type { Recording } from './recording.js';
import type { VerbContext } from './verbs.js';

const MODE = /^record-from-(answer|ringing)(-dual)?$/;

/** The recording of one `<Dial>`, if one was requested. */
export interface DialRecording {
  rings(): void;
  answered(): void;
  /** Ends with the `<Dial>`; without a bridge there is no recording. */
  end(bridged: boolean): void;
  /** `RecordingUrl`, if there is a file. */
  params(): readonly (readonly [string, string])[];
}

/** Creates the recording of `<Dial record>` (twilio.com/docs/voice/twiml/dial#record): the caller's call is recorded. */
export function dialRecording(ctx: VerbContext, dial: Element): DialRecording {
  const [mode, from, dual] = MODE.exec(dial.attributes['record'] ?? '') ?? [];
  const callback = mode === undefined ? undefined : recordingCallback(ctx, dial);
  let recording: Recording | undefined;
  let made = false;
  const start = (): void => {
    if (mode === undefined) return;
    const channels = dual === undefined ? 1 : 2;
    recording ??= startRecording(ctx.world, { call: ctx.call, source: 'DialVerb', channels, callback });
  };
  return {
    rings() {
      if (from === 'ringing') start();
    },
    answered: start,
    end(bridged) {
      if (recording !== undefined) made = recording.stop(bridged);
    },
    params: () => (made && recording !== undefined ? [['RecordingUrl', recording.url]] : []),
  };
}
