import { callSettings, type Measurement } from '@amd/core';
import { metrics, type Attributes, type Meter } from '@opentelemetry/api';
import { describe, expect, it } from 'vitest';
import { openTelemetry } from '../../../../docs/recipes/open-telemetry.js';
import { isOpen, onCall, type Calendar } from '../../../../docs/recipes/when.js';
import { roundRobin, shuffled, weighted } from '../../../../docs/recipes/who-is-next.js';

const TEAM = ['+14155550142', '+14155550143', '+14155550144'];

describe('who is next', () => {
  it('round robin begins with the next person each time, whatever the count', () => {
    expect([0, 1, 2, 3, -1].map((turn) => roundRobin(TEAM, turn)[0])).toEqual([
      TEAM[0],
      TEAM[1],
      TEAM[2],
      TEAM[0],
      TEAM[2],
    ]);
    expect(roundRobin([], 5)).toEqual([]);
    expect(callSettings({ forwardTo: roundRobin(TEAM, 1) }).plan).toHaveLength(3);
  });

  it('random order rings everyone once', () => {
    let seed = 1;
    const random = (): number => (seed = (seed * 16807) % 2147483647) / 2147483647;
    const firsts = new Map<string | undefined, number>();
    for (let n = 0; n < 3000; n += 1) {
      const order = shuffled(TEAM, random);
      expect([...order].sort()).toEqual(TEAM);
      firsts.set(order[0], (firsts.get(order[0]) ?? 0) + 1);
    }
    for (const count of firsts.values()) expect(Math.abs(count - 1000)).toBeLessThan(120);
  });

  it('weights are respected, and 0 is never rung', () => {
    const people = [
      { person: 'ann', weight: 3 },
      { person: 'ben', weight: 1 },
      { person: 'cara', weight: 0 },
    ];
    expect(weighted(people, () => 0.7)).toEqual(['ann', 'ben']);
    expect(weighted(people, () => 0.76)).toEqual(['ben', 'ann']);
    expect(() => weighted([{ person: 'ann', weight: -1 }])).toThrow(RangeError);
  });
});

describe('business hours', () => {
  const berlin: Calendar = {
    zone: 'Europe/Berlin',
    hours: [{ days: [1, 2, 3, 4, 5], from: '09:00', to: '17:00' }],
    closed: ['2026-12-25'],
  };
  const night: Calendar = { zone: 'America/New_York', hours: [{ days: [5], from: '22:00', to: '06:00' }] };

  it.each([
    ['a Monday morning in winter', '2026-01-05T09:00:00+01:00', true],
    ['a minute earlier', '2026-01-05T08:59:00+01:00', false],
    ['the same local time in summer, an hour earlier for the rest of the world', '2026-07-06T09:00:00+02:00', true],
    ['closing time', '2026-07-06T17:00:00+02:00', false],
    ['a Sunday', '2026-07-05T12:00:00+02:00', false],
    ['a holiday', '2026-12-25T12:00:00+01:00', false],
  ])('business hours: %s', (_, at, open) => {
    expect(isOpen(berlin, Date.parse(at))).toBe(open);
  });

  it.each([
    ['Friday night', '2026-01-09T23:00:00-05:00', true],
    ['Saturday morning, which is still Friday night', '2026-01-10T05:59:00-05:00', true],
    ['Friday morning, which is Thursday night', '2026-01-09T05:00:00-05:00', false],
    ['the night the clocks go forward', '2026-03-07T03:30:00-05:00', true],
  ])('business hours over midnight: %s', (_, at, open) => {
    expect(isOpen(night, Date.parse(at))).toBe(open);
  });

  it('a mistake is named', () => {
    expect(() => isOpen({ zone: 'Berlin', hours: [] }, 0)).toThrow('"zone"');
    expect(() => isOpen({ zone: 'Europe/Berlin', hours: [{ days: [4], from: '9:00', to: '17:00' }] }, 0)).toThrow(
      '9:00',
    );
  });
});

