// npm run diagram: walks the forwarding flow and draws what it did into docs/diagrams/forwarding.md.
// With --check nothing is written; exit 1 when the file is out of date.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const FILE = 'docs/diagrams/forwarding.md';
const STATES = 20_000;
const root = new URL('../', import.meta.url);

/** The sources as one module, so that nothing has to be built before. */
async function load() {
  const bundled = await build({
    stdin: {
      contents: `
        export { forwardingWorld } from './packages/core/src/testing/forwarding-world.ts';
        export { CALLER_PHASES } from './packages/core/src/flows/forwarding/state.ts';
        export { LEG_PHASES } from './packages/core/src/flows/leg/leg.ts';`,
      resolveDir: fileURLToPath(root),
      loader: 'ts',
    },
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'node',
    logLevel: 'error',
  });
  const code = Buffer.from(bundled.outputFiles[0].contents).toString('base64');
  return import(`data:text/javascript;base64,${code}`);
}

/** The nearest states of a world, breadth first; `see` is told of every step. */
function walk(world, see) {
  const first = world.initial();
  const seen = new Set([world.key(first)]);
  let level = [first];
  while (level.length > 0) {
    const next = [];
    for (const node of level) {
      for (const move of world.moves(node)) {
        const after = move.run();
        if ('violation' in after) throw new Error(`${world.name}: ${after.violation}`);
        if (after === node) continue;
        see(node, after);
        const key = world.key(after);
        if (seen.size >= STATES || seen.has(key)) continue;
        seen.add(key);
        next.push(after);
      }
    }
    level = next;
  }
}

const START = '[*]';

function callerPhase({ state }) {
  return state.kind === 'call' ? state.caller.phase : START;
}

function legsOf({ state }) {
  return state.kind === 'call' ? state.legs : [];
}

const FINAL = ['completed', 'busy', 'no-answer', 'failed', 'canceled'];
const TELL = { 'call.create': 'creation', 'call.end': 'end', 'call.redirect': 'redirect', 'call.fetch': 'look-up' };
const OUTCOME = {
  created: 'succeeded',
  done: 'succeeded',
  refused: 'refused',
  unknown: 'not known',
  gone: 'the call is gone',
  failed: 'failed',
};

/** An event in words, as it concerns the caller (0) or a leg. */
function words(event, who) {
  switch (event.type) {
    case 'inbound':
      return 'the call arrives';
    case 'caller.ended':
      return FINAL.includes(event.status) ? 'Dial action, call over' : 'Dial action';
    case 'caller.document':
      return 'redirect document asked for';
    case 'caller.status':
      return of(0, who, 'status, call over');
    case 'conference':
      if (event.event === 'start' || event.event === 'end') return `room ${event.event}s`;
      return of(isCaller(event.sid) ? 0 : legNumber(event.sid), who, member(event));
    case 'leg.answered':
      return of(event.leg, who, `verdict ${event.answeredBy}`);
    case 'leg.key':
      return of(event.leg, who, 'a key is pressed');
    case 'leg.round':
      return of(event.leg, who, 'no key in time');
    case 'leg.document':
      return of(event.leg, who, 'redirect document asked for');
    case 'leg.ended':
      return of(event.leg, who, 'Dial action');
    case 'leg.status':
      return of(event.leg, who, FINAL.includes(event.status) ? 'status, call over' : `status ${event.status}`);
    case 'effect.outcome':
      return of(event.effect.leg, who, outcome(event));
    case 'timer':
      return timer(event.timer, who);
    default:
      throw new Error(`no words for ${event.type}`);
  }
}

function member({ event, reason }) {
  if (event === 'join') return 'joins the room';
  return reason === 'participant_hung_up' ? 'hangs up in the room' : 'leaves the room';
}

function outcome({ effect, outcome: result }) {
  if (result.as !== 'fetched') return `${TELL[effect.type]} ${OUTCOME[result.as]}`.replace('look-up the', 'look-up, the');
  return FINAL.includes(result.status) ? 'look-up, call over' : `look-up, ${result.status}`;
}

function timer(name, who) {
  if (name === 'deadline' || name === 'heartbeat') return `${name} timer`;
  return of(name === 'caller' ? 0 : Number(name.slice('leg'.length)), who, 'its timer');
}

/** Who an event is about, unless it is the one we draw. */
function of(about, who, text) {
  if (about === who) return text;
  if (about === 0) return `caller, ${text}`;
  return who === 0 ? `leg, ${text}` : `other leg, ${text}`;
}

function isCaller(sid) {
  return legNumber(sid) === 0;
}

function legNumber(sid) {
  return Number(sid.slice('CA'.length));
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
    draw(phases) {
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
        '  ended --> [*]',
        '```',
      ].join('\n');
    },
  };
}

function page(caller, leg) {
  return `# The forwarding flow, drawn by itself

Generated by \`npm run diagram\` from what the flow does; do not edit. The script walks the first ${STATES.toLocaleString('en')} states,
nearest first, of each world that the explorer knows: one person, two people one after the other, two at once; with one refusal,
lost answer, failure or crash. An arrow stands for every step that changes a phase, and its lines name the events that made it;
what changes no phase is not drawn. Twilio's documented order of events is not assumed, so some arrows are rare: they are what
happens when an event overtakes another, or when one is lost.

"Look-up" is a fetch of the call by REST. "Dial action" is the request that follows the end of \`<Dial>\`.

## The caller

${caller}

In these worlds the fallback is our sentence. With \`fallback: { kind: 'redirect' }\` the caller ends with the request for the
document, handed on to your TwiML; a new \`/inbound\` for the same call then starts a new round at \`arriving\`.

## A leg

One outbound call to one person.

${leg}
`;
}

const { forwardingWorld, CALLER_PHASES, LEG_PHASES } = await load();
const caller = graph();
const leg = graph();
const see = (before, after) => {
  const { event } = after;
  if (event === null) return;
  caller.add(callerPhase(before), callerPhase(after), words(event, 0));
  const known = legsOf(before);
  for (const now of legsOf(after)) {
    const from = known.find(({ id }) => id === now.id)?.phase ?? START;
    leg.add(from, now.phase, words(event, now.id));
  }
};
for (const options of [
  { legs: 1, faults: 1 },
  { legs: 2, ring: 'inOrder', faults: 1 },
  { legs: 2, ring: 'atOnce', faults: 1 },
]) {
  walk(forwardingWorld(options), see);
}
const text = page(caller.draw(CALLER_PHASES), leg.draw(LEG_PHASES));
const file = new URL(FILE, root);
if (!process.argv.includes('--check')) {
  writeFileSync(file, text);
  console.log(`${FILE} is written.`);
} else if (current(file) !== text) {
  console.error(`${FILE} is out of date. Run: npm run diagram`);
  process.exit(1);
}

function current(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
