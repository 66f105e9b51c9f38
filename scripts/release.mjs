// npm run release: publishes every package whose version the registry does not have. For .github/workflows/release.yml.
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { readOptions } from './options.mjs';
import { publishedManifest } from './published-manifest.mjs';
import { workspaces } from './workspaces.mjs';

readOptions(`npm run release

Publishes every package whose version the registry does not have, with provenance, and tags it; after npm run build. Only the
release workflow of the repository that package.json names can do that: anywhere else it says so and ends.

  --help   show this`);

const published = workspaces().filter(({ manifest }) => manifest.private !== true);
const running = process.env.GITHUB_REPOSITORY;
for (const { manifest } of published) {
  const named = /github\.com\/(.+)\.git$/.exec(manifest.repository?.url ?? '')?.[1];
  if (running !== undefined && named === running) continue;
  console.error(
    `${manifest.name} says that it comes from ${named ?? 'nowhere'}, and this runs in ${running ?? 'no workflow of GitHub'}: the registry takes no provenance for that. Correct "repository", "homepage" and "bugs" in every package.json.`,
  );
  process.exit(1);
}

const before = published.map(({ folder }) => {
  const path = new URL('package.json', folder);
  return { path, text: readFileSync(path, 'utf8') };
});
try {
  for (const { path, text } of before) {
    writeFileSync(path, `${JSON.stringify(publishedManifest(JSON.parse(text)), null, 2)}\n`);
  }
  process.exitCode = spawnSync('npx', ['changeset', 'publish'], { stdio: 'inherit' }).status ?? 1;
} finally {
  for (const { path, text } of before) writeFileSync(path, text);
}
