import { describe, expect, it } from 'vitest';
import { toFastifyHandler } from '@amd/core/http';
import { NUMBERS, payloads, sids, taskSids } from '@amd/core/testing';
import { callerNumber } from '../../src/wire/caller-id.js';
import { parseEvent } from '../../src/wire/taskrouter.js';
import { edge } from '../flow/edge.js';

const EVENT = { AccountSid: sids.account(), EventType: 'task.created', WorkspaceSid: taskSids.workspace };

describe('pitfalls of webhooks as they really come', () => {
  it('P-96 attributes may be named like parameters, and a parameter that is shifted into its neighbour is refused', async () => {
    const attributes = { call_sid: sids.call(0), targetWorkerSid: taskSids.worker(1), WorkerSid: 'WorkerSid' };
    const event = { ...EVENT, TaskAttributes: JSON.stringify(attributes) };
    expect(parseEvent(new Map(Object.entries(event)))).toMatchObject({ ok: true, worker: null });
    const { post, refOf, log } = edge();
    await post('/inbound', payloads.inbound());
    const { Digits: _, ...key } = payloads.key();
    expect((await post('/outbound/key', { ...key, Company: 'xDigits1' }, { ref: refOf(1) })).status).toBe(403);
    expect(log.at(-1)?.message).toContain('Digits is missing, but hidden');
    expect((await post('/outbound/key', { ...key, Company: 'Digits 1' }, { ref: refOf(1) })).status).toBe(200);
  });

  it('P-97 a client app and a SIP phone may name their parameters as they like', async () => {
    const { post, log } = edge();
    const names = [
      'Caller name',
      'PhoneNumbers[]',
      '_id',
      'Größe',
      'user:name',
      'Digits2',
      'DigitsToDial',
      'AnsweredByX',
    ];
    const own = Object.fromEntries([...names, 'SipHeader_Digits', 'SipHeader_To'].map((name) => [name, 'some value']));
    expect((await post('/inbound', { ...payloads.inbound({ from: 'client:ann' }), ...own })).status).toBe(200);
    expect(log).toEqual([]);
  });

  it('P-98 the digits of a withheld caller are neither spoken nor shown', async () => {
    const digits = ['+266696687', '+7378742833', '+2562533', '+8656696', '+86282452253'];
    const others = ['', '+', '+1-212', 'anonymous', 'Restricted', 'client:Anonymous', 'sip:ann@example.com'];
    for (const from of [...digits, ...others]) {
      expect([from, callerNumber(from)]).toEqual([from, null]);
      const { post, runtime, execute } = edge();
      expect((await post('/inbound', payloads.inbound({ from }))).status).toBe(200);
      await runtime.tick();
      expect(execute.of('call.create')[0]).toMatchObject({ from: NUMBERS.ours });
    }
    expect(callerNumber(NUMBERS.caller)).toBe(NUMBERS.caller);
  });

  it('P-99 a webhook sent with GET, or with a slash too many, is refused with a hint', async () => {
    const { endpoint, log } = edge();
    const plain = { method: 'GET', path: '/inbound', query: '', headers: {}, body: '' };
    expect((await endpoint.handle(plain)).status).toBe(405);
    expect((await endpoint.handle({ ...plain, method: 'POST', path: '/inbound/' })).status).toBe(404);
    expect(log.map(({ message }) => message)).toEqual([
      expect.stringContaining('Twilio has to send webhooks as POST'),
      expect.stringContaining('a slash too many'),
    ]);
  });

  it('P-100 a recording is reported with any address, without a length, and when it failed', async () => {
    const options = { forwardTo: [NUMBERS.ann], fallback: { kind: 'voicemail' } as const };
    const hooked: unknown[] = [];
    const hooks = { voicemail: (data: unknown) => void hooked.push(data) };
    const { post, runtime, refOf } = edge({ resolve: () => options }, { hooks });
    await post('/inbound', payloads.inbound());
    const url = 'https://bucket.s3.amazonaws.com/message.wav';
    const made: Record<string, string> = { ...payloads.recording(), RecordingUrl: url, RecordingDuration: '' };
    const told = async (fields: Record<string, string>): Promise<unknown> => {
      expect((await post('/inbound/recording', { ...made, ...fields }, { ref: refOf(0) })).status).toBe(204);
      await runtime.tick();
      return hooked.at(-1);
    };
    expect(await told({ RecordingStatus: 'absent' })).toBeUndefined();
    expect(await told({ RecordingDuration: '0' })).toBeUndefined();
    const sid = made['RecordingSid'];
    expect(await told({})).toMatchObject({ recording: { sid, url, seconds: null } });
    expect(await told({ RecordingStatus: 'failed' })).toMatchObject({ recording: { sid, url, failed: true } });
    expect(await told({ RecordingDuration: '9' })).toMatchObject({ recording: { failed: true } });
  });

  it('P-101 a sound is played over Fastify, which leaves no body of a GET', async () => {
    const { endpoint } = edge();
    const sent: unknown[] = [];
    const reply = { code: (status: number) => sent.push(status), header: () => reply, send: () => reply };
    const request = { method: 'GET', url: '/audio/ringback-us.wav', headers: {}, body: undefined };
    await toFastifyHandler(endpoint)(request, reply);
    expect(sent).toEqual([200]);
  });
});
