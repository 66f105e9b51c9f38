import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { DefaultTheme, MarkdownRenderer, UserConfig } from 'vitepress';
import { drawDiagram } from './diagram.js';
import { anchorOf } from './links.js';
import { darkOf } from './pages.js';
import { PLACES, repositoryAddress } from './places.js';

/** What docs/.vitepress/config.mts hands to VitePress. */
export function siteConfig(): UserConfig<DefaultTheme.Config> {
  const repository = repositoryAddress();
  return {
    title: '@amd',
    description: 'Forward a phone call so that the first human wins.',
    lang: 'en',
    base: process.env['SITE_BASE'] ?? '/',
    srcDir: PLACES.pages,
    outDir: PLACES.built,
    // The sidebar would otherwise be in every page.
    metaChunk: true,
    lastUpdated: false,
    // The index of the search is one file; it is loaded when somebody searches.
    vite: { build: { chunkSizeWarningLimit: 10_000 } },
    head: [['link', { rel: 'icon', href: 'data:,' }]],
    markdown: {
      theme: { light: 'github-light-high-contrast', dark: 'github-dark-high-contrast' },
      anchor: { slugify: anchorOf },
      config: (md) => {
        drawInPlace(md);
        bothThemes(md);
      },
    },
    transformPageData({ relativePath, frontmatter }) {
      if (relativePath.startsWith('reference/')) {
        frontmatter['pageClass'] = 'reference';
        // The page of an export has few headings, and wide tables.
        if (!relativePath.endsWith('/index.md')) frontmatter['aside'] = false;
      }
      frontmatter['head'] = [
        ...((frontmatter['head'] as unknown[] | undefined) ?? []),
        [
          'link',
          { rel: 'alternate', type: 'text/markdown', href: `${process.env['SITE_BASE'] ?? '/'}${relativePath}` },
        ],
      ];
    },
    themeConfig: {
      nav: [
        { text: 'Overview', link: '/overview' },
        { text: 'Options', link: '/options' },
        { text: 'Reference', link: '/reference/' },
      ],
      sidebar: JSON.parse(readFileSync(PLACES.sidebar, 'utf8')) as DefaultTheme.SidebarItem[],
      outline: { level: [2, 3] },
      search: {
        provider: 'local',
        options: {
          _render: (text, env, md) => md.render(searchable(text, (env as { relativePath: string }).relativePath), env),
          miniSearch: {
            searchOptions: {
              fuzzy: 0.2,
              prefix: true,
              boost: { title: 4, text: 2, titles: 1 },
              boostDocument: (id: string) => (id.includes('/reference/') ? 0.5 : 1),
            },
          },
        },
      },
      socialLinks: [{ icon: 'github', link: repository, ariaLabel: 'The repository' }],
      externalLinkIcon: true,
      footer: { message: 'MIT. Every page is here as Markdown, too: put .md in place of .html, or read llms.txt.' },
    },
  };
}

/** In the reference an export is one hit: its parts, such as "Returns", are none of their own. */
function searchable(text: string, page: string): string {
  if (!page.startsWith('reference/')) return text;
  return text
    .replace(/^\[Reference\].*\n/, '')
    .replace(/^Defined in: .*$/gm, '')
    .replace(/^##+ .*$/gm, '');
}

/** VitePress calls this with every page: what was a diagram's code becomes the diagram. */
function drawInPlace(md: MarkdownRenderer): void {
  const { fence } = md.renderer.rules;
  md.renderer.rules.fence = (tokens, index, ...rest) => {
    const token = tokens[index];
    if (token?.info.trim() === 'mermaid') return drawDiagram(token.content);
    return fence?.(tokens, index, ...rest) ?? '';
  };
}

/** A picture that has a dark brother is shown in both themes, each in its own. */
function bothThemes(md: MarkdownRenderer): void {
  const { image } = md.renderer.rules;
  md.renderer.rules.image = (tokens, index, options, env, self) => {
    const plain = (): string => image?.(tokens, index, options, env, self) ?? '';
    const token = tokens[index];
    const src = token?.attrGet('src') ?? '';
    const dark = darkOf(src);
    const { path = '' } = env as { path?: string };
    if (token === undefined || dark === src || !existsSync(join(dirname(path), dark))) return plain();
    token.attrJoin('class', 'in-light');
    const light = plain();
    token.attrSet('src', dark);
    token.attrSet('class', 'in-dark');
    return light + plain();
  };
}
