import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CliError, EXIT, parseSetUp, readSetUp, run, type Variables } from '@amd/cli';
import { webhookUrls } from '@amd/core/http';
import { describe, expect, it } from 'vitest';
import {
  accountWithTaskRouter,
  checkedAddresses,
  listOf,
  readAccount,
  readBase,
  readVariables,
} from '../src/settings.js';
import { ANN, BASE, OURS } from './doctor-target.js';

const ACCOUNT = `AC${'1'.repeat(32)}`;

/** The error as the lines that the user reads. */
function said(run_: () => unknown): readonly string[] {
  try {
    run_();
  } catch (error) {
    const { message, details, exit } = error as CliError;
    expect(exit).toBe(EXIT.usage);
    return [message, ...details];
  }
  return [];
}

describe('an error for the user at the terminal', () => {
  it('an error is one of usage without details by default', () => {
    const { name, message, exit, details } = new CliError('no');
    expect([name, message, exit, details]).toEqual(['CliError', 'no', 2, []]);
    expect(new CliError('no', { exit: 1, details: ['why'] })).toMatchObject({ exit: 1, details: ['why'] });
  });
});

/** A settings file with this text. */
function file(text: string): string {
  const path = join(mkdtempSync(join(tmpdir(), 'amd-settings-')), 'some.env');
  writeFileSync(path, text);
  return path;
}

describe('the variables', () => {
  it('the variables are those of the environment, and below them those of the file; an empty one counts as missing', () => {
    const path = file('A=file\nB=file\nC=file\nD=\nE="  "\n');
    expect(readVariables({ A: 'here', B: '', C: undefined, F: ' ', G: 'here' }, path)).toEqual({
      A: 'here',
      B: 'file',
      C: 'file',
      G: 'here',
    });
  });

  it('variables of a named file that does not exist cannot be read', () => {
    expect(said(() => readVariables({}, '/nowhere/.env'))).toEqual(['There is no file /nowhere/.env (--env-file)']);
  });
});

describe('the account', () => {
  const NEEDED = 'This needs the credentials of a Twilio account, in the environment or in .env:';

  it('the account is a SID with a token, or with an API key and its secret', () => {
    expect(readAccount({ TWILIO_ACCOUNT_SID: ACCOUNT, TWILIO_AUTH_TOKEN: 't' })).toEqual({
      accountSid: ACCOUNT,
      authToken: 't',
      apiKey: undefined,
      apiSecret: undefined,
      region: {},
    });
    const key = { TWILIO_ACCOUNT_SID: ACCOUNT, TWILIO_API_KEY: 'SK1', TWILIO_API_SECRET: 's' };
    expect(readAccount(key)).toMatchObject({ authToken: undefined, apiKey: 'SK1', apiSecret: 's' });
  });

  it.each<readonly [variables: Variables, region: object]>([
    [{ TWILIO_REGION: 'ie1' }, { region: 'ie1', edge: 'dublin' }],
    [
      { TWILIO_REGION: 'au1', TWILIO_EDGE: 'sydney' },
      { region: 'au1', edge: 'sydney' },
    ],
    [{ TWILIO_REGION: 'us1' }, {}],
    [
      { TWILIO_REGION: 'us1', TWILIO_EDGE: 'frankfurt' },
      { region: 'us1', edge: 'frankfurt' },
    ],
  ])('an account with %j is asked in %j', (variables, region) => {
    expect(readAccount({ TWILIO_ACCOUNT_SID: ACCOUNT, TWILIO_AUTH_TOKEN: 't', ...variables }).region).toEqual(region);
  });

  it.each<readonly [variables: Variables, detail: string]>([
    [
      { TWILIO_EDGE: 'dublin' },
      'TWILIO_EDGE is "dublin", but TWILIO_REGION is missing: an edge alone reaches us1. Set TWILIO_REGION to ie1, or leave both out',
    ],
    [
      { TWILIO_EDGE: 'frankfurt' },
      'TWILIO_EDGE is "frankfurt", but TWILIO_REGION is missing: an edge alone reaches us1. Set TWILIO_REGION to us1, or leave both out',
    ],
    [
      { TWILIO_REGION: 'ie1', TWILIO_EDGE: 'sydney' },
      'TWILIO_EDGE must be dublin for the region ie1, or left out; got "sydney"',
    ],
    [{ TWILIO_REGION: 'de1' }, 'TWILIO_REGION must be us1, ie1 or au1; got "de1"'],
    [{ TWILIO_REGION: 'constructor' }, 'TWILIO_REGION must be us1, ie1 or au1; got "constructor"'],
  ])('an account with %j is refused', (variables, detail) => {
    const account = { TWILIO_ACCOUNT_SID: ACCOUNT, TWILIO_AUTH_TOKEN: 't', ...variables };
    expect(said(() => readAccount(account))).toEqual([NEEDED, detail]);
  });

  it('an account in a region without TaskRouter is refused where TaskRouter is needed', () => {
    const account = { TWILIO_ACCOUNT_SID: ACCOUNT, TWILIO_AUTH_TOKEN: 't' };
    expect(accountWithTaskRouter({ ...account, TWILIO_REGION: 'ie1' }).region).toEqual({
      region: 'ie1',
      edge: 'dublin',
    });
    expect(said(() => accountWithTaskRouter({ ...account, TWILIO_REGION: 'au1' }))).toEqual([
      'TWILIO_REGION is au1, which has no TaskRouter: use us1 or ie1',
    ]);
  });

  it.each<[Variables, readonly string[]]>([
    [{}, ['TWILIO_ACCOUNT_SID is missing', 'TWILIO_AUTH_TOKEN is missing']],
    [{ TWILIO_AUTH_TOKEN: 't' }, ['TWILIO_ACCOUNT_SID is missing']],
    [
      { TWILIO_ACCOUNT_SID: 'AC1', TWILIO_AUTH_TOKEN: 't' },
      ['TWILIO_ACCOUNT_SID must be AC and 32 hexadecimal digits'],
    ],
    [
      { TWILIO_ACCOUNT_SID: ACCOUNT, TWILIO_API_KEY: 'SK1' },
      ['TWILIO_API_KEY and TWILIO_API_SECRET go together: set both or neither'],
    ],
    [
      { TWILIO_ACCOUNT_SID: ACCOUNT, TWILIO_AUTH_TOKEN: 't', TWILIO_API_SECRET: 's' },
      ['TWILIO_API_KEY and TWILIO_API_SECRET go together: set both or neither'],
    ],
  ])('an account with %j lacks %j', (variables, details) => {
    expect(said(() => readAccount(variables))).toEqual([NEEDED, ...details]);
  });
});

