import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { createSimulator, createSimulatorServer, realClock, type SimulatedCall } from '@amd/simulator';
import { createBalancer } from '../../../../examples/cluster/src/balancer.js';
import { startRedis } from '../../../store-redis/test/helpers/redis.js';
import { releaseOf, releaseOfCheckout } from '../install/built-release.js';
import { previousRelease } from '../install/previous-release.js';
import type { Facts, PartOptions } from './facts.js';
import { callersOf, endingOf, wrongs, type Caller, type Ending } from './upgrade-calls.js';

const CALLERS = 100;
const APART_MS = 250;
const OURS = '+14155550199';
const PROGRAM = 'packages/verification/src/prove/programs/forwarding-process.mjs';
/** On Redis a stopping process still serves for so long, while the balancer already leaves it alone. */
const DRAIN_MS = 1000;
/** When the first old process is stopped, and the last one, after the first caller. Calls come for 25 s. */
const [FIRST_MS, LAST_MS] = [8000, 18_000];
const PATIENCE_MS = 180_000;

/** Where the calls are kept, and how many processes may serve them there. */
type Kept = 'Redis' | 'SQLite';

/** A release, installed. */
interface Release {
  readonly name: 'old' | 'new';
  readonly folder: string;
}

/** What one run of all callers has shown. */
export interface Run {
  readonly endings: ReadonlyMap<string, Ending>;
  readonly problems: readonly string[];
  /** Calls in which both releases have written. */
  readonly shared: number;
  /** How long no process was ready at a stretch, in ms. */
  readonly awayMs: number;
}

/** A process of the app. */
interface Node {
  readonly child: ChildProcess;
  readonly port: number;
  readonly release: Release;
  /** Whether the balancer may send it requests. */
  isServing: boolean;
}

/**
 * Runs the release before this one and this one on one store, and replaces one by the other while calls come and go: forwards
 * and back, on Redis side by side and on SQLite one after the other. Each call must end as on a release alone.
 */
export async function upgrades({ root, previous, tell }: PartOptions): Promise<Facts> {
  const before = previousRelease(root, previous ?? undefined);
  if (before.commit === null) return { figures: {}, problems: [], leftOut: before.why };
  const old: Release = { name: 'old', folder: releaseOf(before.commit) };
  const now: Release = { name: 'new', folder: releaseOfCheckout() };
  for (const { folder } of [old, now]) copyFileSync(root + PROGRAM, `${folder}/program.mjs`);
  const plays: readonly (readonly [what: string, kept: Kept, from: Release, to: Release])[] = [
    ['the old release alone', 'Redis', old, old],
    ['this release alone', 'Redis', now, now],
    ['upgraded on Redis', 'Redis', old, now],
    ['upgraded on SQLite', 'SQLite', old, now],
    ['rolled back on Redis', 'Redis', now, old],
    ['rolled back on SQLite', 'SQLite', now, old],
  ];
  const runs = new Map<string, Run>();
  const queue = [...plays];
  const next = async (): Promise<void> => {
    for (let play = queue.shift(); play !== undefined; play = queue.shift()) {
      const [what, kept, from, to] = play;
      runs.set(what, await replaced(kept, from, to));
      tell(runs.size, plays.length);
    }
  };
  // Two at once: they mostly wait.
  await Promise.all([next(), next()]);
  return factsOf(before.name, runs);
}

/** Compares the runs in which a release was replaced by another with those of one release alone, which come first. */
export function factsOf(before: string, runs: ReadonlyMap<string, Run>): Facts {
  const [[, old] = [], [, now] = [], ...mixed] = [...runs];
  const problems = [...runs].flatMap(([what, run]) => run.problems.map((problem) => `${what}: ${problem}`));
  const figures = { callers: 0, talked: 0, shared: 0, otherwise: 0, awayMs: 0 };
  for (const [what, { endings, shared, awayMs }] of mixed) {
    figures.callers += endings.size;
    figures.shared += shared;
    figures.awayMs = Math.max(figures.awayMs, Math.round(awayMs));
    for (const [who, ending] of endings) {
      if (ending.talkedWith.length > 0) figures.talked += 1;
      const alone = [old, now].map((run) => JSON.stringify(run?.endings.get(who)));
      if (alone.includes(JSON.stringify(ending))) continue;
      figures.otherwise += 1;
      problems.push(`${what}: ${who} ended as ${JSON.stringify(ending)}, and on one release as ${alone.join(' or ')}`);
    }
  }
  return {
    figures,
    problems: [...problems, ...(old === undefined || now === undefined ? ['a run is missing'] : [])],
    tried: before,
  };
}

