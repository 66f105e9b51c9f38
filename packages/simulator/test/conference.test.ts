import { describe, expect, it } from 'vitest';
import { human } from '../src/index.js';
import { BASE, CALLER, NUMBER, PHONE, conference, world, xml } from './app.js';

const SECOND = '+12125550124';
const THIRD = '+12125550125';

/** Callers who hear these documents, one after the other. */
async function gather(documents: Record<string, string>, handlers: Parameters<typeof world>[0] = {}) {
  const app = world({ '/inbound': ({ params }) => xml(documents[params['From'] ?? ''] ?? ''), ...handlers });
  const callers = [];
  for (const from of Object.keys(documents)) {
    callers.push(app.sim.placeCall({ from, to: NUMBER }));
    await app.sim.advance(1000);
  }
  const events = () =>
    app
      .find('/conference')
      .map(({ params }) => (params['StatusCallbackEvent'] ?? '').replace(/participant-|conference-/, ''));
  return { ...app, callers, events };
}

describe('a conference', () => {
  it('a conference starts with the second participant if someone starts it', async () => {
    const { sim, callers, events, find } = await gather({
      [CALLER]: conference('room', '/x'),
      [SECOND]: conference('room', '/x'),
    });
    expect(events()).toEqual(['join', 'join', 'start']);
    expect(find('/conference').map(({ params }) => params['SequenceNumber'])).toEqual(['1', '2', '3']);
    expect(find('/conference')[0]?.params).toMatchObject({
      StatusCallbackEvent: 'participant-join',
      FriendlyName: 'room',
      CallSid: callers[0]?.sid,
      Muted: 'false',
      Hold: 'false',
      Coaching: 'false',
      EndConferenceOnExit: 'true',
      StartConferenceOnEnter: 'true',
    });
    expect(find('/conference')[0]?.params).not.toHaveProperty('CallStatus');
    expect(callers[0]?.bridgedWith).toMatchObject([{ sid: callers[1]?.sid }]);
    expect(callers[0]?.conference).toMatchObject({ name: 'room' });
    expect(sim.conferences).toMatchObject([{ status: 'in-progress', participants: callers.map(({ sid }) => sid) }]);
  });

  it('a conference does not start while no participant starts it', async () => {
    const waiting = conference('room', '/x', 'startConferenceOnEnter="false"');
    const { callers, events } = await gather({
      [CALLER]: waiting,
      [SECOND]: waiting,
      [THIRD]: conference('room', '/x'),
    });
    expect(events()).toEqual(['join', 'join', 'join', 'start']);
    expect(callers[2]?.bridgedWith).toHaveLength(2);
    expect(callers[0]?.bridgedWith).toHaveLength(2);
  });

  it('a conference ends with a participant who ends it on exit; the others go on at their action', async () => {
    const { sim, callers, events, find } = await gather(
      { [CALLER]: conference('room', '/ended'), [SECOND]: conference('room', '/ended') },
      { '/ended': () => xml('<Say>Goodbye</Say>') },
    );
    callers[0]?.hangUp();
    await sim.settle();
    expect(events().slice(3)).toEqual(['leave', 'leave', 'end']);
    const [first, second, end] = find('/conference').slice(3);
    expect(first?.params).toMatchObject({
      ReasonParticipantLeft: 'participant_hung_up',
      ParticipantCallStatus: 'completed',
    });
    expect(second?.params).toMatchObject({
      ReasonParticipantLeft: 'moderator_ended_conference',
      ParticipantCallStatus: 'in-progress',
    });
    expect(end?.params).toMatchObject({
      ReasonConferenceEnded: 'participant-with-end-conference-on-exit-left',
      CallSidEndingConference: callers[0]?.sid,
    });
    expect(callers[1]?.heard).toEqual(['Goodbye']);
  });

  it('a conference without endConferenceOnExit goes on until the last has left', async () => {
    const open = '<Dial><Conference beep="false">room</Conference></Dial><Say>After</Say>';
    const { sim, callers } = await gather({ [CALLER]: open, [SECOND]: open });
    callers[0]?.hangUp();
    await sim.advance(60_000);
    expect(callers[1]?.status).toBe('in-progress');
    callers[1]?.hangUp();
    await sim.settle();
    expect(sim.conferences).toMatchObject([{ reasonEnded: 'last-participant-left' }]);
  });

  it('a conference obeys the first participant’s callback settings and no later ones', async () => {
    const later = '<Dial><Conference statusCallback="/other" statusCallbackEvent="join leave">room</Conference></Dial>';
    const { find, events } = await gather({ [CALLER]: conference('room', '/x'), [SECOND]: later });
    expect(find('/other')).toEqual([]);
    expect(events()).toEqual(['join', 'join', 'start']);
  });

  it('a conference refuses one participant too many', async () => {
    const two = conference('room', '/ended', 'maxParticipants="2"');
    const { sim, callers, find } = await gather(
      { [CALLER]: two, [SECOND]: two, [THIRD]: two },
      { '/ended': () => xml('<Say>Full</Say>') },
    );
    expect(sim.debugger).toMatchObject([{ code: 16020 }]);
    expect(callers[2]?.heard).toEqual(['Full']);
    expect(find('/ended')[0]?.params).toMatchObject({ DialCallStatus: 'failed' });
  });

  it('a conference beeps by default', async () => {
    const { sim } = await gather({
      [CALLER]: '<Dial><Conference>loud</Conference></Dial>',
      [SECOND]: conference('quiet', '/x'),
    });
    expect(sim.timeline.filter(({ text }) => text.endsWith('beep')).map(({ text }) => text)).toEqual(['loud: beep']);
  });

  it('a lone leg hears only silence: a person waits one minute', async () => {
    const { client, sim } = world({}, { person: human() });
    await client.calls.create({ to: PHONE, from: NUMBER, twiml: xml('<Dial><Conference>empty</Conference></Dial>') });
    await sim.settle();
    expect(sim.calls[0]).toMatchObject({ status: 'completed', duration: 60 });
  });
});

