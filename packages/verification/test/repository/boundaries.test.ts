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
  it('every room has a floor', () => {
    expect(strangeRooms(core)).toEqual(NONE);
    expect(Object.keys(FLOORS).filter((room) => !core.some(({ path }) => path.includes(`/src/${room}/`)))).toEqual(
      NONE,
    );
  });

  it('no import climbs a floor', () => {
    expect(climbing(core)).toEqual(NONE);
  });

  it('rooms import from outside only what they may', () => {
    expect(foreign(core)).toEqual(NONE);
  });

  it('decisions do not use clocks, chance and the process', () => {
    expect(worldly(core)).toEqual(NONE);
  });

  it('no module has state', () => {
    expect(moduleState(core)).toEqual(NONE);
  });
});

const VERIFICATION = 'packages/verification/';

/**
 * The one known circle of files: the simulator is an interpreter that calls itself; verbs run calls, and calls run verbs. It may
 * not grow.
 */
const SIMULATOR_CIRCLE = 56;

describe('between packages', () => {
  const packages = readdirSync(`${ROOT}packages`)
    .filter((name) => existsSync(`${ROOT}packages/${name}/src`))
    .map((name) => ({ name, sources: sourcesOf(`packages/${name}/src`) }));
  // The verification package uses their test helpers and the examples, which are not published.
  const published = packages.filter(({ name }) => name !== 'verification');
  const classes = new Map(packages.map(({ name, sources }) => [name, classesOf(sources)]));

  it.each(packages)('$name does not use instanceof with a class that may be loaded twice', ({ name, sources }) => {
    // An application may load both the ES modules and CommonJS, and then has each class of core twice.
    const shared = [...classes].filter(([owner]) => owner !== name || owner === 'core').flatMap(([, names]) => names);
    expect(instanceOf(sources, shared)).toEqual(NONE);
  });

  it('nothing imports the verification package', () => {
    const others = ['packages', 'examples'].flatMap(sourcesOf).filter(({ path }) => !path.startsWith(VERIFICATION));
    const users = others.flatMap((source) =>
      importsOf(source).filter(
        ({ specifier, target }) => specifier.startsWith('@amd/verification') || target?.startsWith(VERIFICATION),
      ),
    );
    expect(users).toEqual(NONE);
  });

  it.each(published)('$name imports other packages by their names', ({ name, sources }) => {
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

  it('the simulator does not know what it checks', () => {
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
  ])('the rules find that %s climbs', (_, text) => {
    expect(climbing(planted('flows/leg/leg.ts', text))).toHaveLength(1);
  });

  it('a finding says where, which and what', () => {
    expect(climbing(planted('wire/a.ts', `\nimport { b } from '../flows/b.js';`))).toEqual([
      'packages/core/src/wire/a.ts:2: wire (floor 1) climbs to flows (floor 2) for packages/core/src/flows/b.ts',
    ]);
  });

  it.each([
    [`import { readFileSync } from 'node:fs';`],
    [`import twilio from 'twilio';`],
    [`const a = await import('xmlbuilder2');`],
    [`import { a } from '@amd/simulator';`],
  ])('the rules find in a pure floor: %s', (text) => {
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
  ])('the rules find the global in a pure floor: %s', (text) => {
    expect(worldly(planted('kernel/a.ts', `export const a = (): unknown => (${text});`))).toHaveLength(1);
  });

  it('the rules do not mistake a property for a global', () => {
    expect(
      worldly(planted('kernel/a.ts', `interface A { process: 1 }; const a = x.fetch; const b = { console: 1 };`)),
    ).toEqual(NONE);
  });

  it('the rules find state, and leave tables alone', () => {
    expect(moduleState(planted('http/a.ts', `let count = 0; const seen = new Map<string, number>();`))).toHaveLength(2);
    expect(moduleState(planted('http/a.ts', `const A: ReadonlySet<string> = new Set(['a']); const B = [1];`))).toEqual(
      NONE,
    );
  });

  it('the rules find a circle, also of types, and a file that imports itself', () => {
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

  it('the rules find instanceof', () => {
    expect(instanceOf(planted('http/a.ts', `x instanceof AmdError; y instanceof Error;`), ['AmdError'])).toEqual([
      'packages/core/src/http/a.ts:1: instanceof AmdError',
    ]);
  });
});
