import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { createMetrics } from '../../../../examples/shared/src/operators/metrics.js';
import { textOf } from '../helpers/pages.js';
import { ROOT, sourcePaths } from '../helpers/sources.js';

const RULES = 'docs/alerts/prometheus-rules.yml';
const TESTS = 'docs/alerts/rules.test.yml';
const BOARD = 'docs/alerts/grafana.json';

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly labels: { readonly severity: string };
  readonly annotations: { readonly summary: string; readonly runbook: string };
}
interface Day {
  readonly name: string;
  readonly input_series: readonly { readonly series: string }[];
  readonly alert_rule_test: readonly { readonly alertname: string; readonly exp_alerts: readonly unknown[] }[];
}
interface Board {
  readonly panels: readonly {
    readonly id: number;
    readonly title: string;
    readonly description: string;
    readonly gridPos: { readonly x: number; readonly y: number; readonly w: number };
    readonly targets: readonly { readonly expr: string }[];
  }[];
  readonly templating: { readonly list: readonly { readonly name: string; readonly query: unknown }[] };
}

const rules = (parse(textOf(RULES)) as { groups: { rules: Rule[] }[] }).groups.flatMap((group) => group.rules);
const days = (parse(textOf(TESTS)) as { tests: Day[] }).tests;
const board = JSON.parse(textOf(BOARD)) as Board;
const boardExprs = board.panels.flatMap(({ targets }) => targets.map(({ expr }) => expr));
const exprs = [...rules.map(({ expr }) => expr), ...boardExprs];

const hasPromtool = spawnSync('promtool', ['--version']).status === 0;
if (!hasPromtool) {
  console.log('The alerts are not replayed, because promtool is not here: apt-get install -y prometheus brings it.');
}

function promtool(...args: readonly string[]): { readonly status: number | null; readonly out: string } {
  const { status, stdout, stderr } = spawnSync('promtool', args, { cwd: ROOT, encoding: 'utf8' });
  return { status, out: stdout + stderr };
}

describe.skipIf(!hasPromtool)('replayed by promtool (apt-get install prometheus)', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'amd-alerts-'));
  });
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  it('on a bad day every alert fires, and on a good day none does', () => {
    const { status, out } = promtool('test', 'rules', TESTS);
    expect(out).toContain('SUCCESS');
    expect(status, out).toBe(0);
  });

  it.each(rules.map(({ alert }) => alert))('%s that never fires, or always, is noticed', (alert) => {
    for (const expr of ['vector(1) > 2', 'vector(1) > 0']) {
      const changed = rules.map((rule) => (rule.alert === alert ? { ...rule, expr } : rule));
      writeFileSync(join(folder, 'prometheus-rules.yml'), stringify({ groups: [{ name: 'amd', rules: changed }] }));
      writeFileSync(join(folder, 'rules.test.yml'), textOf(TESTS));
      const { status, out } = promtool('test', 'rules', join(folder, 'rules.test.yml'));
      expect([status, out], expr).toEqual([1, expect.stringContaining(`alertname: ${alert}`)]);
    }
  });

  it('Prometheus understands every expression of the board', () => {
    const recorded = boardExprs.map((expr, index) => ({
      record: `board:${String(index)}`,
      expr: expr.replaceAll('$__rate_interval', '5m').replaceAll('$job', 'amd'),
    }));
    writeFileSync(join(folder, 'board.yml'), stringify({ groups: [{ name: 'board', rules: recorded }] }));
    const { status, out } = promtool('check', 'rules', join(folder, 'board.yml'));
    expect(status, out).toBe(0);
  });
});

