// npm run planted-bugs: plants one bug after the other in a copy of the sources, and shows what catches it.
import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readOptions } from './options.mjs';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
/** One for each that is planted at a time. */
const COPIES = join(ROOT, '.planted');
const CORE = 'packages/core/src/';

const HELP = `npm run planted-bugs -- [options]

Plants one bug after the other in a copy of the sources and runs what should catch it: the explorer, or the tests it names.
Exits with 1 if one goes unnoticed, or if its place in the code has moved.

  --only TEXT   only those whose name contains TEXT
  --list        their names
  --jobs N      at once (default 2)
  --help        show this`;

/** The world that each kind of bug is looked for in. */
const WORLDS = {
  explorer: '1 leg, 0 faults',
  async: '1 leg, 0 faults, async',
  tasks: '1 reservation, 0 faults',
  worker: 'a worker: 1 moves by people, 1 rejections, 1 time-outs, 1 faults',
};

/** `file`: below packages/core/src, or below `at`. `by`: the explorer's world, or the tests to run. */
const BUGS = [
  {
    name: 'hang up a leg in detection with `canceled`',
    file: 'executor/twilio-executor.ts',
    from: "update({ status: 'completed' })",
    to: "update({ status: 'canceled' as 'completed' })",
    by: ['packages/core/test/executor'],
  },
  {
    name: 'claim without compare-and-set',
    file: 'store/memory.ts',
    from: 'if (actual !== expected)',
    to: 'if (actual < 0)',
    by: ['packages/core/test/store'],
  },
  {
    name: 're-send a create whose first try may have reached Twilio',
    file: 'runtime/performer.ts',
    from: 'isOnce(effect) && claim.attempt > 1',
    to: 'isOnce(effect) && claim.attempt > 9',
    by: ['packages/core/test/runtime'],
  },
  {
    name: 'forget the outbox after a crash',
    file: 'store/memory.ts',
    from: 'task.claimableAt = now + leaseMs;',
    to: 'task.claimableAt = Number.MAX_SAFE_INTEGER;',
    by: ['packages/core/test/runtime', 'packages/core/test/store'],
  },
  {
    name: 'redirect after a key',
    file: 'flows/leg/requests.ts',
    from: "        accept(w, leg, 'reply');",
    to: "        accept(w, leg, 'redirect');",
    by: ['packages/core/test/flow'],
  },
  {
    name: 'end a loser in detection',
    file: 'flows/forwarding/legs.ts',
    from: 'if (isUnanswered(other.phase)) endLeg(w, other);',
    to: "if (isUnanswered(other.phase) || other.phase === 'detecting') endLeg(w, other);",
    by: ['packages/core/test/flow'],
  },
  {
    name: 'ignore `completed` before TwiML',
    file: 'flows/leg/requests.ts',
    from: '      legEnded(w, leg, resultOf(status, event.answeredBy, event.sipCode));',
    to: "      if (leg.phase !== 'detecting') legEnded(w, leg, resultOf(status, event.answeredBy, event.sipCode));",
    by: ['packages/core/test/flow'],
  },
  {
    name: 'drop a timer',
    file: 'flows/timers.ts',
    from: "    if (before[timer] !== dueAt) effects.push({ type: 'timer.start'",
    to: "    if (before[timer] !== dueAt && !timer.startsWith('leg')) effects.push({ type: 'timer.start'",
    by: 'explorer',
  },
  {
    name: 'trust `in-progress` as human',
    file: 'flows/leg/requests.ts',
    from: "    case 'in-progress':\n      pickedUp(w, leg);",
    to: "    case 'in-progress':\n      pickedUp(w, leg);\n      if (leg.phase === 'detecting') accept(w, leg, 'reply');",
    by: 'explorer',
  },
  {
    name: 'take `machine_start` for a human',
    file: 'flows/leg/policy.ts',
    from: "machine_start: 'hang up',",
    to: "machine_start: 'bridge',",
    by: 'explorer',
  },
  {
    name: 'forget a leg whose caller left',
    file: 'flows/forwarding/legs.ts',
    from: "if (isUnanswered(leg.phase) || leg.phase === 'detecting') endLeg(w, leg);\n    else if (leg.phase === 'confirming') tell(w, leg, 'callerGone');",
    to: "if (leg.phase === 'detecting') endLeg(w, leg);\n    else if (leg.phase === 'confirming') tell(w, leg, 'callerGone');",
    by: 'explorer',
  },
  // In the flow of TaskRouter.
  {
    name: 'reject without an activity for the worker to rest in: take the available one',
    file: 'flows/taskrouter/reservations.ts',
    from: "activity: workspace.activities[reservation.rejectTo ?? 'unavailable'],",
    to: 'activity: workspace.activities.available,',
    by: ['packages/core/test/taskrouter'],
  },
  {
    name: 'send everybody home when Twilio refuses a call',
    file: 'flows/taskrouter/reservations.ts',
    from: '? BAD_NUMBER.includes(result.code)',
    to: '? true',
    by: ['packages/core/test/taskrouter'],
  },
  {
    name: 'believe in a talk because somebody was told to take the caller',
    file: 'flows/taskrouter/legs.ts',
    from: "  if (leg.phase === 'bridged') {\n    letGo(w, leg, { kind: 'bridged' });",
    to: "  if (leg.phase === 'joining') w.s.served = reservationOf(w, leg)?.id ?? null;\n  if (leg.phase === 'bridged') {\n    letGo(w, leg, { kind: 'bridged' });",
    by: 'tasks',
  },
  {
    name: 'never complete the task after a talk',
    file: 'flows/taskrouter/task.ts',
    from: "if (served.resting !== 'asked') updateTask(w, 'completed', 'the call is over');",
    to: '',
    by: 'tasks',
  },
  {
    name: 'leave a caller whose task was cancelled in the queue',
    file: 'flows/taskrouter/outcomes.ts',
    from: 'else if (s.taskLost && s.claim === null) fallBack(w);',
    to: 'else if (s.taskLost && s.claim === 0) fallBack(w);',
    by: 'tasks',
  },
  {
    name: 'leave the phone ringing when the reservation is cancelled',
    file: 'flows/taskrouter/caller.ts',
    from: "if (isUnanswered(leg.phase) || leg.phase === 'detecting') endLeg(w, leg);",
    to: "if (leg.phase === 'detecting') endLeg(w, leg);",
    by: 'tasks',
  },
  {
    name: 'reject nobody until a moment before the time-out',
    file: 'flows/taskrouter/reservations.ts',
    from: '      rejectNow(w, reservation, leg?.result ?? null);\n    }\n  }\n  forget(w);',
    to: '    }\n  }\n  forget(w);',
    by: ['packages/core/test/taskrouter'],
  },
  {
    name: 'give a human the caller though somebody else has them',
    file: 'flows/taskrouter/legs.ts',
    from: 'wants: (leg) => isWaiting(work()) && work().s.claim === null && isPending(work(), leg),',
    to: 'wants: (leg) => isPending(work(), leg),',
    by: ['packages/core/test/taskrouter'],
  },
  {
    name: 'answer an assignment that came twice by ringing twice',
    file: 'flows/taskrouter/requests.ts',
    from: 'if (known !== undefined) return present(w, known);',
    to: "if (known?.phase === 'over') return present(w, known);",
    by: 'tasks',
  },
  {
    name: 'hang up on a human whose caller has gone without a word',
    file: 'flows/taskrouter/legs.ts',
    from: "    tell(w, leg, 'callerGone');\n    outOfIt(w, leg);",
    to: "    letGo(w, leg, { kind: 'hungUp' });\n    outOfIt(w, leg);",
    by: 'tasks',
  },
  {
    name: 'bring a worker back whom a person has sent Offline',
    file: 'flows/worker/rests.ts',
    from: 'const isThere = activity === coolDown.activity && (coolDown.enteredAt === null || coolDown.enteredAt === enteredAt);',
    to: 'const isThere = activity !== coolDown.back && (coolDown.enteredAt === null || coolDown.enteredAt === enteredAt);',
    by: 'worker',
  },
  {
    name: 'move a worker back whatever has happened since we looked',
    file: 'flows/worker/rests.ts',
    from: '    activity: coolDown.back,\n    version,',
    to: "    activity: coolDown.back,\n    version: '*',",
    by: 'worker',
  },
  {
    name: 'ring somebody new when the caller is gone',
    file: 'flows/forwarding/caller.ts',
    from: "['caller', 'deadline', 'heartbeat', 'step']",
    to: "['caller', 'deadline', 'heartbeat']",
    by: ['packages/core/test/flow'],
  },
  {
    name: 'wait for the next step although nobody rings any more',
    file: 'flows/forwarding/hunt.ts',
    from: 'id >= s.stepFrom && isHopeful(phase)',
    to: 's.timers[STEP_TIMER] !== undefined || isHopeful(phase)',
    by: ['packages/core/test/flow'],
  },
  {
    name: 'send two switches of a worker at the same time',
    file: 'flows/worker/wishes.ts',
    from: 'if (s.switching === null) send(w, activity);\n}',
    to: 'send(w, activity);\n}',
    by: ['packages/core/test/taskrouter'],
  },
  {
    name: 'show a refused switch as if it were granted',
    file: 'flows/worker/wishes.ts',
    from: "settle(w, 'refused', reasonOf(outcome));",
    to: "settle(w, 'done', reasonOf(outcome));",
    by: ['packages/core/test/taskrouter'],
  },
  // Detection that listens while the call goes on, and what answers mean.
  {
    name: 'let the verdict move somebody whom a key has moved',
    file: 'flows/leg/answers.ts',
    from: 'if (leg.human || leg.screened !== null) return;',
    to: 'if (leg.screened !== null) return;',
    by: ['packages/core/test/flow'],
  },
  {
    name: 'give the room to a request while a redirect is under way',
    file: 'flows/leg/documents.ts',
    from: 'if (leg.moving !== null) return again(w, leg);',
    to: '',
    by: 'async',
  },
  {
    name: 'keep a redirect whose document was asked for',
    file: 'flows/leg/life.ts',
    from: "  w.effects.push({ type: 'effect.drop', id: leg.moving });\n",
    to: '',
    by: ['packages/core/test/flow'],
  },
  {
    name: 'repeat a redirect that something else has taken the place of',
    file: 'runtime/performer.ts',
    from: 'claim.attempt < retry.attempts && !isOnce(effect)',
    to: 'claim.attempt < retry.attempts',
    by: ['packages/core/test/runtime'],
  },
  {
    name: 'wait for ever for a document that nobody asks for',
    file: 'flows/forwarding/legs.ts',
    from: 'if (leg !== undefined && leg.moving !== null) {',
    to: 'if (leg !== undefined && leg.moving === undefined) {',
    by: ['packages/core/test/flow'],
  },
  {
    name: 'count a request from before the redirect as having been told',
    file: 'flows/leg/documents.ts',
    from: 'if (leg.noticeTries > 0 && !isForNotice(event)) return leadTo(',
    to: 'if (leg.noticeTries < 0 && !isForNotice(event)) return leadTo(',
    by: ['packages/core/test/flow'],
  },
  {
    name: 'call two people together because both are alive',
    file: 'flows/forwarding/legs.ts',
    from: '!(leg.invited && leg.seenAlive && s.caller.seenAlive)',
    to: '!(leg.seenAlive && s.caller.seenAlive)',
    by: ['packages/core/test/flow'],
  },
  {
    name: 'forget to end a machine whose verdict came alone',
    file: 'flows/leg/answers.ts',
    from: 'else endLeg(w, leg);',
    to: "else letGo(w, leg, { kind: 'answered', by: answeredBy });",
    by: ['packages/core/test/flow'],
  },
  {
    name: 'bridge a human without the key that everybody must press',
    file: 'flows/leg/answers.ts',
    from: "if (action === 'bridge' && confirm === 'always') return 'confirm';",
    to: '',
    by: ['test/e2e/answers'],
  },
  {
    name: 'take the words of a screening robot for its owner',
    file: 'flows/leg/answers.ts',
    from: "  leg.screened = 'heard';",
    to: "  leg.screened = 'heard';\n  accept(w, leg, 'reply');\n  if (leg.human) return;",
    by: ['packages/core/test/flow'],
  },
  {
    name: 'leave a message in the middle of a greeting',
    file: 'flows/leg/check-policy.ts',
    from: "if (action === 'leave a message') checkMessage(answer, detection.mode);",
    to: '',
    by: ['packages/core/test/flow'],
  },
  {
    name: 'record the same caller again and again',
    file: 'flows/caller/last-stop.ts',
    from: "if (kind === 'voicemail' && answered === null) caller.recorded = true;",
    to: '',
    by: ['packages/core/test/flow'],
  },
  {
    name: 'ring the last number again and again',
    file: 'flows/caller/last-stop.ts',
    from: 'if (!answered) caller.otherwise = true;',
    to: '',
    by: ['packages/core/test/flow'],
  },
  {
    name: 'tell of a message twice',
    file: 'flows/caller/recordings.ts',
    from: 'if (caller.recording !== null && (!failed || caller.recording.failed === true)) return;',
    to: '',
    by: ['packages/core/test/flow'],
  },
  {
    name: 'refuse whatever has the name of a parameter in it',
    file: 'wire/hidden.ts',
    from: 'isAbsent(params, field) && text.hides(field)',
    to: "isAbsent(params, field) && [...params].join('').includes(field.name)",
    by: ['test/foreign', 'packages/core/test/wire'],
  },
  {
    name: 'take a parameter that was shifted into its neighbour',
    file: 'wire/hidden.ts',
    from: 'isAbsent(params, field) && text.hides(field)',
    to: 'false && text.hides(field)',
    by: ['test/foreign', 'packages/core/test/wire'],
  },
  {
    name: 'compare 20 of the 28 characters of a signature',
    file: 'http/signature.ts',
    from: 'timingSafeEqual(given, expected)',
    to: 'timingSafeEqual(given.subarray(0, 20), expected.subarray(0, 20))',
    by: ['packages/core/test/wire'],
  },
  {
    name: 'reject a task that is no call of ours',
    file: 'http/taskrouter-endpoint.ts',
    from: "      leaveAlone(params);\n      return { as: 'reply', reply: LATER };",
    to: "      leaveAlone(params);\n      return { as: 'unknown' };",
    by: ['packages/core/test/http'],
  },
  {
    name: 'search for ever for a task that Twilio refuses to find',
    file: 'flows/taskrouter/outcomes.ts',
    from: '  task.refusals += 1;',
    to: '  task.refusals = 1;',
    by: ['packages/core/test/taskrouter'],
  },
  {
    name: 'move a worker to rest who has accepted something else',
    file: 'executor/taskrouter.ts',
    from: "if (accepted.some(({ sid }) => sid !== effect.reservation)) return outcome({ as: 'elsewhere' });",
    to: '',
    by: ['test/e2e/every-request.test.ts'],
  },
  {
    name: 'count a request that was copied as having heard the fallback',
    file: 'flows/caller/documents.ts',
    from: "return event.type === 'caller.document' && event.part === partOf(caller);",
    to: "return event.type.startsWith('caller.') || event.type === 'inbound';",
    by: ['packages/core/test/flow'],
  },
  {
    name: 'take the next part of the fallback for the one that was asked for',
    file: 'flows/caller/documents.ts',
    from: "event.type === 'caller.document' && event.part === partOf(caller)",
    to: "event.type === 'caller.document'",
    by: ['packages/core/test/flow'],
  },
  {
    name: 'end a talk by a copy of its Dial action',
    file: 'flows/forwarding/requests.ts',
    from: '    askCaller(w);\n    return twiml();',
    to: "    callerEnded(w, 'connected');\n    return twiml();",
    by: ['packages/core/test/flow'],
  },
  {
    name: 'connect a phone that screens its calls by a verdict',
    file: 'flows/leg/answers.ts',
    from: 'if (leg.human || leg.screened !== null) return;',
    to: 'if (leg.human) return;',
    by: ['packages/core/test/flow'],
  },
  {
    name: 'ring whoever forwarded the call to us',
    file: 'flows/forwarding/hunt.ts',
    from: '  if (cameFrom(s.call, to)) return false;\n',
    to: '',
    by: ['packages/core/test/flow'],
  },
  // Outside packages/core.
  {
    name: 'serve a busy connection on after the signal',
    at: 'examples/shared/src/',
    file: 'operators/connections.ts',
    from: '    if (retired) isLast(response);',
    to: '',
    by: ['examples/shared/test/stop.test.ts'],
  },
  {
    name: 'obey a socket until the second after its session has ended',
    at: 'packages/dashboard/src/',
    file: 'server/socket.ts',
    from: 'socket.data.commands <= MAX_COMMANDS && stillAllowed(socket)',
    to: 'socket.data.commands <= MAX_COMMANDS',
    by: ['packages/dashboard/test/socket.test.ts'],
  },
  // In what sets Twilio up.
  {
    name: "overwrite the user's own assignment fallback together with the assignment callback",
    at: 'packages/cli/src/',
    file: 'taskrouter/apply.ts',
    from: '...(fallbackAssignmentCallbackUrl === undefined ? {} : { fallbackAssignmentCallbackUrl }),',
    to: '...(assignmentCallbackUrl === undefined ? {} : { fallbackAssignmentCallbackUrl: assignmentCallbackUrl }),',
    by: ['packages/cli/test/taskrouter'],
  },
  {
    name: 'let time of a process go back',
    file: 'runtime/clock.ts',
    from: 'return Math.max(Math.floor(read.at), least);',
    to: 'return Math.floor(read.at);',
    by: ['packages/core/test/runtime/clock.test.ts'],
  },
  {
    name: 'make what is due at once due when the record says',
    file: 'runtime/committer.ts',
    from: ': now;',
    to: ': at;',
    by: ['packages/core/test/runtime/clock.test.ts'],
  },
  {
    name: 'let an unreadable record strand its caller',
    file: 'executor/abandoned.ts',
    from: '>= QUIET_MS',
    to: '< 0',
    by: ['packages/core/test/runtime/pitfalls.test.ts'],
  },
  {
    name: 'serve a caller anew whom a newer process serves',
    file: 'executor/abandoned.ts',
    from: '>= QUIET_MS',
    to: '>= 0',
    by: ['packages/core/test/runtime/pitfalls.test.ts'],
  },
  {
    name: 'forget to drop the task whose outcome is told',
    file: 'runtime/committer.ts',
    from: 'if (entry.dropTask !== undefined) remove(entry.dropTask);',
    to: '',
    by: ['packages/core/test/runtime/pitfalls.test.ts'],
  },
  {
    name: 'turn a caller away at the first failure',
    file: 'http/serve.ts',
    from: 'later && !patience.isLast ?',
    to: 'later && patience.since !== null && !patience.isLast ?',
    by: ['packages/core/test/http/endpoint.test.ts', 'test/e2e/blink.test.ts'],
  },
  {
    name: 'ring for somebody who was told goodbye',
    file: 'flows/forwarding/caller.ts',
    from: "if (caller.phase === 'ended' || caller.goodbye === true) return;",
    to: "if (caller.phase !== 'ended' || caller.goodbye === true) return;",
    by: ['packages/core/test/flow/goodbye.test.ts'],
  },
  {
    name: 'make a call that came too late without a look at the caller',
    file: 'runtime/performer.ts',
    from: 'dueAt <= effect.by && effect.by < now',
    to: 'dueAt <= effect.by && effect.by < 0 * now',
    by: ['packages/core/test/runtime/effects.test.ts'],
  },
  {
    name: 'forget an outcome that the store does not take',
    file: 'runtime/held.ts',
    from: 'hold({ claim, question });',
    to: '',
    by: ['packages/core/test/runtime/held.test.ts'],
  },
  {
    name: 'claim work before what is known of it is told',
    file: 'runtime/create-runtime.ts',
    from: 'await askAgain();\n    while (!stopped) {',
    to: 'while (!stopped) {',
    by: ['packages/core/test/runtime/held.test.ts'],
  },
  {
    name: 'send when the lease is nearly over',
    file: 'runtime/performer.ts',
    from: 'now < claim.leaseUntil - leaseMs / 2',
    to: 'now < Infinity',
    by: ['packages/core/test/runtime/held.test.ts'],
  },
  {
    name: 'say fractions of a millisecond',
    file: 'runtime/clock.ts',
    from: 'Math.max(Math.floor(read.at), least)',
    to: 'Math.max(read.at, least)',
    by: ['packages/core/test/runtime/pitfalls.test.ts'],
  },
  {
    name: 'believe a goodbye that nobody may have heard',
    file: 'flows/forwarding/caller.ts',
    from: "      caller.phase = 'fallingBack';\n      s.call.token = null;",
    to: "      callerEnded(w, 'nobody');\n      return;\n      s.call.token = null;",
    by: ['packages/core/test/flow/goodbye.test.ts'],
  },
  {
    name: 'begin a round for a call that is over',
    file: 'flows/caller/documents.ts',
    from: 's.caller.over !== true',
    to: 'true',
    by: ['packages/core/test/flow/pitfalls-answers.test.ts'],
  },
  {
    name: 'bring a screening robot to the caller because it was heard late',
    file: 'flows/leg/answers.ts',
    from: "if (phase !== 'joining') return false;",
    to: 'return false;',
    by: ['packages/core/test/flow/pitfalls-answers.test.ts'],
  },
  {
    name: 'take JSON that was cut in two',
    file: 'wire/hidden.ts',
    from: "if (json !== true || given === ''",
    to: "if (json !== true || given !== ''",
    by: ['packages/core/test/http/taskrouter.test.ts'],
  },
  {
    name: 'decide on what a process remembers without asking whether it is still so',
    file: 'runtime/committer.ts',
    from: 'if (record !== known) decisions = decide(record, waiting);',
    to: '',
    by: ['packages/core/test/runtime/line.test.ts'],
  },
  {
    name: 'decide for somebody who was answered long ago',
    file: 'runtime/committer.ts',
    from: 'if (by !== undefined && now > by) {',
    to: 'if (by === 0) {',
    by: ['packages/core/test/runtime/line.test.ts'],
  },
  {
    name: 'let a request for TwiML wait for what nobody waits for',
    file: 'runtime/lines.ts',
    from: 'entry.first ? waiting.findIndex(({ first }) => !first) : -1',
    to: '-1',
    by: ['packages/core/test/runtime/line.test.ts'],
  },
  {
    name: 'let one event that cannot be decided take the others along',
    file: 'runtime/committer.ts',
    from: '        entry.reject(error);\n        continue;',
    to: '        throw error;',
    by: ['packages/core/test/runtime/line.test.ts'],
  },
  {
    name: 'take a word of another flow for the usual one',
    file: 'flows/written.ts',
    from: "texts: { ...TEXTS, callerGone: 'The caller is no longer there. Goodbye.' }",
    to: 'texts: TEXTS',
    by: ['packages/core/test/flow/written.test.ts'],
  },
  {
    name: 'change timers that the state before still has',
    file: 'flows/leg/work.ts',
    from: 'w.ownTimers = { ...w.s.timers };',
    to: 'w.ownTimers = w.s.timers as Record<string, EpochMs>;',
    by: ['packages/core/test/flow'],
  },
  {
    name: 'let in one more than there is room for',
    file: 'runtime/shared-count.ts',
    from: 'if (calls.length + added.size >= limit) return false;',
    to: 'if (calls.length + added.size > limit) return false;',
    by: ['packages/core/test/runtime/call-limits-crowd.test.ts'],
  },
];

