import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { runInThisContext } from 'node:vm';
import * as core from '@amd/core';
import type { CallHooks } from '@amd/core';
import type { Resolve } from '@amd/core/http';
import { createCallForwarding, type StartOptions } from '@amd/core/twilio';
import {
  createTestApp,
  human,
  noAnswer,
  silent,
  type TestAppOptions,
  type TestAppParts,
  voicemail,
} from '@amd/simulator';
import { transform } from 'esbuild';
import type { Express } from 'express';
import { describe, expect, it } from 'vitest';
import { withoutAnonymous } from '../../../../docs/recipes/anonymous.js';
import { callBack } from '../../../../docs/recipes/call-back.js';
import { chosen, menuApp, type Menu } from '../../../../docs/recipes/menu.js';
import { fromStudio } from '../../../../docs/recipes/studio.js';
import { vipsFirst } from '../../../../docs/recipes/vips.js';
import { blocksOf, textOf } from '../helpers/pages.js';

const [ANN, BEN, BOSS] = ['+14155550142', '+14155550143', '+14155550144'] as const;
const CALLER = '+12125550123';

/** An app with a recipe, on the simulator. */
function play(
  recipe: (parts: TestAppParts) => { resolve: Resolve; hooks?: CallHooks; app?: Express },
  options: TestAppOptions = {},
) {
  return createTestApp((parts) => {
    const { number, client, clock, publicBaseUrl, accountSid, authToken } = parts;
    return createCallForwarding({
      ...{ client, clock, publicBaseUrl, accountSid, authToken, ownNumber: number, log: () => undefined },
      mayDial: [ANN, BEN, BOSS],
      ...recipe(parts),
    });
  }, options);
}

describe('VIPs first', () => {
  const desk = { vips: [CALLER], forVips: [BOSS, BEN], team: [ANN, BEN] };
  const app = play(() => ({ resolve: ({ from }) => vipsFirst(desk, from) }));

  it('a VIP rings their own people at once, and then the others of the team', async () => {
    const story = await app.call({
      from: CALLER,
      people: { [BOSS]: voicemail(), [BEN]: noAnswer(), [ANN]: human() },
    });
    expect(story).toMatchObject({ rung: [BOSS, BEN, ANN], talkedWith: ANN, problems: [] });
  });

  it('everybody else rings the team in order', async () => {
    const story = await app.call({ from: '+12125550199', people: { [ANN]: noAnswer(), [BEN]: human() } });
    expect(story).toMatchObject({ rung: [ANN, BEN], talkedWith: BEN, problems: [] });
  });
});

describe('anonymous callers', () => {
  const app = play(() => ({ resolve: withoutAnonymous(() => ({ forwardTo: [ANN] })) }));

  it.each(['anonymous', '', 'Restricted', '+266696687', 'client:Anonymous'])(
    '%j is rejected: never answered, and nobody rings',
    async (from) => {
      const story = await app.call({ from, people: { [ANN]: human() } });
      expect(story).toMatchObject({ rung: [], talkedWith: null, heard: [], problems: [] });
      expect(['no-answer', 'busy']).toContain(story.status);
    },
  );

  it('a caller who shows a number is forwarded', async () => {
    expect(await app.call({ people: { [ANN]: human() } })).toMatchObject({ talkedWith: ANN, problems: [] });
  });
});

