import { expect, it, onTestFinished } from 'vitest';
import type { ToApp } from '../src/demo/chaos-messages.js';
import { supervise } from '../src/demo/supervisor.js';

const message = (type: string): ToApp => ({ type }) as unknown as ToApp;

/** A supervised app and its events. `next()` resolves with the next one. */
function supervised(app: string) {
  const seen: string[] = [];
  let told: (() => void) | undefined;
  const see = (what: string): void => {
    seen.push(what);
    told?.();
  };
  const supervisor = supervise({
    entry: new URL(`fixtures/${app}.mjs`, import.meta.url),
    restartMs: 1,
    begin: () => message('begin'),
    hear: ({ type }) => {
      see(`hears ${type}`);
    },
    onDown: (killed) => {
      see(killed ? 'killed' : 'ended by itself');
    },
    onUp: () => {
      see('up');
    },
    onFailure: (reason) => {
      see(reason);
    },
  });
  onTestFinished(() => supervisor.stop());
  const until = async (what: string): Promise<void> => {
    while (seen.at(-1) !== what) await new Promise<void>((resolve) => (told = resolve));
  };
  return { supervisor, seen, until };
}

it('an app that is killed is down at once, and back by itself', async () => {
  const { supervisor, seen, until } = supervised('app-that-answers');
  await supervisor.whenUp();
  supervisor.kill();
  expect(supervisor.up).toBe(false);
  await supervisor.whenUp();
  supervisor.tell(message('still there?'));
  await until('hears still there?');
  expect(seen).toEqual(['up', 'killed', 'up', 'hears still there?']);
});

it('an app that ends by itself is told apart, and restarted', async () => {
  const { supervisor, seen, until } = supervised('app-that-answers');
  await supervisor.whenUp();
  supervisor.tell(message('die'));
  await until('ended by itself');
  await supervisor.whenUp();
  expect(seen).toEqual(['up', 'ended by itself', 'up']);
});

it('an app that never answers is given up', async () => {
  const { until } = supervised('app-that-cannot-begin');
  await until('it ended 5 times before it answered');
});

it('an app that was stopped stays down', async () => {
  const { supervisor, seen } = supervised('app-that-answers');
  await supervisor.whenUp();
  await supervisor.stop();
  expect(seen).toEqual(['up']);
});
