import { describe, expect, it } from 'vitest';
import { taskSids, WORKSPACE } from '@amd/core/testing';
import { createAvailabilitySwitch } from '@amd/core/twilio';
import { translate } from '../../src/http/forwarding/events.js';
import { findRoute, ROUTES } from '../../src/http/routes.js';
import { ofTaskEvent, translateTaskCallback } from '../../src/http/taskrouter/events.js';
import type { CallbackPurpose, CallbackRef } from '../../src/wire/callbacks.js';
import { ACCOUNT, CALLER, common, LEG } from '../helpers/webhooks.js';

const ROOM = `CF${'3'.repeat(32)}`;
const RECORDING = {
  AccountSid: ACCOUNT,
  CallSid: CALLER,
  RecordingSid: `RE${'1'.repeat(32)}`,
  RecordingUrl: 'https://api.twilio.com/r',
  RecordingStatus: 'completed',
};

const ref = (purpose: CallbackPurpose, change: Partial<CallbackRef> = {}): CallbackRef => ({
  flow: 'forwarding',
  key: CALLER,
  visit: 4,
  leg: purpose.startsWith('leg.') ? 2 : 0,
  purpose,
  ...change,
});
const of = (params: Readonly<Record<string, string>>): ReadonlyMap<string, string> => new Map(Object.entries(params));
const NONE = { ok: true, event: null };

/** Well-formed parameters for each callback, from the call that should send it. */
const WELL: readonly (readonly [CallbackPurpose, Record<string, string>])[] = [
  ['caller.ended', common(CALLER)],
  ['caller.document', common(CALLER)],
  ['caller.fallback', common(CALLER)],
  ['caller.recording', RECORDING],
  ['leg.answered', common(LEG)],
  ['leg.key', common(LEG, { Digits: '1' })],
  ['leg.poll', common(LEG)],
  ['leg.document', common(LEG)],
  ['leg.ended', common(LEG)],
  ['leg.status', common(LEG)],
  ['leg.verdict', { AccountSid: ACCOUNT, CallSid: LEG, AnsweredBy: 'human' }],
];

describe('a callback of forwarding', () => {
  it.each(WELL)(
    '%s is an event, and none if another call sent it or its reference is about another',
    (purpose, params) => {
      const whose = purpose.startsWith('leg.') ? CALLER : LEG;
      expect(translate(ref(purpose), of(params))).toMatchObject({ ok: true, event: { type: purpose } });
      expect(translate(ref(purpose), of({ ...params, CallSid: whose }))).toEqual(NONE);
      expect(translate(ref(purpose, { leg: purpose.startsWith('leg.') ? 0 : 2 }), of(params))).toEqual(NONE);
    },
  );

  it.each(WELL)('%s that is not well formed is a named problem, also for the TaskRouter flow', (purpose, params) => {
    const { CallSid: _, AccountSid: __, RecordingStatus: ___, ...rest } = params;
    for (const read of [translate, translateTaskCallback])
      expect(read(ref(purpose), of(rest))).toEqual({ ok: false, problem: expect.stringMatching(/\w/) as string });
  });

  it('a conference event is about the caller, omitted fields are null, and malformed ones a problem', () => {
    const room = { AccountSid: ACCOUNT, ConferenceSid: ROOM, StatusCallbackEvent: 'conference-start' };
    expect(translate(ref('conference'), of(room))).toMatchObject({ event: { type: 'conference', event: 'start' } });
    expect(translate(ref('conference', { leg: 1 }), of(room))).toEqual(NONE);
    expect(translate(ref('conference'), of({ ...room, StatusCallbackEvent: 'participant-mute' }))).toEqual(NONE);
    expect(translate(ref('conference'), of({ ...room, ConferenceSid: 'CF' })).ok).toBe(false);
  });

  it('a callback tells its part, and no part if there is none', () => {
    for (const purpose of ['caller.document', 'caller.fallback'] as const) {
      const read = (change: Partial<CallbackRef>) => translate(ref(purpose, change), of(common(CALLER)));
      expect(read({ part: 3 })).toMatchObject({ event: { part: 3 } });
      expect(read({})).not.toHaveProperty('event.part');
    }
    const leg = (change: Partial<CallbackRef>) => translate(ref('leg.document', change), of(common(LEG)));
    expect(leg({ part: 1 })).toMatchObject({ event: { part: 1 } });
    expect(leg({})).not.toHaveProperty('event.part');
  });

  it('a key callback tells what was said, and no speech if there was none', () => {
    const read = (more: Record<string, string>) => translate(ref('leg.key'), of(common(LEG, more)));
    expect(read({ SpeechResult: 'who is it' })).toMatchObject({ event: { digits: '', speech: 'who is it' } });
    expect(read({ Digits: '1' })).not.toHaveProperty('event.speech');
  });

  it('a recording of a talk is known by its reference: a conference records no call', () => {
    const { CallSid: _, ...room } = RECORDING;
    expect(translate(ref('talk.recording'), of(room))).toMatchObject({ event: { type: 'talk.recording', visit: 4 } });
    expect(translate(ref('talk.recording', { leg: 1 }), of(room))).toEqual(NONE);
  });

  it.each(['caller.wait', 'caller.progress', 'caller.whisper'] as const)(
    '%s is accepted from any call that plays it, and from no leg',
    (purpose) => {
      expect(translate(ref(purpose), of(common(LEG)))).toMatchObject({ event: { visit: 4 } });
      expect(translate(ref(purpose, { leg: 1 }), of(common(LEG)))).toEqual(NONE);
    },
  );

  it.each(['caller.again', 'caller.key'] as const)('%s is no event for the flow itself', (purpose) => {
    expect(translate(ref(purpose), of(common(CALLER)))).toEqual(NONE);
  });
});

