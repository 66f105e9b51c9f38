import type { TimelineEntry } from '@amd/simulator';
import type { Moment } from './chaos-scenarios.js';

/** Returns which moment of a call an entry of the simulator's timeline is; `null`: none of those. */
export function momentOf(entry: TimelineEntry, isCaller: (sid: string) => boolean): Moment | null {
  const { kind, detail = {}, call = '' } = entry;
  if (kind === 'verb') return detail['verb'] === 'Say' && isCaller(call) ? 'greeted' : null;
  if (kind === 'person') return detail['event'] === 'pick-up' ? 'pickedUp' : null;
  // The caller waits there already: with the other one it is a talk.
  if (kind === 'conference') {
    return detail['event'] === 'participant-join' && !isCaller(String(detail['call'])) ? 'talking' : null;
  }
  if (kind !== 'call') return null;
  if (detail['event'] === 'recording') return 'recording';
  return detail['status'] === 'ringing' && !isCaller(call) ? 'ringing' : null;
}

/** Returns the moment when the app has answered a webhook, whether or not Twilio receives it; `null`: none of those. */
export function momentOfAnswer(url: string, body: string): Moment | null {
  const isHuman = new URLSearchParams(body).get('AnsweredBy') === 'human';
  return new URL(url).pathname === '/outbound/amd' && isHuman ? 'verdict' : null;
}
