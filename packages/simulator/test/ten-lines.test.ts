import { expect, it } from 'vitest';
import { createTestApp, human, noAnswer } from '@amd/simulator';

// The app: here a web-standard handler that dials a second number when nobody answers at the first.
const app = createTestApp(() => async (request: Request) => {
  const failed = new URLSearchParams(await request.text()).get('DialCallStatus') === 'no-answer';
  const dial = failed ? '<Dial>+14155550143</Dial>' : '<Dial action="/inbound">+14155550142</Dial>';
  return new Response(`<Response>${dial}</Response>`, { headers: { 'content-type': 'text/xml' } });
});

it('rings the second number when nobody answers at the first', async () => {
  const story = await app.call({ people: { '+14155550142': noAnswer(), '+14155550143': human() } });
  expect(story.rung).toEqual(['+14155550142', '+14155550143']);
  expect(story).toMatchObject({ talkedWith: '+14155550143', talkedSeconds: 30, endedBy: 'callee' });
});
