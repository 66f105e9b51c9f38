import { describe, expect, it } from 'vitest';
import { callbackUrls } from '../../src/http/urls.js';
import { ringbackFile } from '../../src/http/audio/ringback.js';
import { createSounds, type Sounds } from '../../src/http/audio/sounds.js';
import { RINGBACK_SECONDS, RINGBACK_TONES } from '../../src/wire/twiml.js';

const get = (path: string, method = 'GET', sounds = createSounds('')): ReturnType<Sounds['answer']> =>
  sounds.answer({ method, path, query: '', headers: {}, body: '' });

/** Decodes a byte of µ-law to −1 to 1 (ITU-T G.711, table 2b), written from the standard and not from the code. */
function level(byte: number): number {
  const bits = ~byte & 0xff;
  const magnitude = ((((bits & 0x0f) << 3) + 0x84) << ((bits & 0x70) >> 4)) - 0x84;
  return ((bits & 0x80) === 0 ? magnitude : -magnitude) / 32_768;
}

/** Measures how much of a frequency is in the samples (Goertzel). */
function strength(samples: readonly number[], hz: number): number {
  const turn = 2 * Math.cos((2 * Math.PI * hz) / 8000);
  let [one, two] = [0, 0];
  for (const sample of samples) [one, two] = [sample + turn * one - two, one];
  return Math.sqrt(one ** 2 + two ** 2 - turn * one * two) / samples.length;
}

describe('a ringing tone', () => {
  it.each(RINGBACK_TONES)('the ringback tone %s is a WAV file of 6 s', (tone) => {
    const file = ringbackFile(tone);
    const view = new DataView(file.buffer);
    const word = (at: number): string => String.fromCharCode(...file.slice(at, at + 4));
    expect([word(0), word(8), word(12), word(38), word(50)]).toEqual(['RIFF', 'WAVE', 'fmt ', 'fact', 'data']);
    expect(view.getUint32(4, true)).toBe(file.byteLength - 8);
    expect(view.getUint16(20, true)).toBe(7);
    expect(view.getUint32(24, true)).toBe(8000);
    expect(view.getUint32(54, true)).toBe(8000 * RINGBACK_SECONDS);
    expect(file.byteLength).toBe(58 + 48_000);
  });

  it.each([
    ['us', [440, 480], [100, 1900], [2100, 5900]],
    ['uk', [400, 450], [0, 400], [1100, 2900]],
    ['eu', [425], [100, 900], [1100, 5900]],
  ] as const)('the ringback tone %s sounds %j Hz, and is silent in between', (tone, hz, sounding, silent) => {
    const samples = Array.from(ringbackFile(tone).slice(58), level);
    const part = ([from, to]: readonly [number, number]): number[] => samples.slice(from * 8, to * 8);
    for (const one of hz) expect(strength(part(sounding), one)).toBeGreaterThan(0.02);
    expect(strength(part(sounding), 1000)).toBeLessThan(0.002);
    expect(Math.max(...part(silent).map(Math.abs))).toBeLessThan(0.001);
  });
});

describe('the address of a sound', () => {
  it('a sound is served under the public address, to any client', () => {
    expect(callbackUrls('https://a.example/voice')({ sound: 'uk' })).toBe(
      'https://a.example/voice/audio/ringback-uk.wav',
    );
    const answer = get('/audio/ringback-uk.wav');
    expect(answer).toMatchObject({ status: 200, headers: { 'content-type': 'audio/wav' } });
    expect(answer?.bytes?.byteLength).toBe(48_058);
    expect(get('/voice/audio/ringback-uk.wav', 'GET', createSounds('/voice'))?.status).toBe(200);
    expect(get('/audio/ringback-uk.wav', 'HEAD')).not.toHaveProperty('bytes');
  });

  it('a sound is generated once: endless requests cost nothing', () => {
    const sounds = createSounds('');
    const [first, second] = ['/audio/ringback-us.wav', '/audio/ringback-us.wav'].map((path) =>
      get(path, 'GET', sounds),
    );
    expect(first?.bytes).toBe(second?.bytes);
  });

  it("a sound's address accepts only GET, and differs from all others", () => {
    expect(get('/audio/ringback-us.wav', 'POST')).toMatchObject({ status: 405, headers: { allow: 'GET, HEAD' } });
    for (const path of ['/audio/ringback-fr.wav', '/audio/../inbound', '/inbound']) expect(get(path)).toBeUndefined();
  });
});