const { only, list, jobs } = readOptions(HELP, {
  only: { type: 'string', default: '' },
  jobs: { type: 'string', default: '2' },
  list: { type: 'boolean', default: false },
});
const chosen = [...BUGS.entries()].filter(([, { name }]) => name.includes(only));
if (chosen.length === 0) {
  console.error(`No planted bug's name contains "${only}": --list shows them.`);
  process.exit(2);
}
if (list) {
  for (const [index, { name }] of chosen) console.log(`${String(index + 1)} ${name}`);
  process.exit(0);
}
let unnoticed = 0;
const left = [...chosen];
await Promise.all(Array.from({ length: Math.max(1, Number(jobs)) }, (_, copy) => work(join(COPIES, String(copy + 1)))));
rmSync(COPIES, { recursive: true, force: true });
console.log(`${String(chosen.length - unnoticed)} passed, ${String(unnoticed)} failed`);
process.exit(unnoticed === 0 ? 0 : 1);

/** Plants what is left, one bug after the other, in a copy of its own. */
async function work(copy) {
  makeCopy(copy);
  for (let one = left.shift(); one !== undefined; one = left.shift()) {
    const [index, bug] = one;
    const caught = await tryOut(copy, bug);
    if (caught === undefined) unnoticed += 1;
    console.log(
      `${caught === undefined ? 'FAIL' : 'PASS'} ${String(index + 1)} ${bug.name} → ${caught ?? 'not noticed'}`,
    );
  }
}

