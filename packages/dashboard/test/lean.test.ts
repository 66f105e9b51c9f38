import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  callSettings,
  DEFAULT_FORWARDING_CONFIG,
  forwarding,
  type ForwardingEvent,
  type LiveForwarding,
} from '@amd/core';
import { events, NUMBERS } from '@amd/core/testing';
import { toCallRow } from '../src/server/data/call-row.js';
import { leanUpdate, wholeUpdate } from '../src/shared/lean.js';
import type { CallRow, Update } from '../src/shared/protocol.js';

const heard: readonly ForwardingEvent[] = [
  events.inbound({ options: { forwardTo: [{ targets: [NUMBERS.ann, { to: NUMBERS.ben, name: 'Ben' }] }] } }),
  events.conference({ event: 'join' }),
  events.status({ leg: 1, status: 'ringing' }),
  events.answered({ leg: 1, answeredBy: 'machine_start' }),
  events.status({ leg: 2, status: 'ringing' }),
  events.answered({ leg: 2 }),
  events.callerStatus(),
];

/** The rows of a call after each of its events. */
function rows(): CallRow[] {
  let state = forwarding.initial();
  return heard.map((event, version) => {
    state = forwarding.transition(state, event, DEFAULT_FORWARDING_CONFIG).state;
    return toCallRow(state as LiveForwarding, version);
  });
}

function updateOf(shown: readonly CallRow[]): Update {
  const totals = {
    live: 1,
    waiting: 0,
    waitingSince: null,
    calls: 1,
    connected: 0,
    answered: 0,
    humans: 0,
    machines: 0,
  };
  return { kind: 'delta', epoch: 'e', from: 0, seq: 1, now: 5, rows: shown, gone: [], totals };
}

/** The update as the socket carries it. */
function sent(update: Update): Update {
  return JSON.parse(JSON.stringify(leanUpdate(update))) as Update;
}

describe('a sent row', () => {
  it('a sent row is read as it was, at each moment of a call', () => {
    expect(callSettings({ forwardTo: [] }).plan).toEqual([]);
    for (const row of rows()) expect(wholeUpdate(sent(updateOf([row])))).toEqual(updateOf([row]));
  });

  it('a sent row is read as it was, whatever its fields contain', () => {
    const [row] = rows() as [CallRow];
    const [leg] = row.legs;
    const anything = fc.record(
      {
        result: fc.constantFrom(null, '', 'unanswered'),
        final: fc.boolean(),
        heldAt: fc.option(fc.integer()),
        endedAt: fc.option(fc.nat()),
        messageSeconds: fc.option(fc.nat()),
      },
      { requiredKeys: [] },
    );
    const ofLeg = fc.record(
      {
        won: fc.boolean(),
        detail: fc.constantFrom('', 'busy'),
        screened: fc.boolean(),
        id: fc.nat({ max: 3 }),
        requestedAt: fc.nat(),
        ringingAt: fc.option(fc.integer()),
        keyAt: fc.option(fc.nat()),
        name: fc.string(),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(anything, fc.array(ofLeg), (own, legs) => {
        const one = { ...row, ...own, legs: legs.map((change) => ({ ...leg, ...change })) } as CallRow;
        expect(wholeUpdate(sent(updateOf([one])))).toEqual(updateOf([one]));
      }),
    );
  });

  it('a sent row is at most half as long while callees are rung', () => {
    const [, , ringing] = rows();
    const update = updateOf([ringing as CallRow]);
    const length = (value: unknown): number => JSON.stringify(value).length;
    expect(length(leanUpdate(update).rows) / length(update.rows)).toBeLessThan(0.5);
  });

  it("a worker's row is sent whole", () => {
    const worker = { kind: 'worker', sid: 'WK1', version: 1, activity: null };
    const update = { ...updateOf([]), rows: [worker] } as unknown as Update;
    expect(leanUpdate(update)).toEqual(update);
    expect(wholeUpdate(update)).toEqual(update);
  });
});
