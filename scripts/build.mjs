// npm run build: what is published, and the examples as they run on it. As many at once as there are processors; each waits for
// its dependencies, because types are made from built types.
import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { readOptions } from './options.mjs';
import { dependsOn, workspaces } from './workspaces.mjs';

readOptions(`npm run build

Builds what is published into the dist folders of packages, and the examples. Nothing else needs it: tests and starts run on the sources.

  --help   show this`);

const all = workspaces().filter(({ manifest }) => manifest.scripts?.build !== undefined);
const began = performance.now();
let free = Math.min(all.length, availableParallelism());
const queue = [];
let done = 0;

console.log(`Building ${String(all.length)} workspaces, ${String(free)} at a time …`);
/** By name. Dependencies come first. */
const builds = new Map();
for (const workspace of all) {
  const needed = [...builds].filter(([name]) => dependsOn(workspace.manifest, name)).map(([, build]) => build);
  builds.set(
    workspace.manifest.name,
    Promise.all(needed).then(() => inTurn(() => build(workspace))),
  );
}
const failed = (await Promise.allSettled(builds.values())).filter(({ status }) => status === 'rejected').length;
console.log(failed === 0 ? `Built in ${since(began)}.` : `${String(failed)} were not built.`);
process.exit(failed === 0 ? 0 : 1);

async function inTurn(work) {
  if (free === 0) await new Promise((resolve) => queue.push(resolve));
  else free -= 1;
  try {
    await work();
  } finally {
    const next = queue.shift();
    if (next === undefined) free += 1;
    else next();
  }
}

async function build({ folder, manifest: { name } }) {
  const from = performance.now();
  const npm = spawn('npm', ['run', '--silent', 'build', '--', '--silent'], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [npm.stdout, npm.stderr]) stream.on('data', (chunk) => (said += String(chunk)));
  const code = await new Promise((resolve) => npm.on('close', resolve));
  if (code !== 0) {
    console.error(`${said}\n  ${name} could not be built: see above.`);
    throw new Error(name);
  }
  done += 1;
  console.log(`  ${String(done)}/${String(all.length)} ${name} in ${since(from)}`);
}

function since(from) {
  return `${((performance.now() - from) / 1000).toFixed(1)} s`;
}