function makeCopy(copy) {
  rmSync(copy, { recursive: true, force: true });
  mkdirSync(join(copy, 'packages'), { recursive: true });
  for (const path of [
    'packages',
    'examples',
    'test/e2e',
    'test/foreign',
    'test/helpers',
    'test/orders',
    'scripts',
    'docs',
    'vitest.config.ts',
    'tsconfig.json',
    'package.json',
  ]) {
    cpSync(join(ROOT, path), join(copy, path), {
      recursive: true,
      filter: (source) => !/node_modules|dist$/.test(source),
    });
  }
}

async function tryOut(copy, { at = CORE, file, from, to, also, by }) {
  const path = join(copy, at, file);
  const original = readFileSync(path, 'utf8');
  let text = original;
  for (const [old, planted] of [[from, to], ...(also === undefined ? [] : [also])]) {
    if (!text.includes(old)) return void console.log(`  ${file} no longer has: ${old}`);
    text = text.replace(old, () => planted);
  }
  writeFileSync(path, text);
  try {
    return await (typeof by === 'string' ? explorer(copy, WORLDS[by]) : tests(copy, by));
  } finally {
    writeFileSync(path, original);
  }
}

async function explorer(copy, world) {
  const { stdout, status } = await run(copy, ['scripts/explore.mjs', '--only', world, '--exact', '--jobs', '1']);
  const found = /^FAIL .* · (P\d.*)$/m.exec(stdout);
  return status === 0 || found === null ? undefined : `the explorer: ${found[1]}`;
}

