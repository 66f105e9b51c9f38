import { syncWorkers } from '@amd/core/twilio';
import { human, realClock, voicemail } from '@amd/simulator';
import { afterEach, describe, expect, it } from 'vitest';
import { serveExample } from '../helpers/served-example.js';
import { ANN, BEN, closed, OURS, serving, simulateTwilio } from '../../../cli/test/simulated-twilio.js';

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

describe('a workspace created by "amd taskrouter apply"', () => {
  it.each([
    ['from nothing', undefined],
    ['from one of today, made by hand', true],
    ['from one of the older generation, made by hand', false],
  ])('a workspace created %s is one in which the example runs', async (_name, multiTask) => {
    const people = { [ANN]: voicemail({ ringMs: 4000 }), [BEN]: human({ ringMs: 3000, talkMs: 5000 }) };
    const here = await simulateTwilio({ people, clock: realClock({ speed: 20 }) });
    closing.push(() => here.close());
    here.write('.env', '');
    if (multiTask !== undefined) here.sim.addWorkspace({ friendlyName: 'AMD', multiTask });
    const { url, server } = await serving();
    closing.push(() => closed(server));
    const file = here.write(
      'taskrouter.yaml',
      `workers: [{ name: Ann, phone: "${ANN}" }, { name: Ben, phone: "${BEN}" }]\nnumber: "${OURS}"`,
    );
    const applied = await here.amd(['taskrouter', 'apply', '--yes', '-f', file, '--url', url]);
    expect(applied).toMatchObject({ exit: 0 });

    const { app, directory } = await serveExample(here, { url, server });
    app.start();
    closing.push(() => app.drain(Promise.resolve()));
    await syncWorkers({ directory, workers: app.workers });

    const caller = here.sim.placeCall({ from: '+12125550123', to: OURS });
    await caller.done;
    await Promise.all([app.calls.idle(), app.workers.idle()]);
    const [ann, ben] = [ANN, BEN].map((to) => here.sim.calls.find((call) => call.to === to));
    expect(ann?.answeredBy).toBe('machine_start');
    expect(ann?.bridgedWith).toEqual([]);
    expect(caller.bridgedWith.map(({ sid }) => sid)).toEqual([ben?.sid]);
    expect(here.sim.debugger).toEqual([]);
  });
});
