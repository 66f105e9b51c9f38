import { legSidOf } from './calls.js';

/** The answer of a Twilio that accepts everything. */
export interface YesAnswer {
  readonly statusCode: number;
  readonly body: { readonly sid: string; readonly status: string };
}

/** `legUrl`: the `Url` of a created call; it names the caller, and so the SID. */
export function yesAnswer(uri: string, legUrl: string): YesAnswer {
  const creates = uri.endsWith('/Calls.json');
  const caller = /\.CA0*(\d+)\./.exec(legUrl)?.[1];
  const sid = creates ? legSidOf(Number(caller)) : (/\/(CA\w+)\.json$/.exec(uri)?.[1] ?? '');
  return { statusCode: creates ? 201 : 200, body: { sid, status: creates ? 'queued' : 'in-progress' } };
}
