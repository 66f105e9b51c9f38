// In the repository, the range of a peer of ours is `>=0.0.0 <1.0.0`. changesets makes a package's next version a major one when a
// peer leaves its range, which before 1.0.0 every minor version would. The published range is narrower, because all packages are
// released and tested together.
export function publishedManifest(manifest) {
  const peers = Object.entries(manifest.peerDependencies ?? {}).map(([name, range]) => [
    name,
    name.startsWith('@amd/') ? `^${manifest.version}` : range,
  ]);
  return peers.length === 0 ? manifest : { ...manifest, peerDependencies: Object.fromEntries(peers) };
}
