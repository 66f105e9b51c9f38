import { describe, expect, it } from 'vitest';
import { marksOf, stretchesOf } from '../src/page/text/bars.js';
import { timelineOf } from '../src/page/text/timeline.js';
import { legWords } from '../src/page/text/words.js';
import { toCallRow } from '../src/server/data/call-row.js';
import { forwarding, type CallOptions, type ForwardingState, type LiveForwarding } from '@amd/core';
import { events, given, NUMBERS, START } from '@amd/core/testing';

const at = (seconds: number): number => START + seconds * 1000;
const ASYNC: CallOptions = { forwardTo: [{ to: NUMBERS.ann, name: 'Ann' }], amd: { mode: 'async' } };
const greeted = [
  events.inbound({ options: ASYNC }),
  events.conference({ event: 'join', at: at(1) }),
  events.outcomeOf('call.create', { kind: 'created', sid: events.answered().sid, status: 'queued' }, { at: at(1) }),
  events.status({ leg: 1, status: 'initiated', at: at(4) }),
  events.status({ leg: 1, status: 'ringing', at: at(5) }),
  events.answered({ leg: 1, answeredBy: null, at: at(10) }),
];
const rowOf = (state: ForwardingState) => toCallRow(state as LiveForwarding, 1);
const say = (text: string): string => text;

describe('a call on the page', () => {
  it('the page shows a key before its verdict as what decided', () => {
    const { state } = given(forwarding, [
      ...greeted,
      events.key({ at: at(12) }),
      events.conference({ event: 'join', leg: 1, at: at(13) }),
      events.verdict({ answeredBy: 'human', durationMs: 6000, at: at(16) }),
    ]);
    const row = rowOf(state);
    const [leg] = row.legs;
    if (leg === undefined) throw new Error('no leg');
    expect(legWords(leg)).toBe('a key after 2.0 s, took the call');
    expect(marksOf(leg, row, at(20)).map(({ kind }) => kind)).toEqual(['human', 'key']);
    // Detection ends with the talk: stretches never overlap.
    const stretches = stretchesOf(leg, row, at(20));
    expect(stretches.map(({ kind }) => kind)).toEqual(['calling', 'ringing', 'detecting', 'talking']);
    expect(stretches.reduce((sum, { width }) => sum + width, 0)).toBeCloseTo(100);
  });

  it('the page shows a decline by key, and when it was', () => {
    const keys = { accept: '1', decline: '2' };
    const { state } = given(forwarding, [
      events.inbound({ options: { ...ASYNC, keys } }),
      ...greeted.slice(1),
      events.key({ digits: '2', at: at(12) }),
      events.status({ leg: 1, status: 'completed', at: at(14) }),
    ]);
    const row = rowOf(state);
    expect(row.legs.map(legWords)).toEqual(['declined after 2.0 s']);
    expect(timelineOf(row, say)).toContainEqual(
      expect.objectContaining({ at: at(12), text: 'Ann declines the call with a key.', tone: 'plain' }),
    );
  });

  it('the timeline tells how long a callee heard nothing, how long the call was queued at Twilio, and what it would have been', () => {
    const { state } = given(forwarding, [
      ...greeted,
      events.verdict({ answeredBy: 'human', durationMs: 2600, at: at(13) }),
    ]);
    const timeline = timelineOf(rowOf(state), say).map(({ text }) => text);
    expect(timeline).toContain('Ann’s phone rings, after 3.0 s in Twilio’s queue.'.replaceAll('’', "'"));
    expect(timeline.find((line) => line.includes('picked up'))).toMatch(
      /They hear us after 0(\.0)? s, instead of 3\.0 s\.$/,
    );
  });
});
