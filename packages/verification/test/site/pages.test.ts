import { describe, expect, it } from 'vitest';
import { drawDiagram, transitionsIn } from '../../src/site/diagram.js';
import { anchorOf, rewriteLinks, type Target } from '../../src/site/links.js';
import { llmsText } from '../../src/site/llms.js';
import { loadedBy } from '../../src/site/built.js';
import { titleOf } from '../../src/site/pages.js';
import { sentenceFirst } from '../../src/site/sentence-first.js';
import { sidebarOf } from '../../src/site/sidebar.js';

const TARGETS: Readonly<Record<string, Target>> = {
  'docs/options.md': { kind: 'site', path: 'options.md' },
  'docs/images/calls.png': { kind: 'site', path: 'images/calls.png' },
  'packages/core/README.md': { kind: 'site', path: 'packages/core.md' },
  'packages/core/src': { kind: 'repository', path: 'packages/core/src', folder: true },
  'CONTRIBUTING.md': { kind: 'repository', path: 'CONTRIBUTING.md', folder: false },
};

const rewrite = (text: string, source = 'docs/recipes/README.md', page = 'recipes/index.md') =>
  rewriteLinks(text, {
    source,
    page,
    find: (path) => TARGETS[path] ?? { kind: 'nothing' },
    repository: 'https://github.com/OWNER/amd',
  });

describe('links of the guides', () => {
  it.each([
    ['[options](../options.md#ring)', '[options](../options.md#ring)'],
    ['[core](../../packages/core/README.md)', '[core](../packages/core.md)'],
    ['[`code`](../options.md)', '[`code`](../options.md)'],
    ['[x]: ../options.md', '[x]: ../options.md'],
    ['[sources](../../packages/core/src/)', '[sources](https://github.com/OWNER/amd/tree/main/packages/core/src)'],
    ['[how](../../CONTRIBUTING.md#tests)', '[how](https://github.com/OWNER/amd/blob/main/CONTRIBUTING.md#tests)'],
    ['[web](https://example.com/a.md) [here](#here)', '[web](https://example.com/a.md) [here](#here)'],
  ])('%s becomes %s', (before, after) => {
    expect(rewrite(before)).toMatchObject({ text: after, dead: [] });
  });

  it('a link of README.md leads from its page', () => {
    expect(rewrite('[options](docs/options.md)', 'README.md', 'overview.md').text).toBe('[options](./options.md)');
  });

  it('a link that leads nowhere is told, and code is left alone', () => {
    const text = 'As `[a](gone.md)`:\n\n```md\n[b](gone.md)\n```\n\n[c](gone.md)';
    const { text: after, dead } = rewrite(text);
    expect(dead).toEqual(['gone.md']);
    expect(after.slice(0, after.lastIndexOf('['))).toBe(text.slice(0, text.lastIndexOf('[')));
  });

  it('pictures are copied beside the pages', () => {
    expect(rewrite('![calls](../images/calls.png)').files).toEqual(['docs/images/calls.png']);
  });

  it('anchors are those of GitHub', () => {
    expect(anchorOf("Twilio's own `<Dial>`, or not?")).toBe('twilios-own-dial-or-not');
  });
});

describe('pages of the site', () => {
  it('a title loses its markup, and a number its zeros', () => {
    expect(titleOf('# 0007: Nothing is `dialled`\n')).toBe('7. Nothing is dialled');
  });

  it('a page that no group knows is listed all the same', () => {
    const pages = ['set-up', 'hosts/fastify', 'zebra', 'recipes/when-ts', 'index'].map((path) => ({
      path: `${path}.md`,
      title: path,
    }));
    const links = sidebarOf(pages, []).map(({ text, items = [] }) => [text, ...items.map(({ link }) => link)]);
    expect(links).toEqual([
      ['With Twilio', '/set-up.md'],
      ['Where it runs', '/hosts/fastify.md'],
      ['More', '/zebra.md'],
    ]);
  });

  it('a diagram becomes a picture and a table of its arrows', () => {
    const code =
      'stateDiagram-v2\n  [*] --> held : the call arrives\n  held --> ended : call over<br/>deadline\n  ended --> [*]\n';
    expect(transitionsIn(code)).toContainEqual({ from: 'held', to: 'ended', causes: ['call over', 'deadline'] });
    const drawn = drawDiagram(code);
    expect(drawn).toContain('<td><code>held</code></td><td><code>ended</code></td><td>call over; deadline</td>');
    expect(drawn.match(/<rect /g)).toHaveLength(2);
    expect(drawn).not.toContain('NaN');
  });

  it('a page of the reference begins with the sentence', () => {
    const page =
      '# Interface: A\n\nDefined in: [a.ts:1](x)\n\nWhat it is.\n\n## Properties\n\nDefined in: [b.ts:2](y)\n';
    expect(sentenceFirst(page)).toBe(
      '# Interface: A\n\nWhat it is.\n\n## Properties\n\nDefined in: [b.ts:2](y)\n\n---\n\nDefined in: [a.ts:1](x)\n',
    );
  });

  it('what a page loads from another host is seen; what it links to is not loaded', () => {
    const html =
      '<link rel="stylesheet" href="https://fonts.example/a.css"><script src="//cdn.example/b.js"></script>' +
      '<a href="https://example.com">x</a><img src="/c.png"><link rel="icon" href="/d.ico">';
    expect(loadedBy(html)).toEqual(['https://fonts.example/a.css', '//cdn.example/b.js']);
  });

  it('llms.txt has a line for each page, as Markdown', () => {
    const sidebar = [{ text: 'Start', items: [{ text: 'Set-up', link: '/set-up.md' }] }];
    expect(llmsText(sidebar, 'What it is.')).toBe('# @amd\n\n> What it is.\n\n## Start\n\n- [Set-up](set-up.md)\n');
  });
});
