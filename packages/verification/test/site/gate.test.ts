import { describe, expect, it } from 'vitest';
import { examplesOf, gapLine, gapsOf, type Reflection } from '../../src/site/gate.js';

const INTERFACE = 256;
const FUNCTION = 64;
const REFERENCE = 4_194_304;
const SOURCE = 'packages/core/src/index.ts';
const entry = { name: '@amd/core', source: SOURCE };

const comment = (summary: string, example?: string): Pick<Reflection, 'comment'> => ({
  comment: {
    summary: [{ text: summary }],
    blockTags: example === undefined ? [] : [{ tag: '@example', content: [{ text: example }] }],
  },
});

/** An entry point with everything, and these exports. */
function project(exports: readonly Reflection[], of: Partial<Reflection> = {}): Reflection {
  const about = comment('What this entry point has.', '```ts\nconst a = 1;\n```');
  const sources = [{ fileName: SOURCE, line: 1 }];
  return {
    name: 'all',
    kind: 1,
    children: [{ name: '@amd/core', kind: 4, sources, children: exports, ...about, ...of }],
  };
}

const gaps = (found: Reflection): string[] => gapsOf(found, [entry]).map(gapLine);
const at = { sources: [{ fileName: 'packages/core/src/kernel/ids.ts', line: 7 }] };

describe('the gate of the reference', () => {
  it('an export without a sentence is named with its package, its file and its line', () => {
    expect(gaps(project([{ name: 'Silent', kind: INTERFACE, ...at }]))).toEqual([
      '@amd/core: Silent (packages/core/src/kernel/ids.ts:7) needs a sentence',
    ]);
  });

  it('an export that only says what it throws, or only its name, has no sentence', () => {
    const throws = {
      comment: { summary: [], blockTags: [{ tag: '@throws', content: [{ text: 'TypeError, always' }] }] },
    };
    expect(
      gaps(
        project([{ name: 'thrower', kind: FUNCTION, signatures: [{ name: 'thrower', kind: 1, ...throws }], ...at }]),
      ),
    ).toHaveLength(1);
    expect(gaps(project([{ name: 'Client', kind: INTERFACE, ...comment('A client.'), ...at }]))).toHaveLength(1);
  });

  it('a function is described by its signature, and so is a type that is a function', () => {
    const said = { name: 'f', kind: 4096, ...comment('Returns what it gets.') };
    const type = { name: 'F', kind: 2_097_152, type: { declaration: { name: '', kind: 65_536, signatures: [said] } } };
    expect(gaps(project([{ name: 'f', kind: FUNCTION, signatures: [said] }, type]))).toEqual([]);
  });

  it('an export of an export is described where it comes from', () => {
    expect(gaps(project([{ name: 'Again', kind: REFERENCE }]))).toEqual([]);
  });

  it('an entry point needs its name, a sentence and an example', () => {
    expect(gaps(project([], { name: 'core/src', comment: {} }))).toEqual([
      `@amd/core: ${SOURCE} needs a comment at its start that ends with "@module @amd/core"`,
      `@amd/core: ${SOURCE} needs a sentence about the entry point`,
      `@amd/core: ${SOURCE} needs an example: @example with a block of \`\`\`ts`,
    ]);
    expect(gaps({ name: 'all', kind: 1, children: [] })).toHaveLength(1);
  });

  it('examples are found at the entry point and at its exports', () => {
    const said = { name: 'f', kind: 4096, ...comment('Returns what it gets.', 'Like this:\n```ts\nf();\n```') };
    expect(examplesOf(project([{ name: 'f', kind: FUNCTION, signatures: [said], ...at }]), [entry])).toEqual([
      { entry: '@amd/core', of: '@amd/core', where: `${SOURCE}:1`, code: 'const a = 1;\n' },
      { entry: '@amd/core', of: 'f', where: 'packages/core/src/kernel/ids.ts:7', code: 'f();\n' },
    ]);
  });
});
