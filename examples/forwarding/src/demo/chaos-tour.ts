import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { realClock, type Person } from '@amd/simulator';
import { createPhones } from '../../../shared/src/demo/phone.js';
import type { RunningTour } from '../../../shared/src/demo/run.js';
import { freePort } from '../../../shared/src/demo/server.js';
import type { FromApp, ToApp } from './chaos-messages.js';
import { allOptions } from './chaos-numbers.js';
import { playCrashScenario } from './chaos-play.js';
import type { CrashResult } from './chaos-report.js';
import type { CrashScenario } from './chaos-scenarios.js';
import { startChaosTwilio } from './chaos-twilio.js';
import type { PlannedCrashes } from './planned-crashes.js';
import { supervise } from './supervisor.js';
import { OUR_NUMBER, TEAM } from './team.js';

/** How much faster than real time the simulator runs while the app is up; while the app is down it runs in real time. */
export const CHAOS_SPEED = 15;
/** How long supervisors wait before they restart a process, ms. */
const RESTART_MS = 500;

/**
 * Starts the tour. Twilio is in this process; the app is in one of its own, with a folder for its state, and is killed and
 * restarted.
 */
export async function startChaosTour(
  wanted: { readonly host: string; readonly port: number; readonly orAnyPort: boolean },
  entry: URL,
): Promise<RunningTour<CrashScenario, CrashResult>> {
  const { url, port } = await freePort(wanted);
  const folder = await mkdtemp(join(tmpdir(), 'amd-chaos-'));
  const clock = realClock({ speed: CHAOS_SPEED });
  const people = new Map<string, Person>();
  let planned: PlannedCrashes | null = null;
  let byItself = 0;
  let toured = 0;
  let live = false;

  const phones = createPhones({ sim: () => twilio.sim, numbers: [OUR_NUMBER], people: TEAM, since: () => toured });
  const twilio = await startChaosTwilio({
    appUrl: url,
    clock,
    people: (to) => people.get(to) ?? phones.person(to),
    happens: (moment) => planned?.happens(moment) === true,
  });
  const { sim, apiUrl } = twilio;

  const reading = () => ({ real: Date.now(), simulated: clock.now(), speed: clock.speed });
  const phoneNow = (): ToApp => ({ type: 'phone', state: phones.panel.state() });
  function goAt(speed: number): void {
    clock.setSpeed(speed);
    app.tell({ type: 'clock', clock: reading() });
  }

  const app = supervise({
    entry,
    restartMs: RESTART_MS,
    begin: () => ({
      type: 'begin',
      folder,
      host: wanted.host,
      port,
      url,
      apiUrl,
      accountSid: sim.accountSid,
      authToken: sim.authToken,
      number: OUR_NUMBER,
      team: TEAM.map(({ name, to }) => ({ name, to })),
      options: allOptions(),
      clock: reading(),
      phone: phones.panel.state(),
    }),
    hear(message: FromApp) {
      if (message.type !== 'phone.command') return;
      void Promise.resolve(phones.panel.command(message.command)).then((result) => {
        app.tell({ type: 'phone.result', id: message.id, result });
      });
    },
    onDown(killed) {
      if (!killed) byItself += 1;
      clock.setSpeed(1);
      planned?.crashed(clock.now());
      if (live) console.log(killed ? 'The app is killed.' : 'The app died by itself.');
    },
    onUp() {
      planned?.back(clock.now());
      if (live) console.log('The app is back.');
      else goAt(CHAOS_SPEED);
    },
    onFailure(reason) {
      console.error(`The app cannot be started: ${reason}`);
      process.exit(1);
    },
  });
  phones.panel.onChange(() => {
    if (live) app.tell(phoneNow());
  });

  return {
    url,
    async play(scenario) {
      await app.whenUp();
      byItself = 0;
      const parts = {
        twilio,
        people,
        clock,
        kill: app.kill,
        plan: (crashes: PlannedCrashes | null) => (planned = crashes),
      };
      return { ...(await playCrashScenario(scenario, parts)), byItself };
    },
    async goLive() {
      await app.whenUp();
      toured = sim.calls.length;
      live = true;
      goAt(1);
      app.tell(phoneNow());
      process.stdin.on('data', app.kill);
    },
    async stop() {
      twilio.close();
      await app.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
