import { existsSync, readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  circles,
  classesOf,
  climbing,
  foreign,
  FLOORS,
  instanceOf,
  moduleState,
  strangeRooms,
  worldly,
} from '../helpers/rules.js';
import { importsOf, parse, ROOT, sourcesOf, type Source } from '../helpers/sources.js';

const NONE: readonly string[] = [];
const core = sourcesOf('packages/core/src');

describe('the floors of packages/core/src', () => {
  it('has a floor for every room', () => {
    expect(strangeRooms(core)).toEqual(NONE);
    expect(Object.keys(FLOORS).filter((room) => !core.some(({ path }) => path.includes(`/src/${room}/`)))).toEqual(
      NONE,
    );
  });

  it('lets no import climb', () => {
    expect(climbing(core)).toEqual(NONE);
  });

  it('imports from outside only what a room may have', () => {
    expect(foreign(core)).toEqual(NONE);
  });

  it('keeps clocks, chance and the process away from decisions', () => {
    expect(worldly(core)).toEqual(NONE);
  });

  it('has no module state', () => {
    expect(moduleState(core)).toEqual(NONE);
  });
});

const VERIFICATION = 'packages/verification/';

/** The one circle of files that is known: the simulator is an interpreter that calls itself; verbs run calls, and calls run verbs. It may not grow. */
const SIMULATOR_CIRCLE = 56;

describe('between packages', () => {
  const packages = readdirSync(`${ROOT}packages`)
    .filter((name) => existsSync(`${ROOT}packages/${name}/src`))
    .map((name) => ({ name, sources: sourcesOf(`packages/${name}/src`) }));
  // What verifies them all reaches for their test helpers and for the examples, which are not published.
  const published = packages.filter(({ name }) => name !== 'verification');
  const classes = new Map(packages.map(({ name, sources }) => [name, classesOf(sources)]));

  it.each(packages)(
    '$name asks no value whether it is an instance of a class that may be there twice',
    ({ name, sources }) => {
      // An application may load the ES modules and CommonJS, and then has each class of core twice.
      const shared = [...classes].filter(([owner]) => owner !== name || owner === 'core').flatMap(([, names]) => names);
      expect(instanceOf(sources, shared)).toEqual(NONE);
    },
  );

  it('lets nobody import what verifies them', () => {
    const others = ['packages', 'examples'].flatMap(sourcesOf).filter(({ path }) => !path.startsWith(VERIFICATION));
    const users = others.flatMap((source) =>
      importsOf(source).filter(
        ({ specifier, target }) => specifier.startsWith('@amd/verification') || target?.startsWith(VERIFICATION),
      ),
    );
    expect(users).toEqual(NONE);
  });

  it.each(published)('$name reaches other packages by their names', ({ name, sources }) => {
    const climbers = sources.flatMap((source) =>
      importsOf(source).filter(({ target }) => target !== null && !target.startsWith(`packages/${name}/src/`)),
    );
    expect(climbers).toEqual([]);
  });

  it.each(packages)('$name has no circle of files', ({ name, sources }) => {
    const found = circles(sources);
    if (name === 'simulator') expect(found.map(({ length }) => length)).toEqual([SIMULATOR_CIRCLE]);
    else expect(found).toEqual([]);
  });

  it('keeps the simulator ignorant of what it checks', () => {
    const known = [...sourcesOf('packages/simulator/src'), ...sourcesOf('packages/simulator/test')].flatMap((source) =>
      importsOf(source)
        .filter(
          ({ specifier, target }) => /^@amd\/(?!simulator$)/.test(specifier) || target?.startsWith('packages/core/'),
        )
        .map(({ where, specifier }) => `${where}: ${specifier}`),
    );
    expect(known).toEqual(NONE);
  });
});

describe('the rules themselves', () => {
  const planted = (path: string, text: string): readonly Source[] => [parse(`packages/core/src/${path}`, text)];

  it.each([
    ['an import', `import { a } from '../../runtime/clock.js';`],
    ['an import of a type', `import type { Clock } from '../../runtime/clock.js';`],
    ['a re-export', `export { a } from '../../http/index.js';`],
    ['an import()', `const a = await import('../../store/memory.js');`],
    ['a type in place', `type A = import('../../store/store.js').Store;`],
    ['the roof', `import { a } from '../../index.js';`],
    ['testing', `import { sids } from '../../testing/sids.js';`],
    ['another package by its path', `import { a } from '../../../../simulator/src/index.js';`],
  ])('see %s climb', (_, text) => {
    expect(climbing(planted('flows/leg/leg.ts', text))).toHaveLength(1);
  });

  it('say where, who and what', () => {
    expect(climbing(planted('wire/a.ts', `\nimport { b } from '../flows/b.js';`))).toEqual([
      'packages/core/src/wire/a.ts:2: wire (floor 1) climbs to flows (floor 2) for packages/core/src/flows/b.ts',
    ]);
  });

  it.each([
    [`import { readFileSync } from 'node:fs';`],
    [`import twilio from 'twilio';`],
    [`const a = await import('xmlbuilder2');`],
    [`import { a } from '@amd/simulator';`],
  ])('see a pure floor say %s', (text) => {
    expect(foreign(planted('flows/a.ts', text))).toHaveLength(1);
  });

  it.each([
    ['Date.now()'],
    ['Math.random()'],
    ['setTimeout(() => 1, 2)'],
    ['console.log(1)'],
    ['process.env'],
    ['Buffer.from("")'],
    ['fetch("")'],
    ['globalThis'],
    ['{ ...process }'],
  ])('see a pure floor use %s', (text) => {
    expect(worldly(planted('kernel/a.ts', `export const a = (): unknown => (${text});`))).toHaveLength(1);
  });

  it('do not mistake a property for the world', () => {
    expect(
      worldly(planted('kernel/a.ts', `interface A { process: 1 }; const a = x.fetch; const b = { console: 1 };`)),
    ).toEqual(NONE);
  });

  it('see state, and leave tables alone', () => {
    expect(moduleState(planted('http/a.ts', `let count = 0; const seen = new Map<string, number>();`))).toHaveLength(2);
    expect(moduleState(planted('http/a.ts', `const A: ReadonlySet<string> = new Set(['a']); const B = [1];`))).toEqual(
      NONE,
    );
  });

  it('see a circle, also of types, and the file that imports itself', () => {
    const files = [
      parse('packages/core/src/wire/a.ts', `import type { B } from './b.js';`),
      parse('packages/core/src/wire/b.ts', `export { c } from './c.js';`),
      parse('packages/core/src/wire/c.ts', `const a = await import('./a.js');`),
      parse('packages/core/src/wire/d.ts', `import { a } from './a.js';`),
      parse('packages/core/src/wire/e.ts', `import { e } from './e.js';`),
    ];
    const named = circles(files).map((circle) => circle.map((path) => path.at(-4)));
    expect(named).toEqual([['a', 'b', 'c'], ['e']]);
  });

  it('see instanceof', () => {
    expect(instanceOf(planted('http/a.ts', `x instanceof AmdError; y instanceof Error;`), ['AmdError'])).toEqual([
      'packages/core/src/http/a.ts:1: instanceof AmdError',
    ]);
  });
});
