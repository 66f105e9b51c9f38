// npm run diagram: walks the flows and draws what they did into docs/diagrams/.
import { readFileSync, writeFileSync } from 'node:fs';
import { bundle } from './bundle.mjs';
import { readOptions } from './options.mjs';

const { check } = readOptions(
  `npm run diagram -- [options]

Walks the flows and draws what they did into docs/diagrams/.

  --check   write nothing; exit 1 if a page is out of date
  --help    show this`,
  { check: { type: 'boolean', default: false } },
);

/** One person in all detail; then what only a second one can cause. */
const WORLDS = [
  { options: { legs: 1, faults: 1 }, states: 20_000, alike: 16 },
  {
    options: { legs: 2, ring: 'inOrder', faults: 0, token: false, answers: ['human', 'fax'] },
    states: 4_000,
    alike: 1,
  },
  {
    options: { legs: 2, ring: 'atOnce', faults: 0, token: false, answers: ['human', 'unknown'] },
    states: 15_000,
    alike: 1,
  },
];

/** One worker with a fault; then two, one after the other and at once. */
const QUEUES = [
  { options: { reservations: 1, faults: 1 }, states: 25_000, alike: 12 },
  { options: { reservations: 2, answers: ['human'] }, states: 15_000, alike: 1 },
  { options: { reservations: 2, atOnce: true, answers: ['human', 'unknown'] }, states: 15_000, alike: 1 },
];

/**
 * Walks a world, nearest states first, and no more than `alike` of those that differ only in what is on the way: that
 * leads to the end of every kind of call within a few thousand states. `see` is told of every step.
 */
function walk(world, { states, alike }, see) {
  const first = world.initial();
  const seen = new Set([world.key(first)]);
  const count = new Map();
  let level = [first];
  while (level.length > 0) {
    const next = [];
    for (const node of level) {
      for (const move of world.moves(node)) {
        const after = move.run();
        if ('violation' in after) throw new Error(`${world.name}: ${after.violation}`);
        if (after === node) continue;
        see(node, after);
        const kind = kindOf(after);
        const known = count.get(kind) ?? 0;
        if (known >= alike || seen.size >= states) continue;
        const key = world.key(after);
        if (seen.has(key)) continue;
        seen.add(key);
        count.set(kind, known + 1);
        next.push(after);
      }
    }
    level = next;
  }
}

/** What is drawn of a state, and what people do in it. */
function kindOf({ state, caller, legs, faults, task, reservations = [] }) {
  if (state.kind !== 'call') return '';
  const { phase, held, doubt } = state.caller;
  const router = [task, reservations, state.reservations?.map((one) => one.phase), state.served];
  const known = state.legs.map((leg) => [leg.phase, leg.sid !== null, leg.human]);
  const real = [caller, ...legs].map(({ call, doing, verdict }) => [call, doing, verdict]);
  return JSON.stringify([phase, held, doubt, state.claim, faults, known, real, router]);
}

const START = '[*]';

function callerPhase({ state }) {
  return state.kind === 'call' ? state.caller.phase : START;
}

function legsOf({ state }) {
  return state.kind === 'call' ? state.legs : [];
}

const FINAL = ['completed', 'busy', 'no-answer', 'failed', 'canceled'];

/** An event in words, as the caller (0) or a leg is drawn. */
function words(event, drawn) {
  const about = subject(event);
  const text = phrase(event);
  if (about === null || about === drawn) return text;
  return `${about === 0 ? 'caller' : drawn === 0 ? 'leg' : 'other leg'}, ${text}`;
}

/** Whom an event is about: 0 is the caller, `null` the whole call. */
function subject(event) {
  if (event.type === 'inbound') return null;
  if (event.type.startsWith('caller.')) return 0;
  if (event.type.startsWith('leg.')) return event.leg;
  if (event.type === 'reservation' || event.type === 'task' || event.type === 'assignment') return null;
  if (event.type === 'effect.outcome') return event.effect.leg ?? null;
  if (event.type === 'conference') return event.sid === null ? null : Number(event.sid.slice('CA'.length));
  if (event.timer === 'deadline' || event.timer === 'heartbeat') return null;
  if (event.timer.startsWith('reservation')) return null;
  return event.timer === 'caller' ? 0 : Number(event.timer.slice('leg'.length));
}

