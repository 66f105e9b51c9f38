import type { Measurement } from '@amd/core';
import { expect, it } from 'vitest';
import { createMetrics } from '../src/operators/metrics.js';

type Kind = Measurement['type'];

/** One of each kind of measurement, and all lines of `/metrics` that have to count it. */
const COUNTED: { readonly [Type in Kind]: readonly [Extract<Measurement, { type: Type }>, ...string[]] } = {
  'call.begun': [{ type: 'call.begun', flow: 'forwarding' }, 'amd_calls_begun_total 1'],
  'call.connected': [
    { type: 'call.connected', flow: 'forwarding', seconds: 7 },
    'amd_time_to_human_seconds_sum 7',
    'amd_time_to_human_seconds_count 1',
  ],
  'call.ended': [
    { type: 'call.ended', flow: 'forwarding', result: 'connected', seconds: 30 },
    'amd_calls_total{result="connected"} 1',
    'amd_call_duration_seconds_sum{result="connected"} 30',
    'amd_call_duration_seconds_count{result="connected"} 1',
  ],
  'leg.begun': [{ type: 'leg.begun', flow: 'forwarding' }, 'amd_legs_begun_total 1'],
  'leg.verdict': [
    { type: 'leg.verdict', flow: 'forwarding', answeredBy: 'human', seconds: 3 },
    'amd_detection_seconds_sum{answered_by="human"} 3',
    'amd_detection_seconds_count{answered_by="human"} 1',
  ],
  'leg.ended': [
    { type: 'leg.ended', flow: 'forwarding', result: 'answered', answeredBy: 'fax', seconds: 9 },
    'amd_legs_total{result="answered",answered_by="fax"} 1',
  ],
  'reservation.ended': [
    { type: 'reservation.ended', result: 'rejected', seconds: 9 },
    'amd_reservations_total{result="rejected"} 1',
  ],
  'coolDown.begun': [{ type: 'coolDown.begun' }, 'amd_cool_downs_begun_total 1'],
  'coolDown.ended': [
    { type: 'coolDown.ended', seconds: 60 },
    'amd_cool_down_seconds_sum 60',
    'amd_cool_down_seconds_count 1',
  ],
  'timer.fired': [
    { type: 'timer.fired', timer: 'deadline', seconds: 0.5 } as never,
    'amd_timer_lateness_seconds_sum 0.5',
    'amd_timer_lateness_seconds_count 1',
  ],
  'event.unchanged': [{ type: 'event.unchanged', flow: 'worker' }, 'amd_events_unchanged_total{flow="worker"} 1'],
  'store.conflict': [{ type: 'store.conflict', flow: 'worker' }, 'amd_store_conflicts_total 1'],
  twilio: [
    { type: 'twilio', effect: 'call.create', result: 'ok', seconds: 0.3 } as never,
    'amd_rest_total{effect="call.create",outcome="ok"} 1',
    'amd_rest_duration_seconds_sum{effect="call.create"} 0.3',
    'amd_rest_duration_seconds_count{effect="call.create"} 1',
  ],
  'task.failed': [{ type: 'task.failed', flow: 'worker', task: 'hook' }, 'amd_task_failures_total 1'],
  webhook: [
    { type: 'webhook', path: '/inbound', status: 200, seconds: 0.02 } as never,
    'amd_webhook_duration_seconds_sum{route="/inbound",status="200"} 0.02',
    'amd_webhook_duration_seconds_count{route="/inbound",status="200"} 1',
  ],
  problem: [{ type: 'problem', code: 'signature' }, 'amd_logged_total{code="signature"} 1'],
};

const metrics = () => createMetrics(() => ({ live: 3, waiting: 2 }));

/** The lines with a value other than zero, without those of the Node process and of buckets. */
async function lines({ registry }: ReturnType<typeof metrics>): Promise<string[]> {
  const text = await registry.metrics();
  return text.split('\n').filter((line) => /^amd_(?!.*_bucket).* (?!0$)/.test(line));
}

const EACH = Object.values(COUNTED).map(([measurement, ...counted]) => [measurement, counted] as const);

it.each(EACH)('%j is counted by %j, and nothing else is', async (measurement, counted) => {
  const here = metrics();
  const before = new Set(await lines(here));
  here.count(measurement);
  const after = await lines(here);
  expect(after.filter((line) => !before.has(line)).sort()).toEqual([...counted].sort());
});

it('the buckets are fine enough where it matters: good and too late are in different ones', async () => {
  const here = metrics();
  for (const [measurement] of EACH) here.count(measurement);
  const text = await here.registry.metrics();
  const bounds = (series: string): number[] =>
    [...text.matchAll(new RegExp(`^${series}_bucket\\{le="([0-9.]+)"`, 'gm'))].map(([, bound]) => Number(bound));
  // Twilio waits for 15 s at most, and our answers are limited to 2 s; it ends detection after 30 s.
  expect(bounds('amd_webhook_duration_seconds').at(-1)).toBe(2);
  expect(bounds('amd_detection_seconds').at(-1)).toBe(30);
  expect(bounds('amd_time_to_human_seconds')).toContain(30);
  for (const series of ['amd_call_duration_seconds', 'amd_rest_duration_seconds', 'amd_timer_lateness_seconds'])
    expect(bounds(series).length, series).toBeGreaterThan(5);
});

it('the process itself is measured as well', async () => {
  expect(await metrics().registry.metrics()).toContain('process_cpu_seconds_total');
});

it('a measurement without a duration is counted, and has none', async () => {
  const here = metrics();
  here.count({ type: 'twilio', effect: 'call.create', result: 'ok', seconds: null } as never);
  here.count({ type: 'leg.verdict', flow: 'forwarding', answeredBy: 'human', seconds: null });
  const counted = await lines(here);
  expect(counted).toContain('amd_rest_total{effect="call.create",outcome="ok"} 1');
  expect(counted.filter((line) => /^amd_(rest_duration|detection)/.test(line))).toEqual([]);
});

it('the gauges show what the feed has now; log entries of the page are counted by code', async () => {
  const here = metrics();
  here.logged('login.wrong');
  expect(await lines(here)).toEqual([
    'amd_live_calls 3',
    'amd_waiting_calls 2',
    'amd_logged_total{code="login.wrong"} 1',
  ]);
});