describe('a menu in front', () => {
  const menu: Menu = { 1: { name: 'sales', forwardTo: [ANN] }, 2: { name: 'support', forwardTo: [BEN] } };
  const app = play(
    ({ publicBaseUrl }) => ({ resolve: (call) => chosen(menu, call), app: menuApp(menu, publicBaseUrl) }),
    { voiceUrl: '/menu', people: { [ANN]: human(), [BEN]: human() } },
  );

  it('asks, and the key decides who is rung', async () => {
    const story = await app.call({ press: [{ afterMs: 4000, digits: '2' }] });
    expect(story).toMatchObject({ rung: [BEN], talkedWith: BEN, pressed: '2', problems: [] });
    expect(story.heard[0]).toBe('For sales, press 1. For support, press 2.');
  });

  it('a key that is not on the menu hears it again', async () => {
    const story = await app.call({
      press: [
        { afterMs: 4000, digits: '7' },
        { afterMs: 9000, digits: '1' },
      ],
    });
    expect(story).toMatchObject({ rung: [ANN], talkedWith: ANN, problems: [] });
    expect(story.heard.filter((text) => text.startsWith('For sales'))).toHaveLength(2);
  });

  it('without a key the caller is forwarded to everybody', async () => {
    expect(await app.call()).toMatchObject({ rung: [ANN], talkedWith: ANN, problems: [] });
  });
});

describe('hand-off from Studio, and back', () => {
  const flowUrl = 'https://studio.example.com/flows/FW1';
  const xml = (body: string) => ({
    status: 200,
    headers: { 'content-type': 'text/xml' },
    body: `<Response>${body}</Response>`,
  });
  /** Plays Studio: the flow's first steps, and what it does when the call is back. */
  function studio(isOpen: boolean) {
    const returned: string[] = [];
    const app = play(() => ({ resolve: () => fromStudio({ flowUrl, people: [ANN], isOpen: () => isOpen }) }), {
      voiceUrl: flowUrl,
      elsewhere: ({ url }) => {
        const { searchParams } = new URL(url);
        if (searchParams.get('FlowEvent') !== 'return') {
          return Promise.resolve(
            xml('<Say>Welcome.</Say><Redirect method="POST">https://app.example.com/inbound?from=studio</Redirect>'),
          );
        }
        returned.push(searchParams.get('reason') ?? '');
        return Promise.resolve(xml('<Say>Goodbye from Studio.</Say><Hangup/>'));
      },
    });
    return { app, returned };
  }

  it('a human takes a caller whom Studio sent', async () => {
    const { app, returned } = studio(true);
    const story = await app.call({ people: { [ANN]: human() } });
    expect(story).toMatchObject({ talkedWith: ANN, problems: [] });
    expect(story.heard[0]).toBe('Welcome.');
    expect(returned).toEqual([]);
  });

  it('nobody takes them: the flow goes on, and learns why', async () => {
    const { app, returned } = studio(true);
    const story = await app.call({ people: { [ANN]: voicemail() } });
    expect(story).toMatchObject({ rung: [ANN], talkedWith: null, problems: [] });
    expect(story.heard.at(-1)).toBe('Goodbye from Studio.');
    expect(returned).toEqual(['nobody']);
  });

  it('closed: nobody rings, and the flow goes on', async () => {
    const { app, returned } = studio(false);
    const story = await app.call({ people: { [ANN]: human() } });
    expect(story).toMatchObject({ rung: [], talkedWith: null, problems: [] });
    expect(returned).toEqual(['closed']);
  });
});

