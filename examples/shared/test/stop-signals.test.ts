import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, it, type ExpectStatic } from 'vitest';
import { bundle } from '../../../scripts/bundle.mjs';

let script: string;
beforeAll(async () => {
  script = fileURLToPath(await bundle('examples/shared/test/fixtures/stops.ts', undefined, { native: true }));
});

/** A process that has begun to listen. */
async function started(expect: ExpectStatic, env: Record<string, string>) {
  const child = spawn(process.execPath, [script], {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    env: { ...process.env, DRAIN_SECONDS: '0', FINISH_MS: '600000', DRAINS: 'well', ...env },
  });
  const exit = once(child, 'exit');
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => (said += String(chunk)));
  await expect.poll(() => said).toContain('listening');
  return { child, exit, said: () => said };
}

// Concurrently: they mostly wait.
describe.concurrent('a process that is told to stop', () => {
  it.for<[drains: string, code: number, word: string]>([
    ['well', 0, 'stopped'],
    ['never', 1, 'stop.late'],
    ['badly', 1, 'stop.failed'],
  ])('a process whose work ends %s exits with %d and says %s', async ([DRAINS, code, word], { expect }) => {
    const { child, exit, said } = await started(expect, {
      DRAINS,
      ...(DRAINS === 'never' ? { FINISH_MS: '200' } : {}),
    });
    child.kill('SIGTERM');
    expect(await exit).toEqual([code, null]);
    const codes = [...said().matchAll(/"code":"([^"]+)"/g)].map(([, one]) => one);
    expect(codes).toEqual(['stopping', word]);
    // The store is released after all work in progress, and only then.
    expect(/let go of[^]*"stopped"/.test(said())).toBe(DRAINS === 'well');
  });

  it('the time for work in progress counts from when no more is accepted, however long it serves before', async ({
    expect,
  }) => {
    const { child, exit, said } = await started(expect, { DRAIN_SECONDS: '2', FINISH_MS: '1900' });
    child.kill('SIGTERM');
    expect(await exit).toEqual([0, null]);
    expect(said()).not.toContain('stop.late');
  });

  it('a stop counts once, though a terminal and a parent process both send it', async ({ expect }) => {
    const { child, exit, said } = await started(expect, { DRAINS: 'never', FINISH_MS: '500' });
    child.kill('SIGINT');
    child.kill('SIGTERM');
    expect(await exit).toEqual([1, null]);
    // It was not ended by the second one.
    expect(said()).toContain('stop.late');
    expect(said().match(/"code":"stopping"/g)).toHaveLength(1);
  });

  it('bug: work that never ended was taken for done, with 0, where nothing else kept the process alive', async ({
    expect,
  }) => {
    const { child, exit, said } = await started(expect, { DRAINS: 'never', FINISH_MS: '500' });
    child.kill('SIGTERM');
    await expect.poll(said).toContain('"code":"stopping"');
    child.disconnect();
    expect(await exit).toEqual([1, null]);
    expect(said()).toContain('stop.late');
    // The end of the parent is not a second stop.
    expect(said().match(/"code":"stopping"/g)).toHaveLength(1);
  });

  it('a second signal after a second ends the process at once, whatever is in progress', async ({ expect }) => {
    const { child, exit } = await started(expect, { DRAIN_SECONDS: '600' });
    const asking = setInterval(() => child.kill('SIGINT'), 100);
    expect(await exit).toEqual([1, null]);
    clearInterval(asking);
  });

  it('P-117 a child stops when its parent has gone, and does not wait for a balancer', async ({ expect }) => {
    const { child, exit, said } = await started(expect, { DRAIN_SECONDS: '600' });
    child.disconnect();
    expect(await exit).toEqual([0, null]);
    expect(said()).toContain('the parent process has ended');
  });

  it('a child whose parent had ended before it was set up stops as well', async ({ expect }) => {
    const { child, exit, said } = await started(expect, { LATE: '1', DRAIN_SECONDS: '600' });
    child.disconnect();
    expect(await exit).toEqual([0, null]);
    expect(said()).toContain('the parent process has ended');
  });
});
