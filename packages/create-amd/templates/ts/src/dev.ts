// npm run dev: this app on its own port, with a simulated Twilio that calls it.
import { createServer } from 'node:http';
import { createInterface } from 'node:readline';
import { createSimulator, human, realClock, type TimelineEntry, voicemail } from '@amd/simulator';
import { createApp } from './app.js';

/** How many times faster than real time. */
const SPEED = 10;
const NUMBER = '+14155550199';
const ANN = { to: '+14155550142', name: 'Ann' };
const BEN = { to: '+14155550143', name: 'Ben' };

const port = Number(process.env['PORT'] ?? 3000);
const publicBaseUrl = `http://127.0.0.1:${port}`;

const simulator = createSimulator({
  clock: realClock({ speed: SPEED }),
  numbers: [
    {
      phoneNumber: NUMBER,
      voiceUrl: `${publicBaseUrl}/inbound`,
      statusCallback: `${publicBaseUrl}/inbound/status`,
    },
  ],
  people: { [ANN.to]: voicemail(), [BEN.to]: human({ talkMs: 9000 }) },
});

const { accountSid, authToken, httpClient, clock } = simulator;
const calls = createApp({
  accountSid,
  authToken,
  httpClient,
  clock,
  publicBaseUrl,
  ownNumber: NUMBER,
  forwardTo: [ANN, BEN],
});

/** When the caller dialled. */
let began = 0;

/** Prints what people do. The other entries are requests and TwiML. */
function tell({ at, call, kind, text }: TimelineEntry): void {
  const isPhone = kind === 'call' && /calls|ringing/.test(text);
  if (!isPhone && kind !== 'person' && kind !== 'detection') return;
  const number = call === undefined ? undefined : simulator.call(call)?.to;
  const person = [ANN, BEN].find(({ to }) => to === number);
  const what = person === undefined ? text : `${person.name}: ${text.replace(` ${person.to}`, '')}`;
  console.log(`${((at - began) / 1000).toFixed(1).padStart(6)} s  ${what}`);
}

async function play(): Promise<void> {
  began = clock.now();
  const caller = simulator.placeCall({ from: '+12125550123', to: NUMBER });
  await caller.done;
  const talk = caller.bridgedWith.reduce((total, { ms }) => total + ms, 0);
  console.log(`The call is over. They talked for ${Math.round(talk / 1000)} s.`);
  for (const { code, message } of simulator.debugger) console.log(`Twilio complains: ${code} ${message}`);
  if (process.stdin.isTTY) console.log('Press Enter for another call, Ctrl-C to end.');
}

const server = createServer(calls.listener);
server.on('error', (error) => {
  console.error(`Port ${port} cannot be used (${error.message}). Try another one: PORT=3001 npm run dev`);
  process.exit(1);
});
await new Promise<void>((listening) => server.listen(port, '127.0.0.1', listening));
await calls.ready;
console.log(`The app runs at ${publicBaseUrl}, with a simulated Twilio, ${SPEED} times faster than real time.\n`);
simulator.on('entry', tell);
await play();
if (process.stdin.isTTY) {
  const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
  while ((await lines.next()).done !== true) await play();
}
simulator.close();
await calls.stop();
process.exit(0);
