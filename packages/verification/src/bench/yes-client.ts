import { setTimeout } from 'node:timers/promises';
import { yesAnswer } from './yes-answer.js';

/** Under the official client: a Twilio that says yes to everything, after so many ms. */
export function yesClient(restMs: number) {
  return {
    async request({ uri, data }: { uri: string; data?: { Url?: string } }) {
      if (restMs > 0) await setTimeout(restMs);
      return { ...yesAnswer(uri, data?.Url ?? ''), headers: {} };
    },
  };
}
