import { setTimeout } from 'node:timers/promises';
import { legSidOf } from './calls.js';

/** Under the official client: a Twilio that says yes to everything, after so many ms. */
export function yesClient(restMs: number) {
  return {
    async request({ uri, data }: { uri: string; data?: { Url?: string } }) {
      if (restMs > 0) await setTimeout(restMs);
      const creates = uri.endsWith('/Calls.json');
      const caller = /\.CA0*(\d+)\./.exec(data?.Url ?? '')?.[1];
      const sid = creates ? legSidOf(Number(caller)) : (/\/(CA\w+)\.json$/.exec(uri)?.[1] ?? '');
      return {
        statusCode: creates ? 201 : 200,
        body: { sid, status: creates ? 'queued' : 'in-progress' },
        headers: {},
      };
    },
  };
}
