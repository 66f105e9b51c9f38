// npm run check:words: replaced words, wherever they still occur.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { readOptions } from '../../../../scripts/options.mjs';
import { ROOT } from '../root.js';
import { REPLACED } from './replaced.js';

readOptions(`npm run check:words

Prints each place at which a word stands that was replaced, and what is said now; exits with 1 if there is one.

  --help   show this`);

const SELF = 'packages/verification/src/words/';
const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
  cwd: ROOT,
  encoding: 'utf8',
})
  .split('\n')
  .filter((path) => /\.(?:ts|tsx|mts|mjs|js|md|json|css|html|example)$/.test(path) && !path.startsWith(SELF));

let found = 0;
for (const path of files) {
  for (const [index, line] of read(path).split('\n').entries()) {
    for (const { pattern, now, allowed = [] } of REPLACED) {
      const word = pattern.exec(line)?.[0];
      if (word === undefined || allowed.some((begin) => path.startsWith(begin))) continue;
      found += 1;
      console.log(`${path}:${String(index + 1)}: ${word} (now: ${now})`);
    }
  }
}
console.log(`${String(files.length)} files, ${String(found)} words that were replaced`);
process.exit(found === 0 ? 0 : 1);

/** Reads a file; empty for one that was deleted and not committed yet. */
function read(path: string): string {
  try {
    return readFileSync(ROOT + path, 'utf8');
  } catch {
    return '';
  }
}