describe('a callback of TaskRouter', () => {
  const read = (purpose: CallbackPurpose, params: Record<string, string>, change: Partial<CallbackRef> = {}) =>
    translateTaskCallback(ref(purpose, { flow: 'taskrouter', ...change }), of(params));

  it("a caller's callback tells their stay in the queue, and how it ended", () => {
    const left = common(CALLER, { QueueResult: 'leave' });
    expect(read('caller.ended', left, { part: 2 })).toEqual({
      ok: true,
      event: { type: 'caller.ended', visit: 4, part: 2, status: 'in-progress', queueResult: 'leave' },
    });
    expect(read('caller.document', left)).toEqual({
      ok: true,
      event: { type: 'caller.document', visit: 4, status: 'in-progress' },
    });
  });

  it("a caller's callback with parameters shifted into each other is a problem", () => {
    const shifted = common(CALLER, { Owner: 'xQueueResultleave' });
    expect(read('caller.ended', shifted)).toMatchObject({
      ok: false,
      problem: expect.stringContaining('QueueResult') as string,
    });
    // A request for a document has no result to hide.
    expect(read('caller.document', shifted).ok).toBe(true);
  });

  it("an ended leg's callback tells whether it was bridged, and is a problem if that is hidden", () => {
    expect(read('leg.ended', common(LEG, { DialBridged: 'true' }))).toMatchObject({
      event: { type: 'leg.ended', leg: 2, bridged: true },
    });
    expect(read('leg.ended', common(LEG, { Company: 'xDialBridgedtrue' })).ok).toBe(false);
    expect(read('leg.ended', common(CALLER))).toEqual(NONE);
    expect(read('leg.ended', {}).ok).toBe(false);
  });

  it("a caller's key is accepted from their own call only, and is a problem without a call", () => {
    expect(read('caller.key', common(CALLER, { Digits: '2' }))).toMatchObject({
      event: { type: 'caller.key', visit: 4, digits: '2' },
    });
    expect(read('caller.key', common(LEG))).toEqual(NONE);
    expect(read('caller.key', {}).ok).toBe(false);
  });

  it('a conference callback is ignored by TaskRouter', () => {
    expect(read('conference', {})).toEqual(NONE);
  });
});

