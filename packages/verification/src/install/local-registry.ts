import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createHash } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import type { PublishedManifest } from './packed-packages.js';

export interface LocalRegistry {
  readonly url: string;
  close(): Promise<void>;
}

/** A registry on this machine that has one version of each of these packages, and nothing else. */
export async function serveRegistry(archives: readonly string[]): Promise<LocalRegistry> {
  const packages = new Map(
    await Promise.all(
      archives.map(async (archive) => {
        const bytes = await readFile(archive);
        const manifest = manifestIn(archive);
        return [manifest.name, { manifest, bytes }] as const;
      }),
    ),
  );

  function answer({ url = '' }: IncomingMessage, response: ServerResponse): void {
    const path = decodeURIComponent(url).slice(1);
    const name = path.replace(/\/-\.tgz$/, '');
    const found = packages.get(name);
    if (found === undefined) {
      response.writeHead(404).end();
      return;
    }
    if (path.endsWith('.tgz')) {
      response.writeHead(200, { 'content-type': 'application/octet-stream' }).end(found.bytes);
      return;
    }
    const { manifest, bytes } = found;
    const { version } = manifest;
    const integrity = `sha512-${createHash('sha512').update(bytes).digest('base64')}`;
    const versions = { [version]: { ...manifest, dist: { tarball: `${address()}${name}/-.tgz`, integrity } } };
    response
      .writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-store' })
      .end(JSON.stringify({ name, 'dist-tags': { latest: version }, versions }));
  }

  const server = createServer(answer).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const address = (): string => `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/`;
  return {
    url: address(),
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function manifestIn(archive: string): PublishedManifest {
  const text = execFileSync('tar', ['-xzOf', archive, 'package/package.json'], { encoding: 'utf8' });
  return JSON.parse(text) as PublishedManifest;
}
