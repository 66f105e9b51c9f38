// npm run diagram: walks the flows and draws the transitions into docs/diagrams/; with --pictures it takes those of docs/images.
import { readFileSync, writeFileSync } from 'node:fs';
import { CALLER_PHASES, LEG_PHASES, TASK_CALLER_PHASES } from '@amd/core';
import { forwardingWorld, tasksWorld, type Model } from '@amd/explorer';
import { readOptions } from '../../../../scripts/options.mjs';
import { ROOT } from '../root.js';
import { Edges, START } from './edges.js';
import { forwardingPage, taskRouterPage } from './pages.js';
import { walk, type Bounds, type DrawnWorld } from './walk.js';
import { words } from './words.js';

const { check, pictures } = readOptions(
  `npm run diagram -- [options]

Walks the flows and draws what they did into docs/diagrams/.

  --pictures  instead, take the pictures of the page of calls into docs/images/, the moving one too: the
              forwarding example in Chromium, with the simulator's clock; needs the Debian packages chromium and ffmpeg
  --check     write nothing; exit 1 if a page, or with --pictures a picture, is out of date
  --help      show this`,
  { check: { type: 'boolean', default: false }, pictures: { type: 'boolean', default: false } },
);

if (pictures) {
  // Nothing of this is loaded for the diagrams.
  const { oldPictures, takePictures } = await import('./pictures/pictures.js');
  try {
    if (!check) await takePictures(console.log);
    const old = check ? await oldPictures() : [];
    for (const line of old) console.error(line);
    process.exit(old.length === 0 ? 0 : 1);
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
    process.exit(1);
  }
}

/** One callee in all detail; then what only a second one can cause. */
const WORLDS = [
  { model: forwardingWorld({ legs: 1, faults: 1 }), states: 20_000, alike: 16 },
  {
    model: forwardingWorld({ legs: 2, ring: 'inOrder', faults: 0, token: false, answers: ['human', 'fax'] }),
    states: 4_000,
    alike: 1,
  },
  {
    model: forwardingWorld({ legs: 2, ring: 'atOnce', faults: 0, token: false, answers: ['human', 'unknown'] }),
    states: 15_000,
    alike: 1,
  },
];

/** One worker with a fault; then two, one after the other and at once. */
const QUEUES = [
  { model: tasksWorld({ reservations: 1, faults: 1 }), states: 25_000, alike: 12 },
  { model: tasksWorld({ reservations: 2, answers: ['human'] }), states: 15_000, alike: 1 },
  { model: tasksWorld({ reservations: 2, atOnce: true, answers: ['human', 'unknown'] }), states: 15_000, alike: 1 },
];

const voice = drawn(WORLDS);
const queue = drawn(QUEUES);
const PAGES = {
  'docs/diagrams/forwarding.md': forwardingPage(voice.caller.draw(CALLER_PHASES), voice.leg.draw(LEG_PHASES)),
  'docs/diagrams/taskrouter.md': taskRouterPage(
    queue.caller.draw(TASK_CALLER_PHASES),
    queue.reservation.draw(['pending', 'rejecting', 'accepted', 'over'], 'over'),
    queue.leg.draw(LEG_PHASES),
  ),
};
for (const [path, text] of Object.entries(PAGES)) {
  if (!check) {
    writeFileSync(ROOT + path, text);
    console.log(`${path} is written.`);
  } else if (current(ROOT + path) !== text) {
    console.error(`${path} is out of date. Run: npm run diagram`);
    process.exit(1);
  }
}

interface Drawn {
  readonly caller: Edges;
  readonly leg: Edges;
  readonly reservation: Edges;
}

/** Draws callers, legs and reservations of some worlds. */
function drawn<Node extends DrawnWorld>(worlds: readonly (Bounds & { readonly model: Model<Node> })[]): Drawn {
  const [caller, leg, reservation] = [new Edges(), new Edges(), new Edges()];
  const see = (before: Node, after: Node): void => {
    const { event } = after;
    if (event === null) return;
    caller.add(callerPhase(before), callerPhase(after), words(event, 0));
    const known = legsOf(before);
    for (const now of legsOf(after)) {
      const from = known.find(({ id }) => id === now.id)?.phase ?? START;
      const hunting = from === START && event.type !== 'inbound' && event.type !== 'assignment';
      leg.add(from, now.phase, hunting ? 'nobody is left of the step before' : words(event, now.id));
    }
    for (const now of reservationsOf(after)) {
      const from = reservationsOf(before).find(({ id }) => id === now.id)?.phase ?? START;
      reservation.add(from, now.phase, words(event, now.leg));
    }
  };
  for (const { model, ...bounds } of worlds) walk(model, bounds, see);
  return { caller, leg, reservation };
}

function callerPhase({ state }: DrawnWorld): string {
  return state.kind === 'call' ? state.caller.phase : START;
}

function legsOf({ state }: DrawnWorld) {
  return state.kind === 'call' ? state.legs : [];
}

function reservationsOf({ state }: DrawnWorld) {
  return state.kind === 'call' && 'reservations' in state ? state.reservations : [];
}

function current(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
