import { readFileSync } from 'node:fs';
import { ROOT } from '../root.js';

/** Everything the site is made in: git ignores all three. */
export const PLACES = {
  /** VitePress's root, with its configuration. */
  docs: `${ROOT}docs`,
  /** The pages as Markdown, before they are built. */
  pages: `${ROOT}docs/.vitepress/pages`,
  /** The sidebar, for the configuration. */
  sidebar: `${ROOT}docs/.vitepress/pages/sidebar.json`,
  built: `${ROOT}docs/.vitepress/dist`,
} as const;

/** Returns the repository's address, as in `https://github.com/OWNER/amd`. */
export function repositoryAddress(): string {
  const { repository } = JSON.parse(readFileSync(`${ROOT}package.json`, 'utf8')) as { repository: { url: string } };
  return repository.url.replace(/^git\+/, '').replace(/\.git$/, '');
}
