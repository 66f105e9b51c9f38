import type { Element } from '../twiml/element.js';
import { goTo, methodOf, NEXT, numberOf } from './verbs.js';
import type { Stage, Step } from './verbs.js';

/** How long somebody speaks onto a recording before they fall silent, ms. */
const SPEAKS_MS = 6000;

/** `<Record>` (twilio.com/docs/voice/twiml/record): the party speaks for six seconds, or presses a key, or hangs up. */
export async function playRecord(stage: Stage, record: Element): Promise<Step> {
  const { world, call, run } = stage;
  const began = world.clock.now();
  const silenceMs = numberOf(record, 'timeout', 5) * 1000;
  const longestMs = numberOf(record, 'maxLength', 3600) * 1000;
  const finishOnKey = record.attributes['finishOnKey'] ?? '1234567890*#';
  let key = '';
  world.record('verb', call.sid, 'Record', { verb: 'Record' });
  await new Promise<void>((resolve) => {
    const done = (): void => {
      stop();
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
  const sid = world.ids.sid('RE');
  const seconds = Math.round((world.clock.now() - began) / 1000);
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
  return goTo(stage, record.attributes['action'], methodOf(record), [
    ['RecordingSid', sid],
    ['RecordingUrl', `https://api.twilio.com/2010-04-01/Accounts/${world.accountSid}/Recordings/${sid}`],
    ['RecordingDuration', String(seconds)],
    ['Digits', key],
  ]);
}