describe('the public address', () => {
  it('the public address is the given one, otherwise that of the settings', async () => {
    expect(await readBase({ PUBLIC_BASE_URL: 'https://b' }, 'https://a')).toBe('https://a');
    expect(await readBase({ PUBLIC_BASE_URL: 'https://b' }, undefined)).toBe('https://b');
  });

  it('the public address must be one that Twilio could use', () => {
    expect(checkedAddresses(BASE)).toEqual(webhookUrls(BASE));
    const [message] = said(() => checkedAddresses('ftp://x'));
    expect(message).toMatch(/^the public address \(ftp:\/\/x\) /);
  });

  it('a list is split into its parts without white space, and without empty ones', () => {
    expect(listOf(' a, b,,c ', ',')).toEqual(['a', 'b', 'c']);
    expect(listOf(undefined, ',')).toEqual([]);
  });
});

describe('the file', () => {
  const problems = (text: string): readonly string[] => said(() => parseSetUp(text, 'f'));
  const NO = 'f cannot be used:';

  it('the file is looked for at the given path, and what to do without one is said', async () => {
    await expect(readSetUp('/nowhere/f.yaml')).rejects.toThrow(
      new CliError(
        'There is no file /nowhere/f.yaml. Create one with "amd taskrouter init", or export a workspace you have: "amd taskrouter export"',
      ),
    );
    await expect(readSetUp(tmpdir())).rejects.toThrow(/ cannot be read: .*EISDIR/);
  });

  it('the file has a default for everything', () => {
    expect(parseSetUp('', 'f')).toEqual({
      workspace: 'AMD',
      queue: {},
      workflow: { reservationTimeout: 120 },
      activities: {},
      newWorkers: 'available',
      workers: [],
    });
  });

  it('the file may give a number alone, or with its fallback', () => {
    expect(parseSetUp(`number: "${OURS}"`, 'f').number).toEqual({ phone: OURS, fallbackUrl: undefined });
    const fallbackUrl = 'https://handler.twilio.com/twiml/EH1';
    expect(parseSetUp(`number: { phone: "${OURS}", fallbackUrl: "${fallbackUrl}" }`, 'f').number).toEqual({
      phone: OURS,
      fallbackUrl,
    });
  });

  it.each([
    ['workspace: " "', 'f:1:12  workspace must not be empty'],
    [`workspace: ${'x'.repeat(65)}`, 'f:1:12  workspace must have at most 64 characters'],
    ['workspace: 7', 'f:1:12  workspace must be a name'],
    ['queue: { workers: 7 }', 'f:1:19  queue.workers must be an expression, such as 1==1'],
    ['workflow: { reservationTimeout: 86401 }', 'f:1:33  workflow.reservationTimeout must be at most 86400 s'],
    ['workflow: { callerWaits: 0 }', 'f:1:26  workflow.callerWaits must be at least 1 s'],
    ['workflow: { callerWaits: 1.5 }', 'f:1:26  workflow.callerWaits must be a whole number of seconds'],
    ['newWorkers: x', 'f:1:13  newWorkers must be "available" or "offline"'],
    ['workers: x', 'f:1:10  workers must be a list of workers, each with a name and a phone'],
    [
      `workers: [{ name: A, phone: "${ANN}", attributes: { phone: x } }]`,
      'f:1:57  workers[0].attributes must not have "phone": it belongs beside "name"',
    ],
    [
      'activities: { rest: x }',
      'f:1:21  activities.rest is not known: "amd taskrouter init" writes a file with all fields',
    ],
  ])('a file with %s is refused where that stands', (text, problem) => {
    expect(problems(text)).toEqual([NO, problem]);
  });

  it('the file accepts names and times at their limits', () => {
    const text = `workspace: ${'x'.repeat(64)}\nworkflow: { reservationTimeout: 86400, callerWaits: 1 }`;
    expect(parseSetUp(text, 'f').workflow).toEqual({ reservationTimeout: 86_400, callerWaits: 1 });
  });

  it('a file that is not a list of fields is reported as a whole', () => {
    expect(problems('7')).toEqual([NO, expect.stringMatching(/^f:1:1 {2}the file /)]);
  });

  it("the file's problems are named in order", () => {
    expect(problems('zzz: 1\nworkspace: 7\naaa: 1')).toEqual([
      NO,
      expect.stringMatching(/^f:1:6 {2}zzz is not known/),
      'f:2:12  workspace must be a name',
      expect.stringMatching(/^f:3:6 {2}aaa is not known/),
    ]);
  });

  it('a file that is not YAML is reported with every place', () => {
    const [message, ...details] = problems('a: b: c\nd: [');
    expect(message).toBe('f is not YAML:');
    expect(details.length).toBeGreaterThan(1);
    for (const detail of details) expect(detail).toMatch(/^f:\d+:\d+ {2}\w/);
  });

  it('the file may have a megabyte and no more', () => {
    expect(parseSetUp(`#${'x'.repeat(999_999)}`, 'f').workspace).toBe('AMD');
    expect(problems(`#${'x'.repeat(1_000_000)}`)).toEqual(['f is larger than a megabyte: is it the right file?']);
    expect(problems(`#${'é'.repeat(500_000)}`)).toEqual(['f is larger than a megabyte: is it the right file?']);
  });
});

