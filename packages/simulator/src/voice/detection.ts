import type { AnsweredBy, Person } from '../people/person.js';
import { hangUp } from './hang-up.js';
import type { Call, DetectionRequest } from './call.js';
import { markAnswered } from './lifecycle.js';
import { requestDocument } from './run.js';
import { sendStatus } from './status-callback.js';
import { after } from './world.js';
import type { World } from './world.js';

interface Verdict {
  readonly answeredBy: AnsweredBy;
  readonly afterMs: number;
}

/** Returns what detection finds and when (twilio.com/docs/voice/answering-machine-detection). */
export function verdictOf(person: Person, request: DetectionRequest): Verdict {
  const late = (verdict: Verdict, otherwise: AnsweredBy): Verdict =>
    verdict.afterMs <= request.timeoutMs ? verdict : { answeredBy: otherwise, afterMs: request.timeoutMs };
  if (person.answeredBy !== undefined) {
    return late({ answeredBy: person.answeredBy, afterMs: person.verdictMs || request.silenceMs }, 'unknown');
  }
  switch (person.voice) {
    case 'nobody':
      return late({ answeredBy: 'unknown', afterMs: request.silenceMs }, 'unknown');
    case 'human':
      return late({ answeredBy: 'human', afterMs: person.verdictMs }, 'unknown');
    case 'fax':
      return late({ answeredBy: 'fax', afterMs: person.verdictMs }, 'unknown');
    case 'machine': {
      if (request.mode === 'Enable') return late({ answeredBy: 'machine_start', afterMs: person.verdictMs }, 'unknown');
      const end = person.beep === false ? 'machine_end_silence' : 'machine_end_beep';
      const recognised = person.verdictMs <= request.timeoutMs;
      const verdict: Verdict = { answeredBy: end, afterMs: person.greetingMs ?? person.verdictMs };
      return late(verdict, recognised ? 'machine_end_other' : 'unknown');
    }
  }
}

function settle(world: World, call: Call, verdict: Verdict): void {
  call.detecting = false;
  call.answeredBy = verdict.answeredBy;
  call.detectionMs = verdict.afterMs;
  call.verdictAt = world.clock.now();
  world.record('detection', call.sid, `answered by ${verdict.answeredBy}`, { answeredBy: verdict.answeredBy });
}

/** Sends the callback of asynchronous detection: few parameters, no call status. */
function sendVerdict(world: World, call: Call, answeredBy: AnsweredBy, durationMs: number): void {
  const callback = call.detection?.asynchronous?.callback;
  if (callback === undefined) return;
  world.notify({
    ...callback,
    params: [
      ['AccountSid', world.accountSid],
      ['AnsweredBy', answeredBy],
      ['CallSid', call.sid],
      ['MachineDetectionDuration', String(durationMs)],
    ],
    about: call.sid,
    name: `detection ${answeredBy}`,
    failureCode: 15003,
  });
}

/** Sends the late `answered` callback of a call that REST created; a child of a `<Dial>` sends it at pick-up. */
function sendLateAnswer(world: World, call: Call): void {
  if (!world.toggles.answeredBeforeUrl && call.direction === 'outbound-api') sendStatus(world, call, 'answered');
}

function detectSynchronously(world: World, call: Call, verdict: Verdict): void {
  after(world, call, verdict.afterMs, () => {
    if (!call.detecting) return;
    settle(world, call, verdict);
    if (verdict.answeredBy === 'human') world.moment('leg-human', call);
    if (!call.live) return;
    const params: [string, string][] = [['AnsweredBy', verdict.answeredBy]];
    if (world.toggles.machineDetectionDurationOnSync === 'ms') {
      params.push(['MachineDetectionDuration', String(verdict.afterMs)]);
    }
    requestDocument(world, call, params);
    sendLateAnswer(world, call);
  });
}

function detectAsynchronously(world: World, call: Call, verdict: Verdict): void {
  after(world, call, verdict.afterMs, () => {
    settle(world, call, verdict);
    sendVerdict(world, call, verdict.answeredBy, verdict.afterMs);
    if (verdict.answeredBy === 'human') world.moment('leg-human', call);
  });
  const answeredAt = world.clock.now();
  call.onEnd(() => {
    if (call.answeredBy !== undefined || world.toggles.asyncResultAfterHangup === 'none') return;
    sendVerdict(world, call, 'unknown', world.clock.now() - answeredAt);
  });
  requestDocument(world, call, []);
  sendLateAnswer(world, call);
}

/** Handles the answer of an outbound call. */
export function pickedUp(world: World, call: Call, person: Person): void {
  world.record('person', call.sid, `${person.kind} picks up`, { event: 'pick-up' });
  markAnswered(world, call);
  call.tie?.picksUp();
  if (person.hangUpAfterMs !== undefined) after(world, call, person.hangUpAfterMs, () => hangUp(world, call));
  const request = call.detection;
  if (request === undefined) {
    requestDocument(world, call, []);
    sendLateAnswer(world, call);
    return;
  }
  call.detecting = true;
  if (person.hangUpInDetectionMs !== undefined) {
    after(world, call, person.hangUpInDetectionMs, () => {
      if (call.detecting) hangUp(world, call, 'they hung up during detection');
    });
  }
  world.moment('leg-detecting', call);
  if (!call.live) return;
  const verdict = verdictOf(person, request);
  if (request.asynchronous === undefined) detectSynchronously(world, call, verdict);
  else detectAsynchronously(world, call, verdict);
}