describe('a rota', () => {
  const rota = { zone: 'Europe/Berlin', start: '2026-01-05T09:00', days: 7, people: ['ann', 'ben', 'cara'] };

  it.each([
    ['the first hand-over', '2026-01-05T09:00:00+01:00', 'ann'],
    ['a minute before the next', '2026-01-12T08:59:00+01:00', 'ann'],
    ['the next', '2026-01-12T09:00:00+01:00', 'ben'],
    ['at nine there, also in summer', '2026-03-30T09:00:00+02:00', 'ann'],
    ['a minute before that', '2026-03-30T08:59:00+02:00', 'cara'],
    ['before it began', '2026-01-05T08:59:00+01:00', 'cara'],
  ])('the rota at %s', (_, at, first) => {
    expect(onCall(rota, Date.parse(at))[0]).toBe(first);
  });

  it('the rota rings everyone else after them', () => {
    expect(onCall(rota, Date.parse('2026-01-12T09:00:00+01:00'))).toEqual(['ben', 'cara', 'ann']);
    expect(() => onCall({ ...rota, days: 0 }, 0)).toThrow('"days"');
    expect(() => onCall({ ...rota, start: 'Monday' }, 0)).toThrow('"start"');
  });
});

describe('OpenTelemetry', () => {
  const flow = 'forwarding';
  /** One of each type: a new type does not compile until it is added here. */
  const EVERY: { readonly [Type in Measurement['type']]: Extract<Measurement, { readonly type: Type }> } = {
    'call.begun': { type: 'call.begun', flow },
    'call.connected': { type: 'call.connected', flow, seconds: 12 },
    'call.ended': { type: 'call.ended', flow, result: 'connected', seconds: 60 },
    'leg.begun': { type: 'leg.begun', flow },
    'leg.verdict': { type: 'leg.verdict', flow, answeredBy: 'human', seconds: 3 },
    'leg.ended': { type: 'leg.ended', flow, result: 'bridged', answeredBy: 'human', seconds: 50 },
    'reservation.ended': { type: 'reservation.ended', result: 'accepted', seconds: 9 },
    'coolDown.begun': { type: 'coolDown.begun' },
    'coolDown.ended': { type: 'coolDown.ended', seconds: 60 },
    'timer.fired': { type: 'timer.fired', flow, seconds: 0.01 },
    'event.unchanged': { type: 'event.unchanged', flow },
    'store.conflict': { type: 'store.conflict', flow },
    twilio: { type: 'twilio', effect: 'call.create', result: 'created', seconds: 0.2 },
    'task.failed': { type: 'task.failed', flow, task: 'twilio' },
    webhook: { type: 'webhook', path: '/inbound', status: 200, seconds: 0.004 },
    problem: { type: 'problem', code: 'signature' },
  };

  function recordingMeter() {
    const recorded: { name: string; unit: string | undefined; value: number; attributes: Attributes | undefined }[] =
      [];
    const note = (name: string, unit?: string) => (value: number, attributes?: Attributes) =>
      void recorded.push({ name, unit, value, attributes });
    const meter: Pick<Meter, 'createCounter' | 'createHistogram'> = {
      createCounter: (name, options) => ({ add: note(name, options?.unit) }),
      createHistogram: (name, options) => ({ record: note(name, options?.unit) }),
    };
    return { meter: meter as Meter, recorded };
  }

  it('every measurement reaches an instrument of its own: durations in seconds, the others counted', () => {
    const { meter, recorded } = recordingMeter();
    const measurements = Object.values(EVERY);
    measurements.forEach(openTelemetry(meter));
    expect(new Set(recorded.map(({ name }) => name)).size).toBe(measurements.length);
    expect(recorded.map(({ value, unit }) => [value, unit])).toEqual(
      measurements.map((one) => ('seconds' in one ? [one.seconds, 's'] : [1, undefined])),
    );
    expect(recorded.at(-2)).toMatchObject({
      name: 'amd.webhook.duration',
      attributes: { 'http.route': '/inbound', 'http.response.status_code': 200 },
    });
  });

  it('measurements without a duration are counted separately', () => {
    const { meter, recorded } = recordingMeter();
    const tell = openTelemetry(meter);
    tell({ ...EVERY.twilio, result: 'unknown', seconds: null });
    tell({ ...EVERY['leg.verdict'], seconds: null });
    expect(recorded).toMatchObject([
      { name: 'amd.twilio.withheld', value: 1, attributes: { effect: 'call.create', result: 'unknown' } },
      { name: 'amd.verdicts.untimed', value: 1, attributes: { answered_by: 'human' } },
    ]);
  });

  it('the recipe has no cost and no effect where no SDK is set up', () => {
    const tell = openTelemetry(metrics.getMeter('@amd/core'));
    expect(() => {
      Object.values(EVERY).forEach(tell);
    }).not.toThrow();
  });
});
