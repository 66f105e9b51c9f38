// For `node --import`: the process kills itself at the nth change of a file, when half of it is done.
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

let left = Number(process.env.DIES_AT);
const die = () => process.kill(process.pid, 'SIGKILL');

for (const name of ['writeFile', 'copyFile', 'rename']) {
  const real = fs.promises[name];
  fs.promises[name] = async (...args) => {
    left -= 1;
    if (left > 0) return real(...args);
    if (name === 'writeFile') fs.writeFileSync(args[0], args[1].slice(0, args[1].length / 2));
    die();
    // The signal may take a moment: nothing is done meanwhile.
    return new Promise(() => undefined);
  };
}
syncBuiltinESMExports();