describe('an event of the workspace', () => {
  const event = (change: object): Parameters<typeof ofTaskEvent>[0] =>
    ({
      type: 'reservation.accepted',
      reservation: taskSids.reservation(1),
      task: taskSids.task(),
      call: { sid: CALLER, visit: 3 },
      ...change,
    }) as never;

  it('a reservation event names it, and its task if that is reported', () => {
    const news = { type: 'reservation', news: 'accepted', reservation: taskSids.reservation(1) };
    expect(ofTaskEvent(event({}))).toEqual({ ...news, task: taskSids.task(), visit: 3 });
    expect(ofTaskEvent(event({ task: null }))).toEqual(news);
    expect(ofTaskEvent(event({ reservation: null }))).toBeNull();
  });

  it('a task event names it and the visit of its call; without either it is ignored', () => {
    expect(ofTaskEvent(event({ type: 'task.canceled' }))).toEqual({
      type: 'task',
      news: 'canceled',
      task: taskSids.task(),
      visit: 3,
    });
    expect(ofTaskEvent(event({ type: 'task.canceled', task: null }))).toBeNull();
    expect(ofTaskEvent(event({ type: 'task.canceled', call: null }))).toBeNull();
    expect(ofTaskEvent(event({ type: 'task.updated' }))).toBeNull();
  });
});

describe('a path', () => {
  it('a path may have the prefix of the public address or not, and no other', () => {
    const nameAt = (path: string, prefix: string) => findRoute(ROUTES, path, prefix)?.name;
    expect([nameAt('/voice/inbound', '/voice'), nameAt('/inbound', '/voice')]).toEqual(['inbound', 'inbound']);
    for (const path of ['/voicex/inbound', '/other/inbound', 'xvoice/inbound'])
      expect(nameAt(path, '/voice')).toBeUndefined();
    expect(nameAt('/voice/inbound', '')).toBeUndefined();
  });

  it('a path that is configured by hand carries no reference, every other one that of its purpose', () => {
    for (const { name, ref: purpose } of ROUTES.values())
      expect([name, purpose]).toEqual([name, ['inbound', 'inbound.status'].includes(name) ? null : name]);
  });
});

describe('a switch of a worker', () => {
  const switching = (current: typeof WORKSPACE | undefined) => {
    const heard: unknown[] = [];
    const loads: string[] = [];
    const turn = createAvailabilitySwitch({
      directory: { current: () => current, load: () => (loads.push('load'), Promise.resolve(WORKSPACE)) },
      workers: { handle: (key, event) => (heard.push([key, event]), Promise.resolve({ kind: 'nothing' })) },
    });
    return { turn, heard, loads };
  };

  it('a switch sends a worker to work or home, each time as a request of its own', async () => {
    const { turn, heard, loads } = switching(WORKSPACE);
    await turn(taskSids.worker(1), true);
    await turn(taskSids.worker(1), false);
    const wish = { type: 'worker.switched', workspace: WORKSPACE.sid, worker: taskSids.worker(1) };
    expect(heard).toMatchObject([
      [`worker:${taskSids.worker(1)}`, { ...wish, on: true, activity: taskSids.available }],
      [`worker:${taskSids.worker(1)}`, { ...wish, on: false, activity: taskSids.offline }],
    ]);
    expect(new Set(heard.map((one) => /"request":"(.+?)"/.exec(JSON.stringify(one))?.[1])).size).toBe(2);
    expect(loads).toEqual([]);
  });

  it('a switch looks up a workspace that is not known yet', async () => {
    const { turn, heard, loads } = switching(undefined);
    await turn(taskSids.worker(1), true);
    expect([heard.length, loads]).toEqual([1, ['load']]);
  });

  it("a switch refuses a name that is not a worker's SID", async () => {
    const { turn, heard } = switching(WORKSPACE);
    await expect(turn('WK1', true)).rejects.toThrow('"worker" must be the SID of a worker; got "WK1"');
    expect(heard).toEqual([]);
  });
});
