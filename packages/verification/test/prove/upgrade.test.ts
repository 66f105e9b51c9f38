import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { previousRelease, RECORDED } from '../../src/install/previous-release.js';
import { PROMISES } from '../../src/prove/promises.js';
import { factsOf, type Run } from '../../src/prove/upgrade.js';
import type { Ending } from '../../src/prove/upgrade-calls.js';

describe('the release before', () => {
  let root: string;
  const git = (...args: string[]): string =>
    execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@example.com', ...args], {
      cwd: root,
      encoding: 'utf8',
    }).trim();
  const commit = (): string => {
    git('commit', '--quiet', '--allow-empty', '-m', 'a');
    return git('rev-parse', 'HEAD');
  };
  const record = (text: string): void => {
    mkdirSync(dirname(root + RECORDED), { recursive: true });
    writeFileSync(root + RECORDED, text);
  };

  beforeEach(() => {
    root = `${mkdtempSync(join(tmpdir(), 'amd-history-'))}/`;
    git('init', '--quiet');
  });
  afterEach(() => {
    rmSync(root, { recursive: true, force: true });
  });

  it('is the recorded commit as long as no release has a tag', () => {
    const old = commit();
    commit();
    record(`${old}\n\nwhy\n`);
    expect(previousRelease(root)).toEqual({ commit: old, name: `commit ${old.slice(0, 7)}` });
  });

  it('is the newest tag of a release, and not this release itself', () => {
    record('none\n');
    const first = commit();
    git('tag', '@amd/core@0.1.0');
    commit();
    expect(previousRelease(root)).toEqual({ commit: first, name: '@amd/core@0.1.0' });
    git('tag', '@amd/core@0.2.0');
    expect(previousRelease(root)).toEqual({ commit: first, name: '@amd/core@0.1.0' });
  });

  it('is the commit that was asked for, by any name', () => {
    record('none\n');
    const old = commit();
    const head = commit();
    git('tag', '@amd/core@0.2.0', old);
    expect(previousRelease(root, 'HEAD')).toEqual({ commit: head, name: 'HEAD' });
    expect(previousRelease(root, 'nobody')).toEqual({ commit: null, why: 'this checkout has no commit "nobody"' });
  });

  it('is nothing without history, and the sentence says what to do', () => {
    record(`${'0123456789'.repeat(4)}\n`);
    expect(previousRelease(root)).toMatchObject({
      commit: null,
      why: expect.stringContaining('no checkout of git') as string,
    });
    commit();
    expect(previousRelease(root)).toMatchObject({ commit: null, why: expect.stringContaining('--previous') as string });
    const whole = root;
    commit();
    root = `${mkdtempSync(join(tmpdir(), 'amd-history-'))}/`;
    execFileSync('git', ['clone', '--quiet', '--depth', '1', `file://${whole}`, root]);
    record(`${'0123456789'.repeat(4)}\n`);
    expect(previousRelease(root)).toMatchObject({
      commit: null,
      why: expect.stringContaining('--unshallow') as string,
    });
    rmSync(whole, { recursive: true, force: true });
  });
});

describe('the upgrade under traffic', () => {
  const ending = (place: number): Ending => ({ rung: [0, 1], talkedWith: [place], sorry: false });
  const run = (endings: Readonly<Record<string, Ending>>): Run => ({
    endings: new Map(Object.entries(endings)),
    problems: [],
    shared: 1,
    awayMs: 2,
  });

  it('counts calls that end as on neither release alone', () => {
    const runs = new Map([
      ['old', run({ ann: ending(0), ben: ending(0) })],
      ['new', run({ ann: ending(1), ben: ending(0) })],
      ['mixed', run({ ann: ending(1), ben: ending(1) })],
    ]);
    expect(factsOf('n', runs)).toMatchObject({
      figures: { callers: 2, talked: 2, shared: 1, otherwise: 1, awayMs: 2 },
      problems: [expect.stringContaining('mixed: ben ended as')],
    });
  });

  it('names what went wrong in any run', () => {
    const alone = run({ ann: ending(0) });
    const runs = new Map([
      ['old', { ...alone, problems: ['Ann is still on the line'] }],
      ['new', alone],
      ['mixed', alone],
    ]);
    expect(factsOf('n', runs).problems).toEqual(['old: Ann is still on the line']);
  });

  it('is neither kept nor broken where it could not be tried', () => {
    const judge = PROMISES.find(({ what }) => what === 'upgrade under traffic')?.judge;
    const leftOut = { figures: {}, problems: [], leftOut: 'no history' };
    const verdict = judge?.({ full: true, part: () => leftOut, explored: () => expect.fail() });
    expect(verdict).toMatchObject({ ok: false, leftOut: true, figure: 'no history' });
  });
});