describe('the program', () => {
  async function amd(...args: readonly string[]) {
    const [out, stderr]: [string[], string[]] = [[], []];
    const exit = await run(args, {
      version: '1.2.3',
      environment: {},
      terminal: {
        out: (line) => out.push(line),
        stderr: (line) => stderr.push(line),
        progress: () => undefined,
        confirm: null,
        paint: (_, text) => text,
      },
    });
    return { exit, out: out.join('\n'), stderr };
  }

  it('the program prints its version', async () => {
    for (const flag of ['-V', '--version']) expect(await amd(flag)).toEqual({ exit: 0, out: '1.2.3', stderr: [] });
  });

  it('the program prints one problem a line under its subject', async () => {
    expect(await amd('doctor', '--env-file', '/nowhere')).toEqual({
      exit: 2,
      out: '',
      stderr: ['There is no file /nowhere (--env-file)'],
    });
    const [message, ...details] = (await amd('doctor', '--env-file', file(''))).stderr;
    expect(message).toMatch(/^This needs the credentials of a Twilio account/);
    expect(details).toEqual(['  TWILIO_ACCOUNT_SID is missing', '  TWILIO_AUTH_TOKEN is missing']);
  });

  it('the program refuses JSON of apply without a yes, before it reads anything', async () => {
    expect(await amd('taskrouter', 'apply', '--json')).toEqual({
      exit: 2,
      out: '',
      stderr: ['--json cannot ask: pass --yes as well'],
    });
  });

  it('the program explains each command: what it does, its options, what it reads and how it ends', async () => {
    const helps = {
      '': ['Examples:', 'amd doctor', 'Settings come from', 'Exit codes:', '--help'],
      doctor: ['Changes nothing.', '--flow', '--strict', '--json', '--env-file', '--url', '--api-url', 'RING_SECONDS'],
      taskrouter: ['TaskRouter as code', 'Nothing is ever deleted.', 'init', 'export', 'plan', 'apply'],
      'taskrouter init': ['Write a first file', '--file', 'never overwritten'],
      'taskrouter export': ['Print the file', '--workspace', 'TWILIO_WORKSPACE'],
      'taskrouter plan': ['Show what would change.', '--check', 'exit with 3', '--json', 'Exit codes:'],
      'taskrouter apply': ['ask, and make the changes', '--yes', 'continues from there', 'Exit codes:'],
    };
    for (const [command, words] of Object.entries(helps)) {
      const { exit, out } = await amd(...command.split(' ').filter((part) => part !== ''), '--help');
      expect(exit).toBe(0);
      for (const word of words) expect(out, command).toContain(word);
    }
  });

  it('the program says how to get help after a command that it does not understand', async () => {
    const { exit, stderr } = await amd('doctor', '--nonsense');
    expect(exit).toBe(2);
    expect(stderr.join('\n')).toMatch(/unknown option '--nonsense'[^]*Try amd --help\./);
  });
});
