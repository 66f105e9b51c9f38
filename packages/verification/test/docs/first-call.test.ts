import { spawnSync } from 'node:child_process';
import {
  createSimulator,
  human,
  realClock,
  voicemail,
  type Person,
  type SimulatedCall,
  type Simulator,
} from '@amd/simulator';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort } from '../../../store-redis/test/helpers/free-port.js';
import { type Certificate, createCertificate } from '../helpers/certificate.js';
import { blocksOf, textOf } from '../helpers/pages.js';
import { TWILIO_NAMES, twilioByProxy, type TwilioByProxy } from '../helpers/twilio-by-proxy.js';
import { checkOut, type Checkout, commandsOf, patternOf, type Running, type ShownCommand, tunnel } from './walk.js';

const PAGE = 'docs/first-call.md';
const PUBLIC = 'https://calls.example.ngrok.app';
const FALLBACK = 'https://handler.twilio.com/twiml/EH1';

/** Commands that are not run, with the reason. */
const NOT_RUN: Readonly<Record<string, string>> = {
  'npm ci': 'the packages of this checkout are installed',
  'ngrok http 5000': 'tunnel.mjs stands for it',
};

const commands = commandsOf(PAGE);
const settings = new Map(
  blocksOf(PAGE)
    .filter(({ language }) => language === 'ini')
    .flatMap(({ code }) => [...code.matchAll(/^(\w+)=(.*)$/gm)].map(([, name = '', value = '']) => [name, value])),
);
const setting = (name: string): string => settings.get(name) ?? '';
const OURS = setting('TWILIO_PHONE_NUMBER');
const PHONE = setting('FORWARD_TO');

/** It makes the certificate of the simulated Twilio. */
const hasOpenssl = spawnSync('openssl', ['version']).status === 0;
let certificate: Certificate;
let port: number;
let sim: Simulator;
let twilio: TwilioByProxy;
let reader: Checkout;
let app: Running | undefined;
let person: Person = human({ ringMs: 4000, talkMs: 8000 });

beforeAll(async () => {
  if (!hasOpenssl) return;
  certificate = createCertificate([...TWILIO_NAMES, 'voice.twilio.com']);
  port = await freePort();
  const { env, transport } = tunnel(PUBLIC, port);
  sim = createSimulator({
    clock: realClock({ speed: 10 }),
    numbers: [{ phoneNumber: OURS }],
    people: (to) => (to === PHONE ? person : undefined),
    transport,
  });
  twilio = await twilioByProxy(sim, certificate);
  reader = await checkOut({ ...env, ...twilio.env });
});
afterAll(async () => {
  if (!hasOpenssl) return;
  await reader.remove();
  twilio.close();
  sim.close();
  certificate.remove();
});

/** Output as the page has it: this test listens at a port that is free. */
const asShown = (output: string): string => output.replaceAll(`127.0.0.1:${String(port)}`, '127.0.0.1:5000');

/** Returns the nth command of the page that reads so. */
function command(text: string, nth = 0): ShownCommand {
  const found = commands.filter((one) => one.command === text)[nth];
  if (found === undefined) throw new Error(`${PAGE} does not have "${text}" ${String(nth + 1)} times`);
  return found;
}

/** A caller, as in step 9. */
async function call(): Promise<SimulatedCall> {
  const caller = sim.placeCall({ from: '+12125550123', to: OURS });
  await caller.done;
  return caller;
}

/** Logs in on the page, and returns the results of the calls in its log. */
async function resultsOnThePage(): Promise<unknown[]> {
  const root = `http://127.0.0.1:${String(port)}`;
  const form = new URLSearchParams({ to: '/calls.json', password: setting('DASHBOARD_PASSWORD') });
  const login = await fetch(`${root}/dashboard/login`, {
    method: 'POST',
    body: form,
    headers: { origin: root },
    redirect: 'manual',
  });
  const cookie = login.headers.getSetCookie().map((one) => one.split(';')[0]);
  const log = await fetch(`${root}/calls.json`, { headers: { cookie: cookie.join('; ') } });
  return ((await log.json()) as { result: unknown }[]).map(({ result }) => result);
}

