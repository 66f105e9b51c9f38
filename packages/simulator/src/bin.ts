import { realClock } from './clock/real-clock.js';
import { createSimulator } from './simulator.js';
import { parseArguments, USAGE } from './server/arguments.js';
import type { Arguments } from './server/arguments.js';
import { logLine } from './server/log-line.js';
import { createSimulatorServer } from './server/server.js';

function start({ port, host, speed, allowRemote, options }: Arguments): void {
  const sim = createSimulator({ ...options, clock: realClock({ speed }) });
  sim.on('entry', (entry) => console.log(logLine(entry)));
  const server = createSimulatorServer(sim, { allowRemote });
  server.on('error', (error) => {
    console.error(`amd-simulator: ${error.message}`);
    process.exitCode = 1;
  });
  server.listen(port, host, () => {
    const address = server.address();
    const actual = typeof address === 'object' && address !== null ? address.port : port;
    const shown = host.includes(':') ? `[${host}]` : host;
    console.log(`amd-simulator listens on http://${shown}:${actual} (speed ${speed})`);
    console.log(`  account ${sim.accountSid}  auth token ${sim.authToken}`);
    for (const number of options.numbers ?? [])
      console.log(`  number ${number.phoneNumber} → ${number.voiceUrl ?? '(no voice URL)'}`);
  });
  const stop = (): void => {
    sim.close();
    server.close();
    server.closeAllConnections();
  };
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
}

try {
  const parsed = parseArguments(process.argv.slice(2));
  if (parsed === undefined) console.log(USAGE);
  else start(parsed);
} catch (error) {
  console.error(`amd-simulator: ${error instanceof Error ? error.message : String(error)}\nTry --help.`);
  process.exitCode = 2;
}
