import { parseArgs } from 'node:util';
import type { NumberOptions, SimulatorOptions } from '../options.js';
import * as people from '../people/people.js';
import type { Person } from '../people/person.js';
import { TOGGLE_VALUES } from '../toggles.js';

/** What the command line asks for. */
export interface Arguments {
  readonly port: number;
  readonly host: string;
  readonly speed: number;
  readonly allowRemote: boolean;
  readonly options: Pick<
    SimulatorOptions,
    'accountSid' | 'authToken' | 'numbers' | 'people' | 'callerIds' | 'cps' | 'toggles'
  >;
}

export const USAGE = `amd-simulator: a Twilio in one process, on a port.

  --port 4010                 where to listen (0: any free port)
  --host 127.0.0.1            loopback only, unless --allow-remote
  --number +14155550199       a number of the account; may be repeated
  --voice-url http://…        asked for TwiML when somebody calls the number before it (or any)
  --fallback-url http://…     asked when the voice URL fails
  --status-callback http://…  told about the end of each inbound call
  --caller-id +1…             a verified outgoing caller id; may be repeated
  --person +1…=human          who answers there; may be repeated. Kinds: human voicemail fax silent screening
                              busy noAnswer unreachable hangsUpDuringDetection refused
                              options: +1…=human:ringMs=3000,talkMs=9000,key=1   +1…=refused:21211
  --account-sid AC… --auth-token …   instead of the fixed fake ones
  --cps 1                     calls created per second before they queue
  --toggle name=value         what Twilio's documentation leaves open; may be repeated
  --speed 1                   how many times faster than real time
  --allow-remote              listen on other addresses too: everybody who reaches it can use it
  --help
`;

const KINDS: Readonly<Record<string, (options: Record<string, never>) => Person>> = {
  human: people.human,
  voicemail: people.voicemail,
  fax: people.fax,
  silent: people.silent,
  screening: people.screening,
  busy: people.busy,
  noAnswer: people.noAnswer,
  unreachable: people.unreachable,
  hangsUpDuringDetection: people.hangsUpDuringDetection,
};

function valueOf(text: string): string | number | boolean {
  if (text === 'true' || text === 'false') return text === 'true';
  return text !== '' && !Number.isNaN(Number(text)) ? Number(text) : text;
}

/** `human`, `human:ringMs=3000,key=1`, `refused:21211`. */
export function parsePerson(text: string): Person {
  const [kind = '', rest = ''] = text.split(':', 2);
  if (kind === 'refused') return people.refused(Number(rest) || 21211);
  const make = Object.hasOwn(KINDS, kind) ? KINDS[kind] : undefined;
  if (make === undefined)
    throw new TypeError(`unknown person "${kind}": one of ${Object.keys(KINDS).join(', ')}, refused`);
  const options: Record<string, string | number | boolean> = {};
  for (const pair of rest.split(',').filter((one) => one !== '')) {
    const [name = '', value = ''] = pair.split('=', 2);
    options[name] = name === 'key' && value !== 'false' ? value : valueOf(value);
  }
  return make(options as Record<string, never>);
}

function pair(text: string, option: string): [string, string] {
  const equals = text.indexOf('=');
  if (equals <= 0) throw new TypeError(`--${option} needs name=value: ${text}`);
  return [text.slice(0, equals), text.slice(equals + 1)];
}

function parseToggle(text: string): [string, unknown] {
  const [name, value] = pair(text, 'toggle');
  const known: Readonly<Record<string, readonly unknown[]>> = TOGGLE_VALUES;
  const values = known[name] ?? [];
  const found = values.find((one) => String(one) === value);
  if (found === undefined)
    throw new TypeError(
      `--toggle ${name}: one of ${values.map(String).join(', ') || Object.keys(TOGGLE_VALUES).join(', ')}`,
    );
  return [name, found];
}

const isLoopback = (host: string): boolean => /^(127\.\d+\.\d+\.\d+|localhost|::1)$/.test(host);

/** Reads the command line; undefined asks for help. Throws a `TypeError` that names the option. */
export function parseArguments(argv: readonly string[]): Arguments | undefined {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      port: { type: 'string', default: '4010' },
      host: { type: 'string', default: '127.0.0.1' },
      number: { type: 'string', multiple: true, default: [] },
      'voice-url': { type: 'string', multiple: true, default: [] },
      'fallback-url': { type: 'string' },
      'status-callback': { type: 'string' },
      'caller-id': { type: 'string', multiple: true, default: [] },
      person: { type: 'string', multiple: true, default: [] },
      'account-sid': { type: 'string' },
      'auth-token': { type: 'string' },
      cps: { type: 'string' },
      toggle: { type: 'string', multiple: true, default: [] },
      speed: { type: 'string', default: '1' },
      'allow-remote': { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return undefined;
  const port = Number(values.port);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new TypeError(`--port: ${values.port}`);
  const speed = Number(values.speed);
  if (!(speed > 0)) throw new TypeError(`--speed must be a positive number: ${values.speed}`);
  const cps = values.cps === undefined ? undefined : Number(values.cps);
  if (cps !== undefined && !(cps > 0)) throw new TypeError(`--cps must be a positive number: ${values.cps}`);
  if (!isLoopback(values.host) && !values['allow-remote']) {
    throw new TypeError(
      `--host ${values.host} is not loopback: anybody who reaches it could use it (--allow-remote if you mean it)`,
    );
  }
  const urls = values['voice-url'];
  const numbers: NumberOptions[] = values.number.map((phoneNumber, index) => {
    const voiceUrl = urls[index] ?? urls.at(-1);
    return {
      phoneNumber,
      ...(voiceUrl === undefined ? {} : { voiceUrl }),
      ...(values['fallback-url'] === undefined ? {} : { voiceFallbackUrl: values['fallback-url'] }),
      ...(values['status-callback'] === undefined ? {} : { statusCallback: values['status-callback'] }),
    };
  });
  return {
    port,
    host: values.host,
    speed,
    allowRemote: values['allow-remote'],
    options: {
      numbers,
      callerIds: values['caller-id'],
      people: Object.fromEntries(
        values.person.map((text) => {
          const [number, person] = pair(text, 'person');
          return [number, parsePerson(person)];
        }),
      ),
      toggles: Object.fromEntries(values.toggle.map(parseToggle)),
      cps,
      ...(values['account-sid'] === undefined ? {} : { accountSid: values['account-sid'] }),
      ...(values['auth-token'] === undefined ? {} : { authToken: values['auth-token'] }),
    },
  };
}
