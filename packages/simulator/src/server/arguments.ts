import { parseArgs } from 'node:util';
import type { NumberOptions, SimulatorOptions } from '../options.js';
import * as people from '../people/people.js';
import type { AnsweredBy, Person } from '../people/person.js';
import { TOGGLE_VALUES } from '../toggles.js';
import type { SharedKey } from '../wire/signature.js';
import { parseChaos } from './chaos.js';

/** The options of the command line. */
export interface Arguments {
  readonly port: number;
  readonly host: string;
  readonly speed: number;
  readonly allowRemote: boolean;
  readonly options: Pick<
    SimulatorOptions,
    | 'accountSid'
    | 'authToken'
    | 'sharedKey'
    | 'numbers'
    | 'people'
    | 'callerIds'
    | 'cps'
    | 'toggles'
    | 'disorder'
    | 'rest'
    | 'repeats'
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
  --shared-key ID=SECRET      signs webhooks with this key and HMAC_SHA256 in place of the auth token;
                              with HMAC_SHA1: ID=SECRET,algorithm=HMAC_SHA1
  --cps 1                     calls created per second before they queue
  --toggle name=value         what Twilio's documentation leaves open; may be repeated
  --chaos 7                   trouble by seed: notifications late, twice, lost; REST that fails; requests for TwiML
                              that are retried, or copied later. With options:
                              7:maxDelayMs=5000,duplicate=0.2,lose=0.05,rest=0.05,retry=0.05,copy=0.05
  --speed 1                   how many times faster than real time
  --allow-remote              listen on other addresses too: everybody who reaches it can use it
  --help
`;

type Value = string | number | boolean;

interface Kind {
  readonly make: (options: Record<string, never>) => Person;
  readonly options: Readonly<Record<string, (text: string) => Value | undefined>>;
}

/** Parses a whole number; undefined if it is not one. */
const number = (text: string): number | undefined => (/^\d+$/.test(text) ? Number(text) : undefined);
const words = (text: string): string | undefined => (text === '' ? undefined : text);
const flag = (text: string): boolean | undefined => (text === 'true' || text === 'false' ? text === 'true' : undefined);
const key = (text: string): string | false | undefined =>
  text === 'false' ? false : /^[0-9*#]+$/.test(text) ? text : undefined;
const verdict = (text: string): string | undefined => VERDICTS.find((one) => one === text);

const VERDICTS: readonly AnsweredBy[] = [
  'human',
  'machine_start',
  'machine_end_beep',
  'machine_end_silence',
  'machine_end_other',
  'fax',
  'unknown',
];

const FORMS = new Map<unknown, string>([
  [number, 'a whole number'],
  [words, 'words without a comma'],
  [flag, 'true or false'],
  [key, 'digits, * or #, or false'],
  [verdict, VERDICTS.join(', ')],
]);

const ANSWERING = {
  ringMs: number,
  verdictMs: number,
  talkMs: number,
  answeredBy: verdict,
  key,
  keyAfterMs: number,
  patienceMs: number,
};

const KINDS: Readonly<Record<string, Kind>> = {
  human: { make: people.human, options: ANSWERING },
  voicemail: { make: people.voicemail, options: { ...ANSWERING, greetingMs: number, beep: flag } },
  fax: { make: people.fax, options: ANSWERING },
  silent: { make: people.silent, options: ANSWERING },
  screening: {
    make: people.screening,
    options: { ...ANSWERING, hangUpAfterMs: number, says: words, owner: key, ownerAfterMs: number },
  },
  busy: { make: people.busy, options: { afterMs: number } },
  noAnswer: { make: people.noAnswer, options: {} },
  unreachable: { make: people.unreachable, options: { afterMs: number, sip: number } },
  hangsUpDuringDetection: { make: people.hangsUpDuringDetection, options: { ringMs: number, afterMs: number } },
};

function option(kind: string, known: Kind['options'], pair: string): [string, Value] {
  const [, name, text] = /^([^=]*)=?(.*)$/s.exec(pair) as unknown as [string, string, string];
  const read = Object.hasOwn(known, name) ? known[name] : undefined;
  const names = Object.keys(known).join(', ');
  if (read === undefined) {
    const allowed = names === '' ? 'it has none' : `one of ${names}`;
    throw new TypeError(`person "${kind}": unknown option "${name}": ${allowed}`);
  }
  const value = read(text);
  if (value === undefined) {
    throw new TypeError(
      `person "${kind}": option "${name}" must be ${String(FORMS.get(read))}: "${text}" (options: ${names})`,
    );
  }
  return [name, value];
}

function refused(text: string): Person {
  const code = text === '' ? 21211 : number(text);
  if (code === undefined) {
    throw new TypeError(`person "refused": the code must be a whole number, such as refused:21211: "${text}"`);
  }
  return people.refused(code);
}

/** `human`, `human:ringMs=3000,key=1`, `refused:21211`. Throws a `TypeError` that names the option. */
export function parsePerson(text: string): Person {
  const colon = text.indexOf(':');
  const kind = colon < 0 ? text : text.slice(0, colon);
  const rest = colon < 0 ? '' : text.slice(colon + 1);
  if (kind === 'refused') return refused(rest);
  const known = Object.hasOwn(KINDS, kind) ? KINDS[kind] : undefined;
  if (known === undefined)
    throw new TypeError(`unknown person "${kind}": one of ${Object.keys(KINDS).join(', ')}, refused`);
  const pairs = rest.split(',').filter((one) => one !== '');
  return known.make(Object.fromEntries(pairs.map((one) => option(kind, known.options, one))) as Record<string, never>);
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
      'shared-key': { type: 'string' },
      cps: { type: 'string' },
      toggle: { type: 'string', multiple: true, default: [] },
      chaos: { type: 'string' },
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
      ...(values.chaos === undefined ? {} : parseChaos(values.chaos)),
      ...(values['account-sid'] === undefined ? {} : { accountSid: values['account-sid'] }),
      ...(values['auth-token'] === undefined ? {} : { authToken: values['auth-token'] }),
      ...(values['shared-key'] === undefined ? {} : { sharedKey: sharedKey(values['shared-key']) }),
    },
  };
}

/** A secret may contain anything; what is wrong is said without it. */
function sharedKey(value: string): SharedKey {
  const {
    id,
    secret,
    algorithm = 'HMAC_SHA256',
  } = /^(?<id>[^=,]+)=(?<secret>.+?)(?:,algorithm=(?<algorithm>HMAC_SHA1|HMAC_SHA256))?$/.exec(value)?.groups ?? {};
  if (id === undefined || secret === undefined) {
    throw new TypeError('--shared-key must be ID=SECRET, perhaps with ,algorithm=HMAC_SHA1 after it');
  }
  return { id, secret, algorithm: algorithm === 'HMAC_SHA1' ? algorithm : 'HMAC_SHA256' };
}
