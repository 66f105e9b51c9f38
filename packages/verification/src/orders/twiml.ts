import type { CallbackRef, Verb } from '@amd/core';
import { isOver, type Call, type Calls, type CallEnvironment, type VerbOf } from './call.js';
import { wordsOf } from './people.js';
import { createRoom } from './room.js';

const RECORDING = `https://api.twilio.com/2010-04-01/Accounts/AC${'1'.repeat(32)}/Recordings/`;

/** Creates the interpreter of TwiML, which runs one verb after the other, with people on the line. */
export function createTwiml(environment: CallEnvironment, calls: Calls): Pick<Calls, 'run' | 'settled'> {
  const { order } = environment;
  const room = createRoom(environment, calls);
  let recordings = 0;

  function run(call: Call, verbs: readonly Verb[], at = 0): void {
    if (isOver(call)) return;
    const verb = verbs[at];
    const next = (): void => run(call, verbs, at + 1);
    if (verb === undefined) {
      if (call.again !== null) call.again();
      else calls.finish(call, 'completed', 'document');
      return;
    }
    switch (verb.verb) {
      case 'say':
        hear(call, verb.text);
        calls.later(call, 300 + verb.text.length * 60, next);
        return;
      case 'play':
        calls.later(call, 6000 * Math.max(1, verb.times ?? 1), next);
        return;
      case 'pause':
        calls.later(call, verb.seconds * 1000, next);
        return;
      case 'hangup':
        calls.finish(call, 'completed', 'document');
        return;
      case 'reject':
        calls.finish(call, 'busy', 'document');
        return;
      case 'redirect':
        if ('url' in verb.to) {
          hear(call, '→ elsewhere');
          call.waitsSince = null;
          call.turn += 1;
          environment.elsewhere(call);
        } else calls.ask(call, verb.to);
        return;
      case 'gather':
        gather(call, verb, next);
        return;
      case 'dial.conference':
        room(call, verb);
        return;
      case 'record':
        record(call, verb, next);
        return;
      case 'dial.number':
        dialNumber(call, verb);
        return;
      case 'enqueue':
      case 'dial.queue':
      case 'leave':
        if (!environment.special(call, verb, next))
          order.broke(`the document has a verb that has no place there: ${verb.verb}`);
    }
  }

  /** Marks that it has had an answer, or is on its way to the caller. */
  function settled(call: Call): void {
    call.heardAt = order.now();
    call.owed = false;
  }

  function hear(call: Call, text: string): void {
    call.heard.push(text);
    settled(call);
  }

  /** Plays a Gather: a callee may answer while the prompt still plays. */
  function gather(call: Call, verb: VerbOf<'gather'>, next: () => void): void {
    const promptMs = verb.prompt.reduce(
      (sum, one) => sum + (one.verb === 'say' ? 300 + one.text.length * 60 : 1000),
      0,
    );
    for (const one of verb.prompt) if (one.verb === 'say') hear(call, one.text);
    const lastsMs = promptMs + verb.timeoutSeconds * 1000;
    const { person } = call;
    const words = verb.speech === true && person !== null ? wordsOf(order, person) : null;
    const owner = person?.kind === 'robot' ? person.owner : null;
    const since = order.now() - (call.answeredAt ?? 0);
    let keyInMs = person?.keyMs ?? null;
    if (owner !== null) {
      // The owner hears the phone ring once the robot has been told who is calling.
      keyInMs = call.screened && owner.does === 'key' ? Math.max(0, owner.afterMs - since) : null;
      if (call.screened && owner.does === 'declines') {
        order.after(owner.afterMs, () => {
          if (!call.talking) calls.finish(call, 'completed', 'themselves');
        });
      }
    }
    if (call.leg === 0) keyInMs = order.chance(0.2) ? order.below(lastsMs) : null;
    if (keyInMs !== null && keyInMs < lastsMs) {
      const digits = call.leg === 0 ? order.pick(['*', '*', '1']) : order.pick(['1', '1', '2', '2', '5', '#']);
      calls.later(call, keyInMs, () => calls.ask(call, verb.action as CallbackRef, { Digits: digits }));
    } else if (words !== null && !call.screened && order.chance(0.8)) {
      const hides = order.trouble('the words of a robot are not understood', 0.05);
      const speech = hides ? 'mumble' : words;
      calls.later(call, 800 + order.below(2500), () =>
        calls.ask(call, verb.action as CallbackRef, { SpeechResult: speech, Confidence: '0.9' }),
      );
    } else calls.later(call, lastsMs, next);
  }

  /** Records a message, or nothing: then there is no request, and the document goes on (twilio.com/docs/voice/twiml/record). */
  function record(call: Call, verb: VerbOf<'record'>, next: () => void): void {
    call.heard.push('♪ beep');
    call.waitsSince = null;
    const seconds = order.chance(0.75) ? order.between(1, 30) : 0;
    const sid = `RE${String((recordings += 1)).padStart(32, '0')}`;
    const recording = { RecordingSid: sid, RecordingUrl: RECORDING + sid, RecordingDuration: String(seconds) };
    const done = (more: Readonly<Record<string, string>>): void => {
      call.leave = null;
      if (seconds > 0) {
        calls.ask(call, verb.action as CallbackRef, { ...recording, ...more });
        calls.notify(verb.statusCallback as CallbackRef, {
          ...recording,
          RecordingStatus: 'completed',
          CallSid: call.sid,
        });
      } else if (!isOver(call)) next();
    };
    call.leave = (why) => {
      if (why === 'redirected') order.broke('a message is cut off by a redirect of ours');
      else done({ Digits: 'hangup' });
    };
    calls.later(call, seconds > 0 ? seconds * 1000 : verb.silenceSeconds * 1000, () => done({}));
  }

  /** Plays Twilio's own forwarding: whoever or whatever picks up has the caller. */
  function dialNumber(call: Call, verb: VerbOf<'dial.number'>): void {
    call.heard.push('→ number');
    call.waitsSince = null;
    const answered = order.chance(0.5);
    const status = answered ? 'completed' : order.pick(['busy', 'no-answer', 'failed']);
    const ringsMs = order.below(verb.timeoutSeconds * 1000);
    const done = (dialed: string): void => {
      call.leave = null;
      call.talking = false;
      calls.ask(call, verb.action as CallbackRef, {
        DialCallStatus: dialed,
        DialBridged: String(dialed === 'completed'),
      });
    };
    call.leave = (why) => {
      call.talking = false;
      if (why === 'redirected') order.broke('the number that was the fallback is cut off by a redirect of ours');
      else done(answered ? 'completed' : 'canceled');
    };
    calls.later(call, ringsMs, () => {
      if (!answered) {
        done(status);
        return;
      }
      call.talking = true;
      calls.later(call, order.between(500, 30_000), () => done(status));
    });
  }

  return { run, settled };
}