/** Plays all callers while processes of one release are replaced by those of another. */
async function replaced(kept: Kept, from: Release, to: Release): Promise<Run> {
  const folder = mkdtempSync(join(tmpdir(), 'amd-upgrade-'));
  const redis = kept === 'Redis' ? await startRedis() : null;
  const callers = callersOf(CALLERS);
  const people = new Map(callers.flatMap((one) => [...one.people]));
  const nodes: Node[] = [];
  const problems: string[] = [];
  const written = new Map<string, Set<Release['name']>>();
  const ended = new Map<string, Set<string>>();

  const serving = (): readonly Node[] => nodes.filter(({ isServing }) => isServing);
  const balancer = createBalancer(nodes, (target) => serving().some((node) => node === target));
  // Requests wait while no process serves, as at a proxy that tries again.
  const front = createServer((request, response) => {
    void (async () => {
      while (serving().length === 0) await wait(20);
      balancer.emit('request', request, response);
    })();
  });
  let [awaySince, awayMs] = [performance.now(), 0];
  front.listen(0, '127.0.0.1');
  await once(front, 'listening');
  const url = `http://127.0.0.1:${String((front.address() as AddressInfo).port)}`;
  const sim = createSimulator({
    clock: realClock(),
    numbers: [
      {
        phoneNumber: OURS,
        voiceUrl: `${url}/inbound#rc=3&rp=5xx,ct,rt`,
        statusCallback: `${url}/inbound/status#rc=3&rp=5xx,ct,rt`,
      },
    ],
    people: (number) => people.get(number),
  });
  const api = createSimulatorServer(sim).listen(0, '127.0.0.1');
  await once(api, 'listening');

  async function start(release: Release): Promise<Node> {
    const settings = {
      redisUrl: redis?.url ?? null,
      file: join(folder, 'calls.db'),
      apiUrl: `http://127.0.0.1:${String((api.address() as AddressInfo).port)}`,
      accountSid: sim.accountSid,
      authToken: sim.authToken,
      publicBaseUrl: url,
      ownNumber: OURS,
      drainMs: redis === null ? 0 : DRAIN_MS,
      lists: Object.fromEntries(callers.map((one) => [one.from, { ...one.options, people: [...one.people.keys()] }])),
    };
    const child = fork(`${release.folder}/program.mjs`, [], {
      cwd: release.folder,
      env: { ...process.env, SETTINGS: JSON.stringify(settings) },
    });
    const port = await new Promise<number>((resolve, reject) => {
      child.on('exit', (code) => {
        reject(new Error(`a process of the ${release.name} release ended with ${String(code)}`));
      });
      child.on('message', (message: Said) => {
        if (message.is === 'listening') resolve(message.port);
        else hear(release, message);
      });
    });
    if (serving().length === 0) awayMs = Math.max(awayMs, performance.now() - awaySince);
    const node = { child, port, release, isServing: true };
    nodes.push(node);
    return node;
  }

  function hear({ name }: Release, message: Exclude<Said, { is: 'listening' }>): void {
    if (message.is === 'said') {
      if (message.level !== 'info' && message.level !== 'debug') {
        problems.push(`the ${name} release said ${message.code}: ${message.message}`);
      }
      return;
    }
    const sid = message.is === 'ended' ? message.sid : (/CA[0-9a-f]{32}/.exec(message.key)?.[0] ?? '');
    if (message.is === 'ended') ended.set(sid, (ended.get(sid) ?? new Set()).add(message.id));
    else written.set(sid, (written.get(sid) ?? new Set()).add(name));
  }

  async function stop(node: Node): Promise<void> {
    node.isServing = false;
    if (serving().length === 0) awaySince = performance.now();
    const exit = once(node.child, 'exit');
    node.child.kill('SIGTERM');
    const [code, signal] = (await exit) as [number | null, string | null];
    if (code !== 0)
      problems.push(`a process of the ${node.release.name} release stopped with ${String(code ?? signal)}`);
  }

  async function replace(): Promise<void> {
    const [first, last] = nodes as [Node, Node | undefined];
    await wait(FIRST_MS);
    // One process owns the file: the next one starts when it has ended.
    if (last === undefined) {
      await stop(first);
      await start(to);
      return;
    }
    await start(to);
    await stop(first);
    await wait(LAST_MS - FIRST_MS);
    await start(to);
    await stop(last);
  }

  try {
    await start(from);
    if (redis !== null) await start(from);
    awayMs = 0;
    const placed: (readonly [Caller, SimulatedCall])[] = [];
    const replacing = replace();
    for (const caller of callers) {
      const { hangUp } = caller;
      placed.push([
        caller,
        sim.placeCall({ from: caller.from, to: OURS, ...(hangUp === undefined ? {} : { hangUp }) }),
      ]);
      await wait(APART_MS);
    }
    await replacing;
    const patience = performance.now() + PATIENCE_MS;
    while (performance.now() < patience && sim.calls.some(({ endedAt }) => endedAt === undefined)) await wait(100);
    // The last hooks are told after the last call.
    await wait(1000);
    for (const node of serving()) await stop(node);
    for (const [caller, call] of placed) {
      problems.push(...wrongs(sim, caller, call));
      const outcomes = ended.get(call.sid)?.size ?? 0;
      if (outcomes !== 1) problems.push(`${call.from} (${caller.kind}) had ${String(outcomes)} outcomes`);
    }
    for (const { code, message } of sim.debugger) problems.push(`Twilio would complain: ${String(code)} ${message}`);
    return {
      endings: new Map(
        placed.map(([caller, call]) => [`${caller.from} (${caller.kind})`, endingOf(sim, caller, call)]),
      ),
      problems,
      shared: [...written].filter(([sid, by]) => sid !== '' && by.size === 2).length,
      awayMs,
    };
  } finally {
    for (const { child } of nodes) child.kill('SIGKILL');
    sim.close();
    for (const server of [api, front]) {
      server.closeAllConnections();
      server.close();
    }
    await redis?.end();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What a process tells its parent. */
type Said =
  | { readonly is: 'listening'; readonly port: number }
  | { readonly is: 'committed'; readonly key: string }
  | { readonly is: 'ended'; readonly sid: string; readonly id: string }
  | { readonly is: 'said'; readonly level: string; readonly code: string; readonly message: string };
