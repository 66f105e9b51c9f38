import { readFile } from 'node:fs/promises';

/** The files of the page. */
export interface PageAssets {
  readonly html: string;
  readonly script: string;
  readonly style: string;
}

/** The available pages. */
export type PageName = 'calls' | 'workers';

/**
 * Loads a page as the build left it, beside this file.
 * @throws Error when it was not built
 */
export async function loadPage(
  page: PageName = 'calls',
  folder: URL = new URL('./page/', import.meta.url),
): Promise<PageAssets> {
  const read = (name: string): Promise<string> => readFile(new URL(name, folder), 'utf8');
  try {
    const [html, script, style] = await Promise.all([read('index.html'), read(`${page}.js`), read(`${page}.css`)]);
    return { html, script, style };
  } catch (cause) {
    throw new Error('the page of @amd/dashboard is not built: run "npm run build -w @amd/dashboard"', { cause });
  }
}
