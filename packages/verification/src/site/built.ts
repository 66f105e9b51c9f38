import { readdirSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';

/** What is wrong with a built page: `set-up.html: #stoping is not on operating.html`. */
export function problemsOf(folder: string, base: string): readonly string[] {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => name.replaceAll('\\', '/'));
  const all = new Set(files);
  const pages = new Map(
    files.filter((name) => name.endsWith('.html')).map((name) => [name, readFileSync(`${folder}/${name}`, 'utf8')]),
  );
  const anchors = new Map<string, ReadonlySet<string>>();
  const anchorsOf = (name: string): ReadonlySet<string> => {
    const known =
      anchors.get(name) ?? new Set([...(pages.get(name) ?? '').matchAll(/\sid="([^"]+)"/g)].map(([, id]) => id ?? ''));
    anchors.set(name, known);
    return known;
  };
  const problems: string[] = [];
  for (const [page, html] of pages) {
    for (const address of loadedBy(html)) problems.push(`${page} loads ${address} from another host`);
    for (const [, address = ''] of html.matchAll(/\s(?:href|src)="([^"]*)"/g)) {
      if (/^([a-z][a-z0-9+.-]*:|\/\/)/i.test(address)) continue;
      const [path = '', hash = ''] = decodeURI(address.replaceAll('&amp;', '&')).split('#', 2);
      const file = fileOf(path, page, base);
      if (!all.has(file)) problems.push(`${page}: ${address} leads nowhere`);
      else if (hash !== '' && file.endsWith('.html') && !anchorsOf(file).has(hash)) {
        problems.push(`${page}: #${hash} is not on ${file}`);
      }
    }
  }
  return [...new Set(problems)];
}

/** What a page makes the browser fetch from another host; links to click on are not that. */
export function loadedBy(html: string): readonly string[] {
  return [
    ...html.matchAll(
      /<(script|img|iframe|source|video|audio|link)\b[^>]*?\s(?:src|href)="((?:https?:)?\/\/[^"]*)"[^>]*>/g,
    ),
  ]
    .filter(([tag, name]) => name !== 'link' || !/rel="(canonical|alternate)"/.test(tag))
    .map(([, , address = '']) => address);
}

function fileOf(path: string, page: string, base: string): string {
  if (path === '') return page;
  const full = path.startsWith(base) ? path.slice(base.length) : posix.join(posix.dirname(page), path);
  return full === '' || full.endsWith('/') ? `${full}index.html` : full;
}