describe.skipIf(!hasOpenssl)(PAGE, () => {
  it('has at most ten steps, and every command of it is walked below or left out for a reason', () => {
    const steps = [...textOf(PAGE).matchAll(/^## (\d+)\. /gm)].map(([, number]) => Number(number));
    expect(steps).toEqual(Array.from({ length: steps.length }, (_, index) => index + 1));
    expect(steps.length).toBeLessThanOrEqual(10);
    expect(commands.map((one) => one.command).filter((one) => !(one in NOT_RUN))).toEqual([
      'cp .env.example .env',
      'npm run amd -- doctor',
      'npm start -w examples/forwarding',
      'npm run amd -- doctor',
    ]);
    for (const left of Object.keys(NOT_RUN)) command(left);
    // Whatever shows output, a block of it belongs to a command.
    expect(commands.filter(({ shows }) => shows !== null)).toHaveLength(3);
  });

  it('step 3: the five settings are lines of .env, and are all that has to be filled in', async () => {
    expect(await reader.run(command('cp .env.example .env').command)).toMatchObject({ code: 0, stderr: '' });
    let file = await reader.read('.env');
    const secrets: Readonly<Record<string, string>> = {
      TWILIO_ACCOUNT_SID: sim.accountSid,
      TWILIO_AUTH_TOKEN: sim.authToken,
    };
    expect(settings.size).toBe(5);
    for (const [name, value] of settings) {
      const filled = value.includes('…') ? secrets[name] : value;
      expect(file, name).toMatch(new RegExp(`^${name}=$`, 'm'));
      file = file.replace(new RegExp(`^${name}=$`, 'm'), `${name}=${filled ?? ''}`);
    }
    await reader.write('.env', file.replace(/^PORT=5000$/m, `PORT=${String(port)}`));
  });

  it('step 5: the doctor finds that the app does not run and the number leads elsewhere', async () => {
    const { command: typed, shows } = command('npm run amd -- doctor');
    const { code, out } = await reader.run(typed);
    expect(asShown(out)).toMatch(patternOf(shows ?? ''));
    expect(code).toBe(1);
  });

  it('step 6: the app starts, and prints the addresses', async () => {
    const { command: typed, shows } = command('npm start -w examples/forwarding');
    app = await reader.start(typed, 'Metrics are');
    expect(asShown(app.out())).toMatch(patternOf(shows ?? ''));
  });

  it('step 7: the addresses of the page are those that the app prints', async () => {
    const printed = [...(app?.out() ?? '').matchAll(/ {2}(https:\S+)$/gm)].map(([, address = '']) => address);
    const [voiceUrl = '', statusCallback = ''] = printed;
    const rows = textOf(PAGE).match(/^\| (a call comes in|call status changes) .*$/gm) ?? [];
    expect(rows.map((row) => /`(.*)`, POST/.exec(row)?.[1])).toEqual([voiceUrl, statusCallback]);
    sim.setNumber({ phoneNumber: OURS, voiceUrl, statusCallback, voiceFallbackUrl: FALLBACK });
  });

  it('step 8: the doctor finds nothing', async () => {
    const { command: typed, shows } = command('npm run amd -- doctor', 1);
    const { code, out } = await reader.run(typed);
    expect(asShown(out)).toMatch(patternOf(shows ?? ''));
    expect(code).toBe(0);
    // And the app says what the page says of its one warning.
    const logged = (app?.out() ?? '').match(/"level":"(?:warn|error|fatal)".*?"code":"[^"]+"/g) ?? [];
    expect(logged).toEqual([expect.stringContaining('"code":"signature"')]);
  });

  it('step 9: the phone rings, and caller and callee talk', async () => {
    const caller = await call();
    const leg = sim.calls.find(({ to }) => to === PHONE);
    expect(caller.heard).toEqual(['Please hold while we connect your call.']);
    expect(textOf(PAGE)).toContain(`“${caller.heard[0] ?? ''}”`);
    expect(leg?.from).toBe('+12125550123');
    expect(caller.bridgedWith.map(({ sid }) => sid)).toEqual([leg?.sid]);
    expect(sim.debugger).toEqual([]);
    await expect.poll(resultsOnThePage).toEqual(['connected']);
  });

  it('step 9: the caller never hears a voicemail, but that nobody is available', async () => {
    person = voicemail({ ringMs: 4000 });
    const caller = await call();
    expect(caller.bridgedWith).toEqual([]);
    expect(caller.heard.at(-1)).toMatch(/nobody is available/);
    await expect.poll(async () => (await resultsOnThePage()).sort()).toEqual(['connected', 'unanswered']);
  });

  it('step 10: Ctrl-C ends the app, which says so', async () => {
    await app?.interrupt();
    const shown = blocksOf(PAGE).find(({ language }) => language === 'log')?.code ?? '';
    expect(app?.out()).toMatch(patternOf(`…\n${shown.trimEnd()}`));
  });
});
