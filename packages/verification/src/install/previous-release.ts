import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** The release before this one, as far as the history of this checkout has it. */
export type PreviousRelease =
  { readonly commit: string; readonly name: string } | { readonly commit: null; readonly why: string };

/** Names the commit that stands for the release before until one has a tag. */
export const RECORDED = 'packages/verification/src/prove/previous-release.txt';

/** As changesets tags a release. */
const TAGS = '@amd/core@*';

/**
 * Finds the release before this one: the commit that was asked for, else the newest tag of a release, else the recorded commit.
 * A tag on the commit that is checked out is this release itself.
 */
export function previousRelease(root: string, asked?: string): PreviousRelease {
  const git = (...args: readonly string[]): string | null => {
    try {
      return execFileSync('git', args, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
    } catch {
      return null;
    }
  };
  const commitOf = (name: string): string | null => git('rev-parse', '--verify', '--quiet', `${name}^{commit}`);
  const tagBefore = (name: string): string | null => git('describe', '--tags', '--abbrev=0', '--match', TAGS, name);

  if (asked !== undefined) {
    const commit = commitOf(asked);
    return commit === null ? { commit, why: `this checkout has no commit "${asked}"` } : { commit, name: asked };
  }
  const head = commitOf('HEAD');
  if (head === null) return { commit: null, why: 'this is no checkout of git, so there is no older version to build' };
  const newest = tagBefore('HEAD');
  const tag = newest !== null && commitOf(newest) === head ? tagBefore('HEAD^') : newest;
  const tagged = tag === null ? null : commitOf(tag);
  if (tag !== null && tagged !== null) return { commit: tagged, name: tag };
  const [recorded = ''] = readFileSync(`${root}${RECORDED}`, 'utf8').split(/\s/);
  const commit = commitOf(recorded);
  if (commit !== null) return { commit, name: `commit ${recorded.slice(0, 7)}` };
  const shallow = git('rev-parse', '--is-shallow-repository') === 'true';
  const remedy = shallow ? 'run git fetch --unshallow' : 'name another one by --previous COMMIT';
  return {
    commit,
    why: `this checkout has no tag of a release, and no commit ${recorded.slice(0, 7)} (${RECORDED}): ${remedy}`,
  };
}
