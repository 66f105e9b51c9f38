import type { SidebarItem } from './sidebar.js';

/** The list of pages for programs that read (llmstxt.org): a title, a sentence, and links to Markdown by group. */
export function llmsText(sidebar: readonly SidebarItem[], summary: string): string {
  const groups = sidebar.map(({ text, items = [] }) => `## ${text}\n\n${linesOf(items).join('\n')}`);
  return `# @amd\n\n> ${summary}\n\n${groups.join('\n\n')}\n`;
}

function linesOf(items: readonly SidebarItem[]): string[] {
  return items.flatMap(({ text, link, items: inside = [] }) => [
    ...(link === undefined ? [] : [`- [${text}](${link.replace(/^\//, '').replace(/(^|\/)$/, '$1index.md')})`]),
    ...linesOf(inside),
  ]);
}