function phrase(event) {
  if (FINAL.includes(event.status)) return 'call over';
  switch (event.type) {
    case 'inbound':
      return 'the call arrives';
    case 'caller.ended':
      return event.queueResult === undefined ? 'Dial action' : 'Enqueue action';
    case 'leg.ended':
      return 'Dial action';
    case 'assignment':
      return 'assignment';
    case 'reservation':
      return `reservation ${event.news}`;
    case 'task':
      return `task ${event.news}`;
    case 'caller.document':
    case 'leg.document':
      return 'redirected';
    case 'leg.answered':
      return event.answeredBy === 'human' || event.answeredBy === 'unknown' ? event.answeredBy : 'machine or fax';
    case 'leg.key':
      return 'a key';
    case 'leg.round':
      return 'no key';
    case 'leg.status':
      return `status ${event.status}`;
    case 'conference':
      return event.sid === null ? `room ${event.event}` : event.event === 'join' ? 'joins the room' : 'leaves the room';
    case 'effect.outcome':
      return outcome(event);
    case 'timer':
      if (event.timer.startsWith('reservation')) return 'before its time-out';
      return event.timer === 'deadline' ? 'deadline' : 'watchdog';
    default:
      throw new Error(`no words for ${event.type}`);
  }
}

function outcome({ effect, outcome: result }) {
  const over = result.as === 'gone' || FINAL.includes(result.status);
  switch (effect.type) {
    case 'call.create':
      return `creation ${result.as === 'created' ? 'done' : result.as}`;
    case 'call.end':
      return over ? 'ended by us' : `end ${result.as}`;
    case 'call.redirect':
      return `redirect ${result.as}`;
    case 'call.fetch':
      return over ? 'call over' : 'watchdog';
    case 'reservation.update':
      return `rejection ${result.as}`;
    case 'reservation.rest':
      return `rest after a talk: ${result.as}`;
    case 'reservation.fetch':
      return `a look: reservation ${result.status ?? result.as}`;
    case 'task.update':
      return `task ${effect.status}: ${result.as}`;
    case 'task.fetch':
    case 'task.find':
      return `a look: task ${result.status ?? result.as}`;
    default:
      throw new Error(`no words for ${effect.type}`);
  }
}

/** Edges of one diagram: from, to, and by what. */
function graph() {
  const edges = new Map();
  return {
    add(from, to, label) {
      if (from === to) return;
      const key = `${from} ${to}`;
      const labels = edges.get(key) ?? new Set();
      edges.set(key, labels.add(label));
    },
    draw(phases, last = 'ended') {
      const order = [START, ...phases];
      const rank = (key) => key.split(' ').map((phase) => order.indexOf(phase));
      const lines = [...edges].sort(([a], [b]) => {
        const [from, to] = rank(a);
        const [otherFrom, otherTo] = rank(b);
        return from - otherFrom || to - otherTo;
      });
      return [
        '```mermaid',
        'stateDiagram-v2',
        ...lines.map(([key, labels]) => `  ${key.replace(' ', ' --> ')} : ${[...labels].sort().join('<br/>')}`),
        `  ${last} --> [*]`,
        '```',
      ].join('\n');
    },
  };
}

