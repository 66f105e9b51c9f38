import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createTestApp, human, voicemail } from '@amd/simulator';
import { createApp } from './app.js';

const ANN = '+14155550142';
const BEN = '+14155550143';

await test('a voicemail is hung up on, and the next person gets the caller', async () => {
  const app = createTestApp(({ number, ...parts }) =>
    createApp({ ...parts, ownNumber: number, forwardTo: [ANN, BEN] }),
  );
  const story = await app.call({ people: { [ANN]: voicemail(), [BEN]: human() } });
  await app.close();
  assert.deepEqual(story.rung, [ANN, BEN]);
  assert.equal(story.talkedWith, BEN);
  assert.deepEqual(story.problems, []);
});
