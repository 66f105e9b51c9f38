// For `node --import`: before each change of a file, and when half of it is done, copies the folder SEEN_OF into one of SEEN.
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { join } from 'node:path';

const { SEEN, SEEN_OF } = process.env;
const { cpSync, writeFileSync } = fs;
let changes = 0;

for (const name of ['writeFile', 'copyFile', 'rename']) {
  const real = fs.promises[name];
  fs.promises[name] = async (...args) => {
    if (name === 'writeFile') writeFileSync(args[0], args[1].slice(0, args[1].length / 2));
    changes += 1;
    cpSync(SEEN_OF, join(SEEN, String(changes)), { recursive: true });
    return real(...args);
  };
}
syncBuiltinESMExports();