function page(caller, leg) {
  return `# The forwarding flow, drawn by itself

Generated by \`npm run diagram\` from what the flow does; do not edit. The script walks up to 39,000 states of the explorer's
worlds, nearest first: one person, with one refusal, lost answer, failure or crash; two people one after the other; two at once.
An arrow is a step that changes a phase, and its lines name the events that did it. What changes no phase is not drawn. It is a
picture, not the proof: [the explorer](../how-it-works.md#the-explorer) is.

Webhooks may come in any order here, so some arrows are rare: they show an event that overtook another.

- **call over**: any news of the end, by status callback, Dial action, the room, or REST.
- **Dial action**: the request after \`<Dial>\`, while the call goes on.
- **human**, **unknown**, **machine or fax**: the verdict, on the request for the leg's document.
- **watchdog**: a timer of ours, or what a fetch of the call by REST said because of it.

## The caller

${caller}

In these worlds the fallback is a sentence. With \`fallback: { kind: 'redirect' }\` the caller's phase is \`ended\` as soon as they
ask for the fallback; if your TwiML sends them back to \`/inbound\`, a new round begins at \`arriving\`.

## A leg

One outbound call to one person.

${leg}
`;
}

function queuePage(caller, reservation, leg) {
  return `# The taskrouter flow, drawn by itself

Generated by \`npm run diagram\` from what the flow does; do not edit. The script walks up to 55,000 states of the explorer's
worlds, nearest first: one worker, with one refusal, lost answer, failure or crash; two workers one after the other; two at once.
An arrow is a step that changes a phase, and its lines name the events that did it. It is a picture, not the proof:
[the explorer](../how-it-works.md#the-explorer) is. Events may come in any order here, so some arrows are rare.

- **a look**: what a fetch by REST said, at a heartbeat or because of a watchdog.
- **before its time-out**: our timer, five seconds before TaskRouter's.

## The caller

${caller}

## A reservation

One worker, held for the caller.

${reservation}

## A leg

The call to the worker's phone. Its stages are those of [the other flow](forwarding.md#a-leg); \`joining\` is a leg that was told to
take the caller, \`bridged\` one whose reservation TaskRouter has accepted.

${leg}
`;
}

const { CALLER_PHASES, LEG_PHASES, TASK_CALLER_PHASES } = await import(await bundle('packages/core/src/index.ts'));
const { forwardingWorld, tasksWorld } = await import(await bundle('packages/explorer/src/index.ts'));

/** Draws callers, legs and reservations of some worlds. */
function drawn(models) {
  const [caller, leg, reservation] = [graph(), graph(), graph()];
  const parts = (state, name) => (state.kind === 'call' ? (state[name] ?? []) : []);
  const see = (before, after) => {
    const { event } = after;
    if (event === null) return;
    caller.add(callerPhase(before), callerPhase(after), words(event, 0));
    const known = legsOf(before);
    for (const now of legsOf(after)) {
      const from = known.find(({ id }) => id === now.id)?.phase ?? START;
      const hunting = from === START && event.type !== 'inbound' && event.type !== 'assignment';
      leg.add(from, now.phase, hunting ? 'nobody is left of the step before' : words(event, now.id));
    }
    for (const now of parts(after.state, 'reservations')) {
      const from = parts(before.state, 'reservations').find(({ id }) => id === now.id)?.phase ?? START;
      reservation.add(from, now.phase, words(event, now.leg));
    }
  };
  for (const { model, ...bounds } of models) walk(model, bounds, see);
  return { caller, leg, reservation };
}

const voice = drawn(WORLDS.map(({ options, ...bounds }) => ({ model: forwardingWorld(options), ...bounds })));
const queue = drawn(QUEUES.map(({ options, ...bounds }) => ({ model: tasksWorld(options), ...bounds })));
const PAGES = {
  'docs/diagrams/forwarding.md': page(voice.caller.draw(CALLER_PHASES), voice.leg.draw(LEG_PHASES)),
  'docs/diagrams/taskrouter.md': queuePage(
    queue.caller.draw(TASK_CALLER_PHASES),
    queue.reservation.draw(['pending', 'rejecting', 'accepted', 'over'], 'over'),
    queue.leg.draw(LEG_PHASES),
  ),
};
for (const [path, text] of Object.entries(PAGES)) {
  const file = new URL(`../${path}`, import.meta.url);
  if (!check) {
    writeFileSync(file, text);
    console.log(`${path} is written.`);
  } else if (current(file) !== text) {
    console.error(`${path} is out of date. Run: npm run diagram`);
    process.exit(1);
  }
}

function current(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
