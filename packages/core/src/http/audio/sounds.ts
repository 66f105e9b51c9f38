import { RINGBACK_TONES, type RingbackTone } from '../../wire/twiml.js';
import { type HttpRequest, type HttpResponse, refusal } from '../message.js';
import { ringbackFile } from './ringback.js';

const PATHS: ReadonlyMap<string, RingbackTone> = new Map(RINGBACK_TONES.map((tone) => [soundPath(tone), tone]));

export function soundPath(tone: RingbackTone): string {
  return `/audio/ringback-${tone}.wav`;
}

/** Files that Twilio plays: nothing secret, nothing that changes, and not signed. */
export interface Sounds {
  readonly paths: readonly string[];
  owns(path: string): boolean;
  /** `undefined`: it is for something else. */
  answer(request: HttpRequest): HttpResponse | undefined;
}

/** Each file is made once, when it is first asked for: anybody may ask, as often as they like. */
export function createSounds(prefix: string): Sounds {
  const files = new Map<RingbackTone, Uint8Array<ArrayBuffer>>();

  function toneAt(path: string): RingbackTone | undefined {
    const inner = prefix !== '' && path.startsWith(`${prefix}/`) ? PATHS.get(path.slice(prefix.length)) : undefined;
    return inner ?? PATHS.get(path);
  }

  function fileOf(tone: RingbackTone): Uint8Array<ArrayBuffer> {
    const file = files.get(tone) ?? ringbackFile(tone);
    files.set(tone, file);
    return file;
  }

  return {
    paths: [...PATHS.keys()],
    owns: (path) => toneAt(path) !== undefined,
    answer(request) {
      const tone = toneAt(request.path);
      if (tone === undefined) return undefined;
      const method = request.method.toUpperCase();
      if (method !== 'GET' && method !== 'HEAD') return refusal(405, 'GET, HEAD');
      const file = fileOf(tone);
      return {
        status: 200,
        headers: {
          'content-type': 'audio/wav',
          'content-length': String(file.byteLength),
          // Twilio keeps what it may keep (twilio.com/docs/voice/twiml/play).
          'cache-control': 'public, max-age=86400',
        },
        body: '',
        ...(method === 'HEAD' ? {} : { bytes: file }),
      };
    },
  };
}
