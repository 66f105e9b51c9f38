import type { Element } from '../twiml/element.js';
import type { Params } from '../wire/signature.js';
import { askForTwiml } from './ask.js';
import { commonParams } from './params.js';
import { recordingCallback, startRecording } from './recording.js';
import type { Recording } from './recording.js';
import { goTo, methodOf, NEXT, numberOf, resolveUrl } from './verbs.js';
import type { VerbContext, Step } from './verbs.js';

/** How long a person speaks onto a recording before they fall silent, ms. */
const SPEAKS_MS = 6000;

/** Executes `<Record>` (twilio.com/docs/voice/twiml/record): the party speaks for six seconds, presses a key, or hangs up. */
export async function playRecord(ctx: VerbContext, record: Element): Promise<Step> {
  const { world, call, run } = ctx;
  const began = world.clock.now();
  const silenceMs = numberOf(record, 'timeout', 5) * 1000;
  const longestMs = numberOf(record, 'maxLength', 3600) * 1000;
  const finishOnKey = record.attributes['finishOnKey'] ?? '1234567890*#';
  let key = '';
  world.record('verb', call.sid, 'Record', { verb: 'Record' });
  const callback = recordingCallback(ctx, record);
  const recording = startRecording(world, { call, source: 'RecordVerb', channels: 1, callback });
  // A caller who hangs up has left a message all the same.
  let listening = true;
  call.onEnd(() => {
    if (!listening) return;
    listening = false;
    recording.stop(true);
    void sendAction(ctx, record, recorded(recording, 'hangup'));
  });
  await new Promise<void>((resolve) => {
    const done = (): void => {
      stop();
      listening = false;
      call.listener = undefined;
      if (run.alive) resolve();
    };
    const stop = world.clock.wakeAt(began + Math.min(longestMs, SPEAKS_MS + silenceMs), done);
    run.onCancel(() => {
      stop();
      // Redirected: what was said is kept, and the action is not requested.
      if (call.live) recording.stop(true);
      listening &&= !call.live;
    });
    call.listener = (digit) => {
      if (!finishOnKey.includes(digit)) return false;
      key = digit;
      done();
      return true;
    };
  });
  recording.stop(true);
  if (ctx.base === undefined && record.attributes['action'] === undefined) {
    world.debug({
      code: 11100,
      level: 'warning',
      message: '<Record> without action in Twiml=',
      url: undefined,
      callSid: call.sid,
    });
    return NEXT;
  }
  return goTo(ctx, record.attributes['action'], methodOf(record), recorded(recording, key));
}

function recorded({ sid, url, seconds }: Recording, key: string): Params {
  return [
    ['RecordingSid', sid],
    ['RecordingUrl', url],
    ['RecordingDuration', String(seconds)],
    ['Digits', key],
  ];
}

/** Requests the action of a call that is over; the answer is not used. */
async function sendAction(ctx: VerbContext, record: Element, params: Params): Promise<void> {
  const { world, call } = ctx;
  const action = record.attributes['action'];
  const url = action === undefined || action === '' ? ctx.base : resolveUrl(ctx, action);
  if (url === undefined) return;
  world.record('request', call.sid, `record action (${call.status}) → ${url}`, { event: 'record-action', url });
  const all: Params = [...commonParams(world.accountSid, call, call.status), ...params];
  await askForTwiml(world, { url, method: methodOf(record), params: all, callSid: call.sid });
}
