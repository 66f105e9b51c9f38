/** Ms for one character of speech, and for the pause around a sentence. */
const MS_PER_CHARACTER = 60;
const AROUND_MS = 400;

/** Returns how long a text takes to be spoken, ms. */
export function durationOfSpeech(text: string): number {
  return AROUND_MS + text.length * MS_PER_CHARACTER;
}

/** Assumed length of an audio file, ms: the simulator does not fetch it. */
export const AUDIO_MS = 5000;
/** One digit of `<Play digits>`, ms. */
export const DIGIT_MS = 500;