describe('calling back', () => {
  function office({ mayCall = () => true }: { mayCall?: (to: string) => boolean } = {}) {
    const known = new Set<string>();
    const isNew = (id: string): boolean => !known.has(id) && known.add(id).size > 0;
    let missed: NonNullable<CallHooks['missed']> | undefined;
    const app = play(({ client, publicBaseUrl, authToken, number }) => {
      const back = callBack({ client, publicBaseUrl, authToken, ownNumber: number, person: BOSS, mayCall, isNew });
      missed = back.missed;
      return { resolve: () => ({ forwardTo: [ANN] }), hooks: { missed: back.missed }, app: back.app };
    });
    const calls = () =>
      app.simulator.calls
        .filter(({ direction }) => direction !== 'inbound')
        .map(({ direction, to }) => ({ direction, to }));
    return { app, calls, again: (data: never, id: string) => missed?.(data, id) };
  }

  it('a person presses 1 and talks with the caller who was missed', async () => {
    const { app, calls } = office();
    const story = await app.call({
      people: { [ANN]: voicemail(), [BOSS]: human({ key: '1' }), [CALLER]: human({ talkMs: 12_000 }) },
    });
    expect(story).toMatchObject({ talkedWith: null, problems: [] });
    expect(calls()).toEqual([
      { direction: 'outbound-api', to: ANN },
      { direction: 'outbound-api', to: BOSS },
      { direction: 'outbound-dial', to: CALLER },
    ]);
    const back = app.simulator.calls.find(({ direction }) => direction === 'outbound-dial');
    expect(back?.bridgedWith.map(({ ms }) => ms)).toEqual([12_000]);
  });

  it.each([
    ['a voicemail picks up', voicemail()],
    ['nobody presses a key', human()],
    ['nobody knows who picked up', silent({ key: '1' })],
  ])('%s: the caller is not rung', async (_, person) => {
    const { app, calls } = office();
    await app.call({ people: { [ANN]: noAnswer(), [BOSS]: person, [CALLER]: human() } });
    expect(calls().map(({ to }) => to)).toEqual([ANN, BOSS]);
  });

  it('a caller who talked is not called back, nor one whose number may not be called', async () => {
    const talked = office();
    await talked.app.call({ people: { [ANN]: human() } });
    expect(talked.calls().map(({ to }) => to)).toEqual([ANN]);
    const dear = office({ mayCall: (to) => to.startsWith('+1415') });
    await dear.app.call({ people: { [ANN]: noAnswer(), [BOSS]: human({ key: '1' }) } });
    expect(dear.calls().map(({ to }) => to)).toEqual([ANN]);
  });

  it('a stranger who posts learns nothing', async () => {
    const { app: listener } = callBack({
      client: { calls: { create: () => Promise.reject(new Error('nobody calls')) } },
      publicBaseUrl: 'https://app.example.com',
      authToken: 'secret',
      ownNumber: '+14155550199',
      person: BOSS,
      mayCall: () => true,
      isNew: () => true,
    });
    const server = listener.listen(0);
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const body = new URLSearchParams({ Digits: '1' });
    const answer = await fetch(`http://127.0.0.1:${String(port)}/call-back/any/key`, { method: 'POST', body });
    expect(answer.status).toBe(403);
    server.close();
  });

  it('a hook that runs again for the same visit calls nobody twice', async () => {
    const { again, app, calls } = office();
    await app.call({ people: { [ANN]: human() } });
    const data = { from: CALLER } as never;
    await again(data, 'same');
    await again(data, 'same');
    expect(calls().filter(({ to }) => to === BOSS)).toHaveLength(1);
    await app.simulator.settleCalls();
  });
});

describe('docs/cost.md', () => {
  it('counts in its example what the call of the example takes', async () => {
    const app = play(() => ({ resolve: () => ({ forwardTo: [ANN, BEN, BOSS] }) }));
    await app.call({ people: { [ANN]: noAnswer(), [BEN]: voicemail(), [BOSS]: human({ talkMs: 310_000 }) } });
    const minutes = (seconds: number): number => Math.ceil(seconds / 60);
    const [caller, ...legs] = app.simulator.calls;
    const answered = legs.filter(({ answeredAt }) => answeredAt !== undefined);
    // The caller is in the room for almost all of their call, the callee from the verdict on.
    const inRoom = minutes(caller!.duration) + minutes((answered.at(-1)?.bridgedWith[0]?.ms ?? 0) / 1000);
    const example = textOf('docs/cost.md').split('## An example')[1] ?? '';
    const units = [...example.matchAll(/^\|[^|]*\|[^|]*\| *(\d+) [^|]*\|$/gm)].map(([, count]) => Number(count));
    expect(units).toEqual([
      minutes(caller!.duration),
      ...legs.map((leg) => (answered.includes(leg) ? minutes(leg.duration) : 0)),
      answered.length,
      inRoom,
    ]);
  });
});

