/** Returns the manifest to publish: it needs peers of ours in the version of this release. */
export function publishedManifest<Given extends object>(manifest: Given): Given;
