import { RINGBACK_TONES, type RingbackTone } from '../wire/twiml.js';
import { refusal, type PlainRequest, type PlainResponse } from './plain.js';
import { ringbackFile } from './ringback.js';

/** Files that Twilio plays: nothing secret, nothing that changes. */
export const SOUND_PATHS: ReadonlyMap<string, RingbackTone> = new Map(
  RINGBACK_TONES.map((tone) => [soundPath(tone), tone]),
);

export function soundPath(tone: RingbackTone): string {
  return `/audio/ringback-${tone}.wav`;
}

/** The answer to a request for a sound; `undefined`: it is for something else. */
export function serveSound(request: PlainRequest, prefix: string): PlainResponse | undefined {
  const tone = soundAt(request.path, prefix);
  if (tone === undefined) return undefined;
  const method = request.method.toUpperCase();
  if (method !== 'GET' && method !== 'HEAD') return refusal(405, 'GET, HEAD');
  const file = ringbackFile(tone);
  return {
    status: 200,
    headers: {
      'content-type': 'audio/wav',
      'content-length': String(file.byteLength),
      // Made anew for whoever asks, which is Twilio once a day: it keeps what it may keep (twilio.com/docs/voice/twiml/play).
      'cache-control': 'public, max-age=86400',
    },
    body: '',
    ...(method === 'HEAD' ? {} : { bytes: file }),
  };
}

export function soundAt(path: string, prefix: string): RingbackTone | undefined {
  const inner = prefix !== '' && path.startsWith(`${prefix}/`) ? SOUND_PATHS.get(path.slice(prefix.length)) : undefined;
  return inner ?? SOUND_PATHS.get(path);
}
