import { describe, expect, it } from 'vitest';
import {
  callSettings,
  DEFAULT_FORWARDING_CONFIG,
  DEFAULT_RETRY,
  DEFAULT_TASKROUTER_CONFIG,
  DEFAULT_WORKER_CONFIG,
  taskSettings,
} from '@amd/core';
import { readEnvironment as readForwarding } from '../../../../examples/forwarding/src/environment.js';
import { readEnvironment as readTaskRouter } from '../../../../examples/taskrouter/src/environment.js';
// Not exported to users.
import { CALL_OPTIONS } from '../../../core/src/flows/forwarding/options.js';
import { LEG_OPTIONS } from '../../../core/src/flows/settings/settings.js';
import { textOf } from '../helpers/pages.js';
import { keysOf, propertiesOf, stringsIn, type DeclaredOption } from './option-tables.js';

const PAGE = 'docs/options.md';
const CORE = 'packages/core/src';
const DASHBOARD = 'packages/dashboard/src';

interface Row {
  readonly name: string;
  /** By the heading of the column, without marks. */
  readonly cells: Readonly<Record<string, string>>;
}

interface Table {
  /** The heading of the page above it. */
  readonly section: string;
  /** The heading of its first column. */
  readonly of: string;
  readonly rows: readonly Row[];
}

