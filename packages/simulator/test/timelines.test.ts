import { describe, expect, it } from 'vitest';
import {
  busy,
  fax,
  hangsUpDuringDetection,
  human,
  noAnswer,
  refused,
  silent,
  unreachable,
  voicemail,
} from '../src/index.js';
import type { HangUpRule, Person, SimulatorOptions } from '../src/index.js';
import { CALLER, NUMBER, forwarding } from './app.js';

async function play(person: Person, options: SimulatorOptions = {}) {
  const app = forwarding({ person, ...options });
  const caller = app.sim.placeCall({ from: CALLER, to: NUMBER });
  await app.sim.settle();
  return { ...app, caller, leg: app.sim.calls[1] };
}

describe('one inbound call, one leg', () => {
  it('an inbound call bridges a human', async () => {
    const { sim, caller, leg, log } = await play(human({ talkMs: 20_000 }));
    expect(log()).toEqual([
      'inbound',
      'S:initiated',
      'S:ringing',
      'C:join(in)',
      'S:in-progress',
      'outbound:human',
      'C:join(out)',
      'C:start',
      'outbound-ended:answered/completed',
      'C:leave(out)',
      'C:leave(in)',
      'C:end',
      'S:completed',
      'inbound-ended:answered/in-progress',
      'N:completed',
    ]);
    expect(caller.bridgedWith).toMatchObject([{ sid: leg?.sid, ms: 20_000 }]);
    expect(caller.heard).toEqual(['Please hold.']);
    expect(leg).toMatchObject({ status: 'completed', answeredBy: 'human', duration: 23 });
    expect(sim.debugger).toEqual([]);
  });

  it('an inbound call takes a caller back from a machine', async () => {
    const { sim, caller, leg, log } = await play(voicemail());
    expect(log()).toEqual([
      'inbound',
      'S:initiated',
      'S:ringing',
      'C:join(in)',
      'S:in-progress',
      'outbound:machine_start',
      'C:leave(in)',
      'C:end',
      'S:completed',
      'N:completed',
    ]);
    expect(caller.heard).toEqual(['Please hold.', 'Nobody is available.']);
    expect(leg).toMatchObject({ status: 'completed', answeredBy: 'machine_start' });
    expect(sim.debugger).toEqual([]);
  });

  it('an inbound call takes a caller back from a fax', async () => {
    const { caller, leg, log } = await play(fax());
    expect(log()).toContain('outbound:fax');
    expect(leg?.answeredBy).toBe('fax');
    expect(caller.heard).toEqual(['Please hold.', 'Nobody is available.']);
  });

  it('a callee who says nothing is unknown, after the silence timeout', async () => {
    const { leg, log } = await play(silent());
    expect(log()).toContain('outbound:unknown');
    expect((leg?.verdictAt ?? 0) - (leg?.answeredAt ?? 0)).toBe(5000);
    expect(leg?.bridgedWith).toHaveLength(1);
  });

  it('busy, no answer and failure are reported with their SIP codes', async () => {
    const engaged = await play(busy());
    expect(engaged.log().filter((line) => line.startsWith('S:'))).toEqual(['S:initiated', 'S:ringing', 'S:busy']);
    expect(engaged.find('/status').at(-1)?.params).toMatchObject({
      CallStatus: 'busy',
      SipResponseCode: '486',
      CallDuration: '0',
      Duration: '0',
      SequenceNumber: '2',
    });
    const unanswered = await play(noAnswer());
    expect(unanswered.log().filter((line) => line.startsWith('S:'))).toEqual([
      'S:initiated',
      'S:ringing',
      'S:no-answer',
    ]);
    expect(unanswered.leg?.sipCode).toBe(487);
    expect((unanswered.leg?.endedAt ?? 0) - (unanswered.leg?.ringingAt ?? 0)).toBe(20_000);
    const failed = await play(unreachable());
    expect(failed.log().filter((line) => line.startsWith('S:'))).toEqual(['S:initiated', 'S:failed']);
    expect(failed.leg?.sipCode).toBe(404);
    for (const { caller } of [engaged, unanswered]) expect(caller.heard.at(-1)).toBe('Nobody is available.');
  });

  it('a create is refused with the configured code', async () => {
    const { sim, caller, log } = await play(refused(21211));
    expect(sim.calls).toHaveLength(1);
    expect(caller.heard).toEqual(['Nobody is available.']);
    expect(log()).toEqual(['inbound', 'N:completed']);
  });

  it('no Url request is sent when the callee hangs up during detection', async () => {
    const { sim, log, find } = await play(hangsUpDuringDetection());
    expect(log()).toEqual([
      'inbound',
      'S:initiated',
      'S:ringing',
      'C:join(in)',
      'S:in-progress',
      'S:completed',
      'C:leave(in)',
      'C:end',
      'N:completed',
    ]);
    expect(find('/status').at(-1)?.params).not.toHaveProperty('AnsweredBy');
    expect(sim.debugger).toEqual([]);
  });
});

