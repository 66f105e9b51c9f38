import type { Element } from '../twiml/element.js';
import type { Params } from '../wire/signature.js';
import { deliver } from './deliver.js';
import { commonParams } from './params.js';
import { goTo, methodOf, NEXT, numberOf, resolveUrl } from './verbs.js';
import type { Stage, Step } from './verbs.js';

/** How long somebody speaks onto a recording before they fall silent, ms. */
const SPEAKS_MS = 6000;
/** From the end of a recording to its file, ms. */
const FILE_MS = 800;

/** `<Record>` (twilio.com/docs/voice/twiml/record): the party speaks for six seconds, or presses a key, or hangs up. */
export async function playRecord(stage: Stage, record: Element): Promise<Step> {
  const { world, call, run } = stage;
  const began = world.clock.now();
  const silenceMs = numberOf(record, 'timeout', 5) * 1000;
  const longestMs = numberOf(record, 'maxLength', 3600) * 1000;
  const finishOnKey = record.attributes['finishOnKey'] ?? '1234567890*#';
  let key = '';
  world.record('verb', call.sid, 'Record', { verb: 'Record' });
  const sid = world.ids.sid('RE');
  const seconds = (): number => Math.round((world.clock.now() - began) / 1000);
  const finish = async (hungUp: boolean): Promise<void> => {
    if (hungUp) await sendAction(stage, record, recorded(stage, sid, seconds(), 'hangup'));
    announce(stage, record, sid, seconds());
  };
  // Who hangs up has left a message all the same.
  let recording = true;
  call.onEnd(() => {
    if (recording) void finish(true);
    recording = false;
  });
  await new Promise<void>((resolve) => {
    const done = (): void => {
      stop();
      recording = false;
      call.listener = undefined;
      if (run.alive) resolve();
    };
    const stop = world.clock.wakeAt(began + Math.min(longestMs, SPEAKS_MS + silenceMs), done);
    run.onCancel(stop);
    call.listener = (digit) => {
      if (!finishOnKey.includes(digit)) return false;
      key = digit;
      done();
      return true;
    };
  });
  await finish(false);
  if (stage.base === undefined && record.attributes['action'] === undefined) {
    world.debug({
      code: 11100,
      level: 'warning',
      message: '<Record> without action in Twiml=',
      url: undefined,
      callSid: call.sid,
    });
    return NEXT;
  }
  return goTo(stage, record.attributes['action'], methodOf(record), recorded(stage, sid, seconds(), key));
}

function recorded({ world }: Stage, sid: string, seconds: number, key: string): Params {
  return [
    ['RecordingSid', sid],
    ['RecordingUrl', `https://api.twilio.com/2010-04-01/Accounts/${world.accountSid}/Recordings/${sid}`],
    ['RecordingDuration', String(seconds)],
    ['Digits', key],
  ];
}

/** The action of a call that is over: nobody listens to the answer. */
async function sendAction(stage: Stage, record: Element, params: Params): Promise<void> {
  const { world, call } = stage;
  const action = record.attributes['action'];
  const url = action === undefined || action === '' ? stage.base : resolveUrl(stage, action);
  if (url === undefined) return;
  world.record('request', call.sid, `record action (${call.status}) → ${url}`, { event: 'record-action', url });
  const all: Params = [...commonParams(world.accountSid, call, call.status), ...params];
  await deliver(world, { url, method: methodOf(record), params: all });
}

/** `recordingStatusCallback`: the file is there (twilio.com/docs/voice/twiml/record). */
function announce(stage: Stage, record: Element, sid: string, seconds: number): void {
  const { world, call } = stage;
  const callback = record.attributes['recordingStatusCallback'];
  const url = callback === undefined || callback === '' ? undefined : resolveUrl(stage, callback);
  if (url === undefined) return;
  world.clock.wakeAt(world.clock.now() + FILE_MS, () =>
    world.notify({
      url,
      method: methodOf(record, 'recordingStatusCallbackMethod'),
      params: [
        ['AccountSid', world.accountSid],
        ['CallSid', call.sid],
        ['RecordingSid', sid],
        ['RecordingUrl', `https://api.twilio.com/2010-04-01/Accounts/${world.accountSid}/Recordings/${sid}`],
        ['RecordingStatus', seconds > 0 ? 'completed' : 'absent'],
        ['RecordingDuration', String(seconds)],
        ['RecordingChannels', '1'],
        ['RecordingSource', 'RecordVerb'],
      ],
      about: call.sid,
      name: 'recording completed',
      failureCode: 15003,
    }),
  );
}
