import { setTimeout } from 'node:timers/promises';
import { yesAnswer } from './yes-answer.js';

/** Creates a client for a Twilio that accepts everything, after this many ms. */
export function yesClient(restMs: number) {
  return {
    async request({ uri, data }: { uri: string; data?: { Url?: string } }) {
      if (restMs > 0) await setTimeout(restMs);
      return { ...yesAnswer(uri, data?.Url ?? ''), headers: {} };
    },
  };
}
