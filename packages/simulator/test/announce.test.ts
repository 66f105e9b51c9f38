import { describe, expect, it } from 'vitest';
import type { SimulatedCall } from '../src/index.js';
import { BASE, CALLER, NUMBER, world, xml } from './app.js';
import type { World } from './app.js';

const EVENTS = 'statusCallback="/conference" statusCallbackEvent="leave announcement"';

/** Two callers in a room, where one of them may get an announcement. */
async function room(
  handlers: Parameters<typeof world>[0] = {},
  attributes = EVENTS,
): Promise<
  World & { ann: SimulatedCall; ben: SimulatedCall; conference: string; events: () => (string | undefined)[] }
> {
  const app = world({
    '/inbound': () => xml(`<Dial><Conference beep="false" ${attributes}>room</Conference></Dial>`),
    '/announcement': () => xml('<Say>One minute left</Say>'),
    ...handlers,
  });
  const ann = app.sim.placeCall({ from: CALLER, to: NUMBER });
  const ben = app.sim.placeCall({ from: '+12125550124', to: NUMBER });
  await app.sim.advance(1000);
  const conference = app.sim.conferences[0]?.sid ?? '';
  const events = () => app.find('/conference').map(({ params }) => params['StatusCallbackEvent']);
  return { ...app, ann, ben, conference, events };
}

describe('an announcement to a participant', () => {
  it('an announcement is heard by its participant alone, who stays in the room', async () => {
    const app = await room();
    const { sim, client, ann, ben, conference } = app;
    const updated = await client
      .conferences(conference)
      .participants(ann.sid)
      .update({ announceUrl: `${BASE}/announcement` });
    expect(updated.callSid).toBe(ann.sid);
    await sim.advance(5000);
    expect(ann.heard).toEqual(['One minute left']);
    expect(ben.heard).toEqual([]);
    expect(ann.conference?.sid).toBe(conference);
    expect(ann.bridgedWith).toMatchObject([{ sid: ben.sid, ms: 5980 }]);
    const [asked] = app.find('/announcement');
    expect(asked?.request.method).toBe('POST');
    expect(asked?.params).toMatchObject({ CallSid: ann.sid, ConferenceSid: conference, CallStatus: 'in-progress' });
    expect(app.events()).toEqual(['announcement-end']);
    expect(app.find('/conference')[0]).toMatchObject({
      params: { CallSid: ann.sid, FriendlyName: 'room' },
      at: (asked?.at ?? 0) + 20 + 400 + 15 * 60,
    });
    expect(sim.debugger).toEqual([]);
  });

  it('an announcement may be requested by GET, lead elsewhere, and be an audio file', async () => {
    const { sim, client, ann, find } = await room({
      '/announcement': () => xml('<Play>/gong.mp3</Play><Pause/><Redirect>/more</Redirect>'),
      '/more': () => ({ headers: { 'content-type': 'audio/mpeg' }, body: '…' }),
    });
    await client
      .conferences('room')
      .participants(ann.sid)
      .update({ announceUrl: `${BASE}/announcement`, announceMethod: 'GET' });
    await sim.advance(20_000);
    expect(find('/announcement')[0]?.request.method).toBe('GET');
    expect(ann.heard).toEqual([`${BASE}/gong.mp3`, `${BASE}/audio%20answer`]);
  });

  it.each([
    ['another verb', () => xml('<Say>Press</Say><Gather/>'), 13_238],
    ['no document', () => ({ status: 404 }), 11_200],
    ['no TwiML', () => '<Oops', 12_100],
  ])('an announcement fails with %s', async (_, answer, code) => {
    const { sim, client, ann, conference, events } = await room({ '/announcement': answer });
    await client
      .conferences(conference)
      .participants(ann.sid)
      .update({ announceUrl: `${BASE}/announcement` });
    await sim.advance(5000);
    expect(sim.debugger).toMatchObject([{ code, callSid: ann.sid }]);
    expect(events()).toEqual(['announcement-fail']);
    expect(ann.conference?.sid).toBe(conference);
  });

  it('an announcement is reported only if its events are subscribed', async () => {
    const { sim, client, ann, conference, seen } = await room({}, '');
    await client
      .conferences(conference)
      .participants(ann.sid)
      .update({ announceUrl: `${BASE}/announcement` });
    await sim.advance(5000);
    expect(ann.heard).toEqual(['One minute left']);
    expect(seen.map(({ path }) => path)).toEqual(['/inbound', '/inbound', '/announcement']);
  });

  it('an announcement stops when the participant leaves, and gives way to the next one', async () => {
    const app = await room({
      '/announcement': () => xml('<Pause length="9"/><Say>Never</Say>'),
      '/next': () => xml('<Say>Next</Say>'),
    });
    const { sim, client, ann, ben, conference, events } = app;
    const tell = (who: SimulatedCall, path: string) =>
      client
        .conferences(conference)
        .participants(who.sid)
        .update({ announceUrl: `${BASE}${path}` });
    await tell(ann, '/announcement');
    await tell(ben, '/announcement');
    await sim.advance(1000);
    ann.hangUp();
    await tell(ben, '/next');
    await sim.advance(20_000);
    expect([ann.heard, ben.heard]).toEqual([[], ['Next']]);
    expect(events()).toEqual(['participant-leave', 'announcement-end']);
    ben.hangUp();
    await sim.settle();
  });

  it('an announcement is refused for an absent participant, and by name for what is not supported', async () => {
    const { sim, client, ann, conference, find } = await room();
    const update = (sid: string, fields: object) => client.conferences(conference).participants(sid).update(fields);
    const document = { announceUrl: `${BASE}/announcement` };
    await expect(update(`CA${'0'.repeat(32)}`, document)).rejects.toMatchObject({ status: 404, code: 20_404 });
    await expect(update(ann.sid, { announceUrl: 'nowhere' })).rejects.toMatchObject({ status: 400, code: 21_205 });
    await expect(update(ann.sid, { holdUrl: `${BASE}/hold` })).rejects.toMatchObject({
      status: 400,
      code: 20_001,
      message: expect.stringContaining('HoldUrl') as string,
    });
    await expect(update(ann.sid, { ...document, announceMethod: 'PUT' })).rejects.toMatchObject({
      status: 400,
      code: 21_403,
    });
    ann.hangUp();
    await sim.advance(1000);
    await expect(update(ann.sid, document)).rejects.toMatchObject({ status: 404, code: 20_404 });
    expect(find('/announcement')).toEqual([]);
  });
});