describe('docs/migrate.md', () => {
  /** What a block of the page exports. */
  async function exportsOf(part: string): Promise<Record<string, unknown>> {
    const block = blocksOf('docs/migrate.md').find(({ code }) => code.includes(part));
    const { code } = await transform(block?.code ?? '', { loader: 'ts', format: 'cjs' });
    const modules: Record<string, object> = { '@amd/core': core, '@amd/core/twilio': { createCallForwarding } };
    const module = { exports: {} };
    const run = runInThisContext(`(function (require, module) {${code}\n})`) as (load: unknown, to: object) => void;
    run((name: string) => modules[name], module);
    return module.exports;
  }

  it('rings as the small programs did, and goes on after a voicemail', async () => {
    const { options } = (await exportsOf('simulring')) as { options: Record<string, core.CallSettings> };
    const rung = async (name: string) => {
      const app = play(() => ({ resolve: () => options[name]! }));
      const story = await app.call({ people: { [ANN]: voicemail(), [BEN]: human() } });
      return { rung: story.rung, talkedWith: story.talkedWith, messages: story.messageSeconds.length };
    };
    expect(await rung('simulring')).toEqual({ rung: [ANN, BEN], talkedWith: BEN, messages: 0 });
    expect(await rung('findMe')).toEqual({ rung: [ANN, BEN], talkedWith: BEN, messages: 0 });
    expect(await rung('forward')).toEqual({ rung: [ANN], talkedWith: null, messages: 0 });
    expect(await rung('voicemail')).toEqual({ rung: [], talkedWith: null, messages: 1 });
  });

  it('reads people from the query of the number, and dials no others', async () => {
    const { start } = (await exportsOf('query')) as {
      start: (given: StartOptions, mayDial: readonly string[]) => ReturnType<typeof createCallForwarding>;
    };
    const voiceUrl = `/inbound?people=${[ANN, '+14155550150', BEN].map(encodeURIComponent).join(',')}`;
    const app = createTestApp(
      ({ number, ...parts }) => start({ ...parts, ownNumber: number, log: () => undefined }, [ANN, BEN]),
      { voiceUrl },
    );
    const story = await app.call({ people: { [ANN]: noAnswer(), [BEN]: human(), '+14155550150': human() } });
    expect(story).toMatchObject({ rung: [ANN, BEN], talkedWith: BEN, problems: [] });
  });

  it('keeps press 1: a human who presses nothing has no caller', async () => {
    const { pressOne } = (await exportsOf('pressOne')) as { pressOne: core.CallSettings };
    const app = play(() => ({ resolve: () => pressOne }));
    expect(await app.call({ people: { [ANN]: human() } })).toMatchObject({ talkedWith: null });
    expect(await app.call({ people: { [ANN]: human({ key: '2' }) } })).toMatchObject({ talkedWith: null });
    expect(await app.call({ people: { [ANN]: human({ key: '1' }) } })).toMatchObject({ talkedWith: ANN });
  });
});

describe('docs/pitfalls.md', () => {
  it('names every pitfall in its index by symptom, and each link leads to its heading', () => {
    const [index = '', list = ''] = textOf('docs/pitfalls.md').split(/(?=^## P-01 )/m);
    const anchors = new Map(
      [...list.matchAll(/^## ((P-\d+) .*)$/gm)].map(([, title = '', number = '']) => [
        number,
        title
          .toLowerCase()
          .replace(/[^\p{L}\p{N}_\s-]/gu, '')
          .replaceAll(' ', '-'),
      ]),
    );
    const links = [...index.matchAll(/\[(P-\d+)\]\(#([^)]+)\)/g)].map(([, number = '', to = '']) => ({ number, to }));
    for (const { number, to } of links) expect(to).toBe(anchors.get(number));
    expect([...new Set(links.map(({ number }) => number))].sort()).toEqual([...anchors.keys()].sort());
  });
});
