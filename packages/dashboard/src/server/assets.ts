import { readFile } from 'node:fs/promises';

/** The files of the page. */
export interface PageAssets {
  readonly html: string;
  readonly script: string;
  readonly style: string;
}

/**
 * The page as the build left it, beside this file.
 * @throws Error when it was not built
 */
export async function loadPage(folder: URL = new URL('./page/', import.meta.url)): Promise<PageAssets> {
  const read = (name: string): Promise<string> => readFile(new URL(name, folder), 'utf8');
  try {
    const [html, script, style] = await Promise.all([read('index.html'), read('app.js'), read('app.css')]);
    return { html, script, style };
  } catch (cause) {
    throw new Error('the page of @amd/dashboard is not built: run "npm run build -w @amd/dashboard"', { cause });
  }
}