/** Returns the tables of the page. A row with several names counts as several. */
function readTables(): Table[] {
  const tables: { section: string; of: string; rows: Row[]; heads: string[] }[] = [];
  let section = '';
  let open: (typeof tables)[number] | null = null;
  for (const line of textOf(PAGE).split('\n')) {
    section = /^#+ (.*)$/.exec(line)?.[1]?.replaceAll('`', '') ?? section;
    if (!line.startsWith('|')) {
      open = null;
      continue;
    }
    const cells = line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim());
    if (open === null) {
      open = { section, of: (cells[0] ?? '').replaceAll('`', ''), rows: [], heads: cells };
      tables.push(open);
    } else if (!/^:?-+:?$/.test(cells[0] ?? '')) {
      const { heads, rows } = open;
      const named = Object.fromEntries(heads.map((head, at) => [head, cells[at] ?? '']));
      for (const [, name = ''] of (cells[0] ?? '').matchAll(/`([^`]+)`/g)) rows.push({ name, cells: named });
    }
  }
  return tables;
}

const tables = readTables();

function rowsOf(section: string, of = 'option'): readonly Row[] {
  const found = tables.filter((table) => table.section === section && table.of === of);
  expect(found, `${PAGE}: "${section}"`).toHaveLength(1);
  return found[0]?.rows ?? [];
}

const namesOf = (rows: readonly Row[]): string[] => rows.map(({ name }) => name).sort();
const sorted = (names: readonly string[]): string[] => [...names].sort();
const plain = (cell: string | undefined): string => (cell ?? '').replaceAll('`', '');

/** A part with options: its section, where the code lists their names, and the types that describe them. */
interface Part {
  readonly section: string;
  readonly names: () => readonly string[];
  readonly types: readonly (readonly [path: string, type: string])[];
}

const START = [`${CORE}/twilio/start-options.ts`, 'StartOptions'] as const;
const ENDPOINT = [`${CORE}/http/endpoint-options.ts`, 'EndpointOptions'] as const;
const PAGES = [`${DASHBOARD}/server/page.ts`, 'PageOptions'] as const;
const FEED = [`${DASHBOARD}/server/data/feed.ts`, 'CallFeedOptions'] as const;
const DIRECTORY = [`${CORE}/twilio/workspace-directory.ts`, 'WorkspaceDirectoryOptions'] as const;

/** The names of one list without those of another. */
function rest(path: string, without: readonly string[], name = 'OPTIONS'): () => string[] {
  return () => keysOf(path, name).filter((option) => !without.includes(option));
}
const START_NAMES = keysOf(START[0], 'START_OPTIONS');
const ENDPOINT_NAMES = keysOf(ENDPOINT[0], 'ENDPOINT_OPTIONS');
const PAGE_NAMES = keysOf(PAGES[0], 'PAGE_OPTIONS');
const FEED_NAMES = keysOf(FEED[0], 'FEED_OPTIONS');

/** A part whose names are those of `OPTIONS` in the file of its type. */
function part(section: string, path: string, type: string): Part {
  return { section, names: () => keysOf(path, 'OPTIONS'), types: [[path, type]] };
}
/** A part whose names are those of its type. */
function typed(section: string, path: string, type: string): Part {
  return { section, names: () => [...propertiesOf(path, type).keys()], types: [[path, type]] };
}

const FORWARDING = `${CORE}/twilio/call-forwarding.ts`;
const QUEUE = `${CORE}/twilio/task-router-forwarding.ts`;
const FORWARDING_ENDPOINT = `${CORE}/http/forwarding/endpoint.ts`;
const QUEUE_ENDPOINT = `${CORE}/http/taskrouter/endpoint.ts`;
const CALLS_PAGE = `${DASHBOARD}/server/create-dashboard.ts`;
const WORKERS_PAGE = `${DASHBOARD}/server/create-worker-dashboard.ts`;
const WORKER_FEED = `${DASHBOARD}/server/data/worker-feed.ts`;

const PARTS: readonly Part[] = [
  { section: 'The two starts', names: () => START_NAMES, types: [START] },
  {
    section: 'createCallForwarding alone',
    names: rest(FORWARDING, START_NAMES),
    types: [[FORWARDING, 'ForwardingStart']],
  },
  {
    section: 'createTaskRouterForwarding alone',
    names: rest(QUEUE, START_NAMES),
    types: [[QUEUE, 'TaskRouterForwardingOptions'], DIRECTORY],
  },
  part('createRuntime', `${CORE}/runtime/create-runtime.ts`, 'RuntimeOptions'),
  typed('retry', `${CORE}/runtime/retry.ts`, 'RetrySchedule'),
  { section: 'The endpoints', names: () => ENDPOINT_NAMES, types: [ENDPOINT] },
  {
    section: 'createForwardingEndpoint alone',
    names: rest(FORWARDING_ENDPOINT, ENDPOINT_NAMES),
    types: [[FORWARDING_ENDPOINT, 'ForwardingEndpointOptions']],
  },
  {
    section: 'createTaskRouterEndpoint alone',
    names: rest(QUEUE_ENDPOINT, ENDPOINT_NAMES),
    types: [[QUEUE_ENDPOINT, 'TaskRouterEndpointOptions']],
  },
  part('createCallLimits', `${CORE}/runtime/call-limits.ts`, 'CallLimitsOptions'),
  part('createTwilioExecutor', `${CORE}/twilio/executor.ts`, 'TwilioExecutorOptions'),
  part('createWorkspaceDirectory', ...DIRECTORY),
  part('createMemoryStore', `${CORE}/store/memory.ts`, 'MemoryStoreOptions'),
  part('createSqliteStore', 'packages/store-sqlite/src/sqlite-store.ts', 'SqliteStoreOptions'),
  part('createRedisStore', 'packages/store-redis/src/redis-store.ts', 'RedisStoreOptions'),
  { section: 'The pages', names: () => PAGE_NAMES, types: [PAGES] },
  {
    section: 'createDashboard alone',
    names: rest(CALLS_PAGE, PAGE_NAMES),
    types: [[CALLS_PAGE, 'DashboardOptions']],
  },
  {
    section: 'createWorkerDashboard alone',
    names: rest(WORKERS_PAGE, PAGE_NAMES),
    types: [[WORKERS_PAGE, 'WorkerDashboardOptions']],
  },
  { section: 'createCallFeed', names: () => FEED_NAMES, types: [FEED] },
  { section: 'createWorkerFeed', names: rest(WORKER_FEED, FEED_NAMES), types: [[WORKER_FEED, 'WorkerFeedOptions']] },
  part('createPeopleLists', `${DASHBOARD}/server/data/people-lists.ts`, 'PeopleListsOptions'),
  typed('createDialRules', `${DASHBOARD}/numbers/dial-rules.ts`, 'DialRulesOptions'),
  typed('createEventLog', `${DASHBOARD}/server/data/event-log.ts`, 'EventLogOptions'),
];

/** What the first word of a type is on the page; `null`: not compared. */
function shownType(type: string): RegExp | null {
  if (/^(number|boolean|string)( \| null)?$/.test(type)) return new RegExp(`^${type.split(' ')[0] ?? ''}\\b`);
  if (/^readonly .*\[\]$/.test(type)) return /^list\b/;
  if (/^\(+.*\) => /.test(type)) return /^function\b/;
  if (/^[A-Z]\w*( \| null)?$/.test(type)) return /^(`[A-Z]|function\b|object\b|list or function\b|string\b)/;
  return null;
}

/** A default that a comment of the code has as a number, a string or a boolean. */
function defaultIn({ comment }: DeclaredOption): string | null {
  const [, given = ''] = /\bdefault:? (`[^`]+`|[\d_]+)(?=[.,;)]|$| (?:ms|s)\b)/i.exec(comment) ?? [];
  const value = given.replaceAll('`', '');
  return value === '' || /[ (]/.test(value) ? null : value;
}

describe(`${PAGE} has every option of each part, and no other`, () => {
  it.each(PARTS.map((one) => [one.section, one] as const))('%s', (section, { names }) => {
    expect(namesOf(rowsOf(section))).toEqual(sorted(names()));
  });

  it('of a call', () => {
    const rows = rowsOf('Options of a call');
    const top = new Set(rows.map(({ name }) => name.split('.')[0] ?? ''));
    expect(sorted([...top])).toEqual(sorted(CALL_OPTIONS));
    const detection = rows.flatMap(({ name }) => (name.startsWith('detection.') ? [name.slice(10)] : []));
    expect(sorted(detection)).toEqual(sorted(keysOf(`${CORE}/flows/settings/settings.ts`, 'DETECTION')));
    expect(namesOf(rows).filter((name) => name.startsWith('amd.'))).toEqual(['amd.mode']);
  });

  it('of the objects in the options of a call', () => {
    const settings = `${CORE}/flows/settings`;
    const fallback = stringsIn(`${settings}/fallback.ts`, ['fields', 'NUMBER_FIELDS']);
    const fields = [
      ...[...propertiesOf(`${settings}/keys.ts`, 'Keys').keys()].map((name) => `keys.${name}`),
      ...[...propertiesOf(`${settings}/policy.ts`, 'Screening').keys()].map((name) => `screening.${name}`),
      'progress.everySeconds',
      ...new Set(['kind', ...fallback].map((name) => `fallback.${name}`)),
    ];
    expect(namesOf(rowsOf('Options of a call', 'field'))).toEqual(sorted(fields));
  });

  it('of a call in a queue', () => {
    const path = `${CORE}/flows/taskrouter/options.ts`;
    const own = [...propertiesOf(path, 'TaskOptions').keys()];
    expect(namesOf(rowsOf('Options of a call in a queue'))).toEqual(sorted(own));
    // What both flows share is in the table of a call.
    expect(CALL_OPTIONS.filter((name) => !LEG_OPTIONS.includes(name)).sort()).toEqual(['deadlineSeconds', 'forwardTo']);
  });
});

describe(`${PAGE} has the types and the defaults of the code`, () => {
  it.each(PARTS.map((one) => [one.section, one] as const))('%s', (section, { types }) => {
    const declared = new Map(types.flatMap(([path, type]) => [...propertiesOf(path, type)]));
    for (const { name, cells } of rowsOf(section)) {
      const option = declared.get(name);
      if (option === undefined) continue;
      const expected = shownType(option.type);
      if (expected !== null) expect(cells['type, unit'], `${section}: ${name}`).toMatch(expected);
      const unit = /(Ms|Seconds|Hours)$/.exec(name)?.[1];
      if (unit !== undefined) expect(cells['type, unit'], `${section}: ${name}`).toMatch(UNITS[unit] ?? /$^/);
      const value = defaultIn(option);
      if (value !== null) expect(plain(cells['default']).split(/[,;] /)[0], `${section}: ${name}`).toBe(value);
    }
  });

  it('the comments of the code have defaults to compare', () => {
    const known = PARTS.flatMap(({ types }) =>
      types.flatMap(([path, type]) => [...propertiesOf(path, type).values()].filter((one) => defaultIn(one) !== null)),
    );
    expect(known.length).toBeGreaterThan(30);
  });

  it.each([
    ['retry', 'option', DEFAULT_RETRY],
    ['config', 'setting of forwarding', DEFAULT_FORWARDING_CONFIG],
    ['config', 'setting of taskrouter', DEFAULT_TASKROUTER_CONFIG],
    ['config', 'setting of worker', DEFAULT_WORKER_CONFIG],
  ])('%s: %s, names and numbers', (section, of, defaults) => {
    const shown = Object.fromEntries(rowsOf(section, of).map(({ name, cells }) => [name, plain(cells['default'])]));
    const expected = Object.entries<unknown>({ ...defaults });
    expect(shown).toEqual(Object.fromEntries(expected.map(([name, value]) => [name, [value].flat().join(', ')])));
  });

  it('of a call, and of a call in a queue', () => {
    const workspace = { workflow: { reservationTimeoutSeconds: 120 } } as Parameters<typeof taskSettings>[1];
    for (const [section, settings] of [
      ['Options of a call', { ...callSettings({ forwardTo: [] }) }],
      ['Options of a call in a queue', { ...taskSettings({}, workspace) }],
    ] as const) {
      let compared = 0;
      for (const { name, cells } of rowsOf(section)) {
        const value = (settings as Readonly<Record<string, string | number | boolean | object | null>>)[name];
        if (value === undefined || value === null || typeof value === 'object') continue;
        expect(plain(cells['default']), name).toBe(String(value));
        compared += 1;
      }
      expect(compared, section).toBeGreaterThan(1);
    }
  });

  it('of the objects in the options of a call', () => {
    const { screening, fallback } = callSettings({
      forwardTo: [],
      amd: { mode: 'async' },
      screening: {},
      fallback: { kind: 'number', to: '+14155550142' },
    });
    const voicemail = callSettings({ forwardTo: [], fallback: { kind: 'voicemail' } }).fallback;
    const { progressSeconds } = callSettings({ forwardTo: [], progress: {} });
    const known: Readonly<Record<string, unknown>> = {
      ...Object.fromEntries(
        Object.entries({ ...fallback, ...voicemail }).map(([name, one]) => [`fallback.${name}`, one]),
      ),
      ...Object.fromEntries(Object.entries({ ...screening }).map(([name, one]) => [`screening.${name}`, one])),
      'progress.everySeconds': progressSeconds,
    };
    const numbers = rowsOf('Options of a call', 'field').filter(({ cells }) =>
      cells['type, unit']?.startsWith('number'),
    );
    expect(numbers).toHaveLength(6);
    for (const { name, cells } of numbers) expect(cells['default'], name).toBe(String(known[name]));
    expect(screening?.phrases).toHaveLength(7);
  });
});

const UNITS: Readonly<Record<string, RegExp>> = { Ms: /, ms$/, Seconds: /, s$/, Hours: /, h$/ };

describe(`${PAGE} has every variable of the examples, and no other`, () => {
  const needed = {
    TWILIO_ACCOUNT_SID: `AC${'1'.repeat(32)}`,
    TWILIO_AUTH_TOKEN: 'secret',
    TWILIO_PHONE_NUMBER: '+14155550199',
  };
  const EXAMPLES = [
    ['forwarding', 'The forwarding example alone', readForwarding, { FORWARD_TO: '+14155550142' }],
    ['taskrouter', 'The TaskRouter example alone', readTaskRouter, { DIAL_ALLOW: '+14155550142' }],
  ] as const;

  it.each(EXAMPLES)('%s', (example, own, read, more) => {
    const rows = [...rowsOf('Variables of the examples', 'variable'), ...rowsOf(own, 'variable')];
    const common = keysOf('examples/shared/src/environment.ts', 'COMMON');
    const alone = stringsIn(`examples/${example}/src/environment.ts`, [], /^[A-Z][A-Z_]+$/);
    expect(namesOf(rowsOf('Variables of the examples', 'variable'))).toEqual(sorted(common));
    expect(namesOf(rowsOf(own, 'variable'))).toEqual(sorted(alone));

    const given: Readonly<Record<string, string>> = { ...needed, ...more };
    const found = read(given);
    expect(found.ok).toBe(true);
    const values: Readonly<Record<string, unknown>> = found.ok ? { ...found.value } : {};
    for (const { name, cells } of rows) {
      const shown = plain(cells['default']);
      if (name in given) expect(shown, name).toBe('required');
      else if (values[name] === undefined) expect(shown, name).toMatch(/^none\b/);
      else expect(shown, name).toBe(inWords(values[name]));
    }
    // And what is required is required.
    for (const name of Object.keys(given)) expect(read({ ...given, [name]: '' }).ok, name).toBe(false);
  });
});

/** A default as somebody would write it in `.env`. */
function inWords(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value);
  const { kind, calls, seconds } = value as Readonly<Record<string, string | number>>;
  return kind === undefined ? `${String(calls)}/${String(seconds)}` : String(kind);
}
