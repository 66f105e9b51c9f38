import type { RingbackTone } from '../../wire/twiml.js';

/** Samples a second, as on the telephone. */
const RATE = 8000;

/** Frequencies in Hz, and how long it sounds and is silent in turn, ms (ITU-T E.180, supplement 2). All of a tone: 6 s. */
const TONES: Readonly<Record<RingbackTone, { readonly hz: readonly number[]; readonly turns: readonly number[] }>> = {
  us: { hz: [440, 480], turns: [2000, 4000] },
  uk: { hz: [400, 450], turns: [400, 200, 400, 2000, 400, 200, 400, 2000] },
  eu: { hz: [425], turns: [1000, 5000] },
};

/** A ringing tone of 6 s as a WAV file: 8 kHz, one channel, µ-law (ITU-T G.711). */
export function ringbackFile(tone: RingbackTone): Uint8Array<ArrayBuffer> {
  const { hz, turns } = TONES[tone];
  const samples = turns.reduce((sum, ms) => sum + ms, 0) * (RATE / 1000);
  const file = new Uint8Array(58 + samples);
  header(new DataView(file.buffer), samples);
  let at = 58;
  for (const [index, ms] of turns.entries()) {
    for (let sample = 0; sample < ms * (RATE / 1000); sample += 1) {
      const level =
        index % 2 === 1 ? 0 : hz.reduce((sum, one) => sum + Math.sin((2 * Math.PI * one * sample) / RATE), 0);
      file[at++] = muLaw((level / hz.length) * 0.2);
    }
  }
  return file;
}

/** RIFF, the 18 bytes of a format that is not PCM, and the number of samples. */
function header(view: DataView, samples: number): void {
  const word = (at: number, letters: string): void => {
    for (let index = 0; index < letters.length; index += 1) view.setUint8(at + index, letters.charCodeAt(index));
  };
  word(0, 'RIFF');
  view.setUint32(4, 50 + samples, true);
  word(8, 'WAVEfmt ');
  view.setUint32(16, 18, true);
  view.setUint16(20, 7, true);
  view.setUint16(22, 1, true);
  view.setUint32(24, RATE, true);
  view.setUint32(28, RATE, true);
  view.setUint16(32, 1, true);
  view.setUint16(34, 8, true);
  word(38, 'fact');
  view.setUint32(42, 4, true);
  view.setUint32(46, samples, true);
  word(50, 'data');
  view.setUint32(54, samples, true);
}

/** −1 to 1 becomes a byte: sign, which of eight segments, which sixteenth of it. */
function muLaw(level: number): number {
  const magnitude = Math.min(Math.round(Math.abs(level) * 32_767), 32_635) + 132;
  const segment = Math.max(0, Math.floor(Math.log2(magnitude)) - 7);
  const step = (magnitude >> (segment + 3)) & 0x0f;
  return ~((level < 0 ? 0x80 : 0) | (segment << 4) | step) & 0xff;
}