describe('the caller gives up', () => {
  async function giveUp(hangUp: HangUpRule, person: Person = human()) {
    const app = forwarding({ person });
    const caller = app.sim.placeCall({ from: CALLER, to: NUMBER, hangUp });
    await app.sim.settle();
    expect(caller.status).toBe('completed');
    expect(app.sim.calls.every(({ endedAt }) => endedAt !== undefined)).toBe(true);
    expect(app.sim.debugger).toEqual([]);
    return { ...app, caller, leg: app.sim.calls[1], statuses: app.log().filter((line) => line.startsWith('S:')) };
  }

  it('the caller gives up during the first sentence: only the number is told', async () => {
    const { log } = await giveUp({ afterMs: 100 });
    expect(log().slice(0, 2)).toEqual(['inbound', 'N:completed']);
  });

  it('the caller gives up while the leg rings', async () => {
    const { log, statuses } = await giveUp({ when: 'leg-ringing', afterMs: 2000 });
    expect(statuses).toEqual(['S:initiated', 'S:ringing', 'S:canceled']);
    expect(log().slice(3)).toEqual([
      'C:join(in)',
      'inbound-ended:answered/completed',
      'C:leave(in)',
      'C:end',
      'N:completed',
      'S:canceled',
    ]);
  });

  it('the caller gives up while detection runs', async () => {
    const { log, statuses } = await giveUp({ when: 'leg-detecting', afterMs: 500 });
    expect(statuses).toEqual(['S:initiated', 'S:ringing', 'S:in-progress', 'S:completed']);
    expect(log()).not.toContain('outbound:human');
  });

  it('the caller gives up at the moment of the verdict', async () => {
    const { log, leg, statuses } = await giveUp({ when: 'leg-human' });
    expect(log()).toContain('outbound:human');
    expect(leg?.bridgedWith).toEqual([]);
    expect(statuses.at(-1)).toBe('S:completed');
  });

  it('the caller gives up at the moment they are connected', async () => {
    const { caller, log } = await giveUp({ when: 'bridged' });
    expect(caller.bridgedWith).toMatchObject([{ ms: 0 }]);
    expect(log().filter((line) => line === 'C:end')).toHaveLength(1);
  });

  it('the caller gives up while talking', async () => {
    const { caller, leg } = await giveUp({ when: 'bridged', afterMs: 7000 });
    expect(caller.bridgedWith).toMatchObject([{ sid: leg?.sid, ms: 7000 }]);
  });

  it('the caller gives up before TwiML answered', async () => {
    const app = forwarding({ person: human() });
    const caller = app.sim.placeCall({ from: CALLER, to: NUMBER, hangUp: { afterMs: 10 } });
    await app.sim.settle();
    expect(caller.status).toBe('no-answer');
    expect(app.find('/number').at(-1)?.params).toMatchObject({ CallStatus: 'no-answer', CallDuration: '0' });
  });
});