/** Who notices. `options`: stopping at the first failure saves time, but a run that is stopped may not tell of that failure. */
async function tests(copy, paths, options = ['--bail', '1']) {
  const vitest = join(ROOT, 'node_modules/vitest/vitest.mjs');
  const { stdout, stderr, status } = await run(copy, [vitest, 'run', ...options, '--reporter', 'json', ...paths]);
  if (status === 0) return undefined;
  const begin = stdout.indexOf('{"num');
  if (begin === -1) throw new Error(`the tests could not be run:\n${stdout}\n${stderr}`);
  const { testResults } = JSON.parse(stdout.slice(begin));
  const failed = testResults.flatMap(({ assertionResults }) => assertionResults).find(isFailed);
  if (failed !== undefined) return `the test "${failed.fullName}"`;
  const file = testResults.find(isFailed);
  if (file === undefined && options.length > 0) return tests(copy, paths, []);
  if (file === undefined) throw new Error(`the tests failed, and none of them says why:\n${stdout}\n${stderr}`);
  return `the file ${relative(copy, file.name)}: ${file.message}`;
}

function isFailed({ status }) {
  return status === 'failed';
}

/** Runs Node in a copy. `status`: its exit code, or `null` when five minutes were not enough. */
function run(copy, args) {
  return new Promise((resolve) => {
    const options = { cwd: copy, timeout: 300_000, maxBuffer: 1 << 28 };
    const child = execFile(process.execPath, args, options, (_error, stdout, stderr) => {
      resolve({ stdout, stderr, status: child.exitCode });
    });
  });
}
