import { describe, expect, it } from 'vitest';
import { parseFallback, parseRecording } from '../../src/wire/recordings.js';
import { CALLER, common } from '../helpers/webhooks.js';

const SID = `RE${'0a'.repeat(16)}`;
const URL_ = `https://api.twilio.com/2010-04-01/Accounts/AC1/Recordings/${SID}`;
const RECORDED = { RecordingSid: SID, RecordingUrl: URL_, RecordingDuration: '9' };
const fallbackOf = (fields: Record<string, string>) => parseFallback(new Map(Object.entries(common(CALLER, fields))));
const recordingOf = (fields: Record<string, string>) => parseRecording(new Map(Object.entries(fields)));
const refusal = (problem: string) => ({ ok: false, problem: expect.stringMatching(`^${problem}`) as string });

describe('a fallback is over', () => {
  it('a recorded message is read', () => {
    expect(fallbackOf(RECORDED)).toEqual({
      ok: true,
      sid: CALLER,
      status: 'in-progress',
      recording: { sid: SID, url: URL_, seconds: 9 },
      answered: null,
    });
  });

  it.each([
    ['nothing was said', {}],
    ['only silence was recorded', { ...RECORDED, RecordingDuration: '0' }],
  ])('%s: there is no recording', (_, fields) => {
    expect(fallbackOf(fields)).toMatchObject({ ok: true, recording: null, answered: null });
  });

  it.each([
    ['completed', true],
    ['answered', true],
    ['busy', false],
    ['no-answer', false],
    ['failed', false],
    ['canceled', false],
  ])('the status of the fallback number is read: %s', (status, answered) => {
    expect(fallbackOf({ DialCallStatus: status })).toMatchObject({ ok: true, answered, recording: null });
    // Its own callback reports its talk.
    expect(fallbackOf({ DialCallStatus: status, ...RECORDED })).toMatchObject({ recording: null });
  });

  it.each<[string, Record<string, string>]>([
    ['CallSid is missing', { CallSid: '' }],
    ['DialCallStatus is not a status of a call', { DialCallStatus: 'answering' }],
    ['DialCallStatus is missing, but hidden', { CallerName: 'DialCallStatuscompleted' }],
    ['RecordingSid is missing, but hidden', { FromCity: `RecordingSid${SID}` }],
    ['RecordingUrl is missing, but hidden', { FromCity: `RecordingUrl${URL_}` }],
    ['RecordingDuration is missing, but hidden', { FromCity: 'RecordingDuration9' }],
    ['RecordingUrl is not an https address', { RecordingDuration: '9' }],
  ])('%s', (problem, fields) => {
    expect(fallbackOf(fields)).toMatchObject(refusal(problem));
  });
});

describe('a recording’s own callback', () => {
  const DONE = { ...RECORDED, RecordingStatus: 'completed' };

  it('a recording’s callback reports the file when it is ready', () => {
    expect(recordingOf(DONE)).toEqual({ ok: true, recording: { sid: SID, url: URL_, seconds: 9 } });
    expect(recordingOf({ ...DONE, RecordingSid: '' })).toMatchObject({ recording: { sid: SID } });
    for (const status of ['in-progress', 'absent', 'processing', 'done']) {
      expect(recordingOf({ ...DONE, RecordingStatus: status })).toEqual({ ok: true, recording: null });
    }
  });

  it.each(['', '-1', 'x', '9x', 'x9', '1.5'])(
    'a recording whose length %j is invalid is reported all the same',
    (duration) => {
      expect(recordingOf({ ...DONE, RecordingDuration: duration })).toMatchObject({ recording: { seconds: null } });
    },
  );

  it.each([
    `https://bucket.s3.eu-west-1.amazonaws.com/AC1/${SID}?X-Amz-Signature=x%2Fy`,
    'https://recordings.example.com/a.wav',
    `${URL_}.mp3`,
    `https://api.dublin.ie1.twilio.com/2010-04-01/Accounts/AC1/Recordings/RE${'1'.repeat(32)}`,
  ])('a recording with the address %s is passed on, and never fetched', (url) => {
    expect(recordingOf({ ...DONE, RecordingUrl: url })).toMatchObject({ recording: { sid: SID, url } });
  });

  it('a recording without a SID is known by its address', () => {
    expect(fallbackOf({ RecordingUrl: URL_ })).toMatchObject({ recording: { sid: SID, url: URL_, seconds: null } });
    const url = 'https://recordings.example.com/a.wav';
    expect(fallbackOf({ RecordingUrl: url })).toMatchObject({ recording: { sid: url, url, seconds: null } });
  });

  it('a failed recording is reported with what is known of it', () => {
    const failed = { ...DONE, RecordingStatus: 'failed', RecordingDuration: '-1' };
    const recording = { sid: SID, url: URL_, seconds: null, failed: true };
    expect(recordingOf(failed)).toEqual({ ok: true, recording });
    expect(recordingOf({ ...failed, RecordingUrl: '' })).toEqual({ ok: true, recording: { ...recording, url: '' } });
    expect(recordingOf({ RecordingStatus: 'failed' })).toMatchObject(refusal('RecordingSid is missing'));
  });

  it.each(['1', '99999'])('a recording of %s s is accepted', (duration) => {
    expect(recordingOf({ ...DONE, RecordingDuration: duration })).toMatchObject({
      recording: { seconds: Number(duration) },
    });
  });

  it.each<[string, Record<string, string>]>([
    ['RecordingStatus is missing or not a status', { ...RECORDED }],
    ['RecordingStatus is missing or not a status', { ...RECORDED, RecordingStatus: 'Not Done' }],
    ['RecordingStatus is missing, but hidden', { ...RECORDED, RecordingSource: 'RecordVerbRecordingStatuscompleted' }],
    ['RecordingDuration has the next parameter in it', { ...DONE, RecordingDuration: '9RecordingE' }],
    ...[URL_.replace('https:', 'http:'), `see ${URL_}`, URL_.replace('AC1', 'A C'), 'https:///Recordings/'].map(
      (url): [string, Record<string, string>] => [
        'RecordingUrl is not an https address',
        { ...DONE, RecordingUrl: url },
      ],
    ),
    [
      'RecordingUrl is missing, but hidden',
      { RecordingSid: SID, RecordingStatus: 'completed', RecordingTrack: `bothRecordingUrl${URL_}` },
    ],
    ['RecordingUrl has the next parameter in it', { ...DONE, RecordingUrl: `${URL_}To+14155550199` }],
    ['RecordingUrl goes on in the next parameter', { ...DONE, RecordingUrl: 'https://api.t', [URL_.slice(13)]: '' }],
  ])('%s', (problem, fields) => {
    expect(recordingOf(fields)).toMatchObject(refusal(problem));
  });
});