describe('the series of rules and board', () => {
  const { registry } = createMetrics(() => ({ live: 0, waiting: 0 }));
  const known = new Map(
    registry
      .getMetricsAsArray()
      .map((metric) => metric as unknown as { name: string; type: string; labelNames: string[] })
      .map((metric) => [metric.name, metric] as const),
  );
  const used = (texts: readonly string[]): readonly string[] => [
    ...new Set(texts.flatMap((text) => text.match(/\bamd_\w+/g) ?? [])),
  ];
  const seriesOf = (name: string): string => (known.has(name) ? name : name.replace(/_(bucket|sum|count)$/, ''));

  it('each name is one that the code counts', () => {
    const written = [...exprs, ...days.flatMap((day) => day.input_series.map(({ series }) => series))];
    const names = used([...written, JSON.stringify(board.templating)]);
    expect(names.length).toBeGreaterThan(15);
    expect(names.filter((name) => !known.has(seriesOf(name)))).toEqual([]);
    const suffixed = names.filter((name) => seriesOf(name) !== name);
    expect(suffixed.filter((name) => known.get(seriesOf(name))?.type !== 'histogram')).toEqual([]);
  });

  it('the board has every series that the code counts', () => {
    const shown = new Set(used(boardExprs).map(seriesOf));
    expect([...known.keys()].filter((name) => name.startsWith('amd_') && !shown.has(name))).toEqual([]);
  });

  it('each label and each of its values exists in the code', () => {
    const code = ['packages/core/src', 'examples/shared/src']
      .flatMap(sourcePaths)
      .map((path) => readFileSync(ROOT + path, 'utf8'))
      .join('\n');
    const wrong: string[] = [];
    for (const [, name = '', labels = ''] of exprs.join('\n').matchAll(/\b(amd_\w+)\{([^}]*)\}/g)) {
      for (const [, label = '', value = ''] of labels.matchAll(/(\w+)\s*(?:=~|!=|=)\s*"([^"]*)"/g)) {
        if (label === 'job') continue;
        if (known.get(seriesOf(name))?.labelNames.includes(label) !== true) wrong.push(`${name}{${label}}`);
        if (label === 'status') continue;
        wrong.push(...value.split('|').filter((one) => !code.includes(`'${one}'`)));
      }
    }
    for (const [, labels = ''] of exprs.join('\n').matchAll(/\bby \(([^)]*)\)/g)) {
      const all = new Set([...known.values()].flatMap(({ labelNames }) => labelNames));
      wrong.push(...labels.split(', ').filter((label) => label !== 'le' && !all.has(label)));
    }
    expect(wrong).toEqual([]);
  });
});

it('every alert has a bad day, a good day, a severity and a page that says what to do', () => {
  const headings = [...textOf('docs/alerts/README.md').matchAll(/^### (\w+)$/gm)].map(([, name]) => name);
  expect(headings).toEqual(rules.map(({ alert }) => alert));
  for (const { alert, labels, annotations } of rules) {
    const expected = days.flatMap((day) =>
      day.alert_rule_test.filter(({ alertname }) => alertname === alert).map(({ exp_alerts }) => exp_alerts.length > 0),
    );
    expect(new Set(expected), alert).toEqual(new Set([true, false]));
    expect(['critical', 'warning']).toContain(labels.severity);
    expect(annotations.summary).toMatch(/\.$/);
    expect(annotations.runbook).toBe(`docs/alerts/README.md#${alert.toLowerCase()}`);
  }
});

it('the page about alerts speaks of panels that the board has, and the board of alerts that there are', () => {
  const titles = board.panels.map(({ title }) => title);
  const quoted = [...textOf('docs/alerts/README.md').matchAll(/“([^”]+)”/g)].map(([, title = '']) => title);
  expect(quoted.length).toBeGreaterThan(3);
  expect(quoted.filter((title) => !titles.includes(title))).toEqual([]);
  const named = board.panels.flatMap(({ description }) => description.match(/\bAmd\w+/g) ?? []);
  expect(named.filter((name) => !rules.some(({ alert }) => alert === name))).toEqual([]);
});

it('no two panels of the board have the same id or place', () => {
  const places = board.panels.map(({ gridPos: { x, y } }) => `${String(x)},${String(y)}`);
  expect(new Set(places).size).toBe(places.length);
  expect(new Set(board.panels.map(({ id }) => id)).size).toBe(board.panels.length);
  expect(board.panels.filter(({ gridPos: { x, w } }) => x + w > 24)).toEqual([]);
});
