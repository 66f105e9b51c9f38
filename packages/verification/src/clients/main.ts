// npm run test:clients: every version of the official client that core takes, at work.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { readOptions } from '../../../../scripts/options.mjs';
import { cachedInstall } from '../install/cached-install.js';
import { firstCallIn, HUMAN, installedVersion } from '../install/first-call.js';
import { demandBuilds, packPackages, publishedPackages, unpack } from '../install/packed-packages.js';
import { ROOT } from '../root.js';

/** The last of each part of the range in packages/core/package.json. */
const VERSIONS = ['5.13.1', '6.0.2', '6.3.1'];

/** What uses the official client. */
const TESTS = [
  'packages/core/test/twilio',
  'packages/core/test/http/one-call-over-http.test.ts',
  'packages/core/test/wire/params.test.ts',
  'packages/core/test/wire/signature.test.ts',
  'packages/simulator/test',
];

const CONFIG = 'packages/verification/src/clients/vitest.config.ts';

readOptions(`npm run test:clients

With the official client ${VERSIONS.join(', ')}: core's tests of Twilio's REST API and of signatures, all tests of the simulator, and the first
call of README.md with the packages as they are packed, after npm run build. Exits with 1 when one fails.

  --help   show this`);

const packages = publishedPackages().filter(({ manifest }) => ['@amd/core', '@amd/simulator'].includes(manifest.name));
demandBuilds(packages);
const missing = TESTS.filter((path) => !existsSync(ROOT + path));
if (missing.length > 0) throw new Error(`there is no ${missing.join(', ')}`);
const { devDependencies } = JSON.parse(readFileSync(`${ROOT}package.json`, 'utf8')) as {
  devDependencies: Record<string, string>;
};

let failed = 0;
for (const version of VERSIONS) {
  const project = cachedInstall('clients', {
    twilio: version,
    express: devDependencies['express'] ?? '',
    ...Object.fromEntries(packages.flatMap(({ manifest }) => Object.entries(manifest.dependencies ?? {}))),
  });
  packPackages(packages, `${project}/packed`).forEach((archive, index) => {
    unpack(archive, packages[index]?.manifest.name ?? '', `${project}/node_modules`);
  });
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [`${ROOT}node_modules/vitest/vitest.mjs`, 'run', '--config', CONFIG, ...TESTS],
    {
      cwd: ROOT,
      encoding: 'utf8',
      maxBuffer: 67_108_864,
      env: { ...process.env, NO_COLOR: '1', AMD_TWILIO: `${project}/node_modules/twilio` },
    },
  );
  const passed = Number(/^ *Tests .*?(\d+) passed/m.exec(stdout)?.[1] ?? 0);
  const call = await firstCallIn(project).catch((error: unknown) => ({ talkedWith: null, lines: [String(error)] }));
  const ok = status === 0 && passed > 500 && call.talkedWith === HUMAN;
  if (!ok) {
    failed += 1;
    console.log([stdout.slice(-4000), stderr.slice(-2000), ...call.lines.slice(-20)].join('\n'));
  }
  console.log(
    `${ok ? 'ok  ' : 'FAIL'} twilio ${installedVersion(project, 'twilio')}: ${String(passed)} tests passed; first call: ${call.talkedWith === HUMAN ? 'talked with the human' : 'not connected'}`,
  );
}
console.log(`${String(VERSIONS.length - failed)} passed, ${String(failed)} failed`);
process.exit(failed === 0 ? 0 : 1);
