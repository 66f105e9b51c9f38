// The command line of the demos. JavaScript, because scripts/demo.mjs reads it before anything is built.
import { parseArgs } from 'node:util';

/** Each demo: the sources of what it starts, its own entry first, and a description. */
export const DEMOS = {
  forwarding: {
    entries: ['examples/forwarding/src/demo/demo.ts'],
    about: 'calls one after the other: a human, voicemail, fax, nobody … (when no name is given)',
  },
  race: {
    entries: ['examples/forwarding/src/demo/race.ts'],
    about: 'machines that answer first, two humans at once, keys and verdicts in either order',
  },
  chaos: {
    entries: ['examples/forwarding/src/demo/chaos.ts', 'examples/forwarding/src/demo/chaos-app.ts'],
    about: 'the app is killed (SIGKILL) in the middle of calls and comes back with its SQLite file',
  },
  taskrouter: {
    entries: ['examples/taskrouter/src/demo/demo.ts'],
    about: 'callers in a TaskRouter queue, whose workers are called on their ordinary phones',
  },
};

const NAMES = Object.keys(DEMOS);
const HINT = 'Try npm run demo -- --help';

export const HELP = `npm run demo -- [name] [options]

Plays calls through an example app and says how each one went. Twilio is simulated: no account is needed. Every webhook is a
signed HTTP request to the app, every REST call goes through the official twilio client.

${NAMES.map((name) => `  ${name.padEnd(12)} ${DEMOS[name].about}`).join('\n')}

  --once        end after the tour; exit 1 if a scenario went wrong
  --no-tour     play no calls; at once it is your turn
  --only TEXT   play only the scenarios whose name contains TEXT
  --port N      listen on this port; 0: any free one (default: $PORT, else 5000 or any free one)
  --help        show this`;

/**
 * Reads the arguments of `npm run demo --`, without the name.
 * @throws Error with a sentence for the user
 */
export function readOptions(args, env) {
  let values;
  try {
    ({ values } = parseArgs({
      args,
      options: {
        once: { type: 'boolean', default: false },
        'no-tour': { type: 'boolean', default: false },
        only: { type: 'string', default: '' },
        port: { type: 'string' },
        help: { type: 'boolean', default: false },
      },
    }));
  } catch (error) {
    throw new Error(`${error.message.split(/\. |\n/)[0]}. ${HINT}`, { cause: error });
  }
  const fromEnv = values.port === undefined && (env.PORT ?? '') !== '';
  const wanted = values.port ?? (fromEnv ? env.PORT : undefined);
  const port = wanted === undefined ? 5000 : Number(wanted);
  if (wanted === '' || !Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new Error(`${fromEnv ? 'PORT' : '--port'} must be a number from 0 to 65535; got "${wanted}". ${HINT}`);
  }
  return {
    once: values.once,
    noTour: values['no-tour'],
    only: values.only,
    help: values.help,
    port,
    portFrom: fromEnv ? 'PORT' : values.port === undefined ? 'default' : '--port',
  };
}

/** Splits `npm run demo -- [name] [options]`. */
export function readName(args) {
  const [first = ''] = args;
  if (first === '' || first.startsWith('-')) return { name: 'forwarding', rest: args };
  if (!NAMES.includes(first)) throw new Error(`There is no demo "${first}", only ${NAMES.join(', ')}. ${HINT}`);
  return { name: first, rest: args.slice(1) };
}

/** Explains why the server cannot listen on the requested port; `undefined`: another error. */
export function portProblem(error, { port, portFrom }) {
  const reason = { EADDRINUSE: 'is taken', EACCES: 'is not allowed to this user' }[error?.code];
  if (reason === undefined) return undefined;
  const remedy = portFrom === 'PORT' ? 'Set PORT to another one, or give --port N' : 'Give another one with --port N';
  return `Port ${port}${portFrom === 'PORT' ? ' (from PORT)' : ''} ${reason}. ${remedy}; --port 0 takes any free one.`;
}
