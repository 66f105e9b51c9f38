// In node:test, as an ES module.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CASES, play } from './cases.js';

for (const one of CASES) {
  test(`in node:test: ${one.name}`, async () => {
    assert.deepEqual(await play(one), one.expected);
  });
}
