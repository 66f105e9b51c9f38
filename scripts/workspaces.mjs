import { readFileSync, readdirSync, existsSync } from 'node:fs';

const root = new URL('../', import.meta.url);

/**
 * Every workspace, those that others depend on first.
 * @returns {{ folder: URL, manifest: { name: string, private?: boolean, scripts?: Record<string, string>, dependencies?: Record<string, string> } }[]}
 */
export function workspaces() {
  const found = ['packages', 'examples'].flatMap((parent) =>
    readdirSync(new URL(`${parent}/`, root))
      .map((name) => new URL(`${parent}/${name}/`, root))
      .filter((folder) => existsSync(new URL('package.json', folder)))
      .map((folder) => ({ folder, manifest: JSON.parse(readFileSync(new URL('package.json', folder), 'utf8')) })),
  );
  const ordered = [];
  const visit = (workspace, waiting) => {
    const { name } = workspace.manifest;
    if (waiting.includes(name)) throw new Error(`workspaces depend on each other: ${[...waiting, name].join(' → ')}`);
    if (ordered.includes(workspace)) return;
    for (const needed of found) {
      if (dependsOn(workspace.manifest, needed.manifest.name)) visit(needed, [...waiting, name]);
    }
    ordered.push(workspace);
  };
  for (const workspace of found) visit(workspace, []);
  return ordered;
}

/** Whether a workspace with this package.json needs the one of that name. */
export function dependsOn(manifest, name) {
  return [manifest.dependencies, manifest.devDependencies, manifest.peerDependencies].some(
    (list) => name in (list ?? {}),
  );
}