describe('waiting', () => {
  const waiting = (attributes: string) => `<Dial action="/ended"><Conference ${attributes}>room</Conference></Dial>`;

  it('a waiting participant hears the wait document once, and again only by its own redirect', async () => {
    const once = await gather(
      { [CALLER]: waiting('waitUrl="/wait"') },
      { '/wait': () => xml('<Say>Wait</Say><Play>/music.mp3</Play>') },
    );
    await once.sim.advance(120_000);
    expect(once.callers[0]?.heard).toEqual(['Wait', `${BASE}/music.mp3`]);
    const loop = await gather(
      { [CALLER]: waiting('waitUrl="/wait"') },
      { '/wait': () => xml('<Say>Wait</Say><Pause length="9"/><Redirect/>') },
    );
    await loop.sim.advance(60_000);
    expect(loop.find('/wait').length).toBeGreaterThan(5);
    expect(loop.find('/wait')[0]?.request.method).toBe('POST');
    loop.callers[0]?.hangUp();
    await loop.sim.settle();
    expect(loop.sim.debugger).toEqual([]);
  });

  it('waiting stops when the conference starts', async () => {
    const { sim, callers, find } = await gather(
      { [CALLER]: waiting('waitUrl="/wait"'), [SECOND]: waiting('waitUrl=""') },
      { '/wait': () => xml('<Say>Wait</Say><Pause length="9"/><Redirect/>') },
    );
    await sim.advance(60_000);
    expect(find('/wait')).toHaveLength(1);
    expect(callers.map(({ heard }) => heard)).toEqual([['Wait'], []]);
  });

  it('nothing is fetched for silence or for music that Twilio hosts', async () => {
    for (const url of [
      '',
      'http://twimlets.com/holdmusic?Bucket=com.twilio.music.classical',
      'http://com.twilio.sounds.music.s3.amazonaws.com/a.mp3',
    ]) {
      const { seen } = await gather({ [CALLER]: waiting(`waitUrl="${url}"`) });
      expect(seen.map(({ path }) => path)).toEqual(['/inbound']);
    }
  });

  it('a participant does not enter at all if the wait document is not available', async () => {
    const { sim, callers, find } = await gather(
      { [CALLER]: waiting('waitUrl="/wait"') },
      { '/wait': () => ({ status: 500 }), '/ended': () => xml('<Say>Sorry</Say>') },
    );
    await sim.settle();
    expect(callers[0]?.heard).toEqual(['Sorry']);
    expect(find('/ended')[0]?.params).toMatchObject({ DialCallStatus: 'failed' });
    expect(sim.debugger).toMatchObject([{ code: 11200 }]);
    expect(sim.conferences).toEqual([]);
  });

  it('a wait document with other verbs is refused: 13238', async () => {
    const { sim } = await gather({ [CALLER]: waiting('waitUrl="/wait"') }, { '/wait': () => xml('<Gather/>') });
    expect(sim.debugger).toMatchObject([{ code: 13238 }]);
  });
});
