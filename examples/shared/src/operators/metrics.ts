import type { Measurement, Metrics as Count } from '@amd/core';
import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import { createSeries, type Series } from './series.js';

export interface Metrics {
  readonly registry: Registry;
  /** For the option `metrics` of runtimes and endpoints. */
  readonly count: Count;
  /** Counts a refusal or failure in a part that has no metrics itself, by its stable code. */
  logged(code: string): void;
}

/** Creates metrics: everything the library measures, as Prometheus series. */
export function createMetrics(totals: () => { readonly live: number; readonly waiting: number }): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  gauge(registry, 'amd_live_calls', 'Callers on the line.', () => totals().live);
  gauge(registry, 'amd_waiting_calls', 'Callers who wait for somebody.', () => totals().waiting);
  const series = createSeries(registry);
  return {
    registry,
    count(measurement) {
      add(series, measurement);
    },
    logged(code) {
      series.logged.inc({ code });
    },
  };
}

function add(series: Series, m: Measurement): void {
  switch (m.type) {
    case 'call.begun':
      series.callsBegun.inc();
      return;
    case 'call.connected':
      series.wait.observe(m.seconds);
      return;
    case 'call.ended':
      series.calls.inc({ result: m.result });
      series.callDuration.observe({ result: m.result }, m.seconds);
      return;
    case 'leg.begun':
      series.legsBegun.inc();
      return;
    case 'leg.verdict':
      if (m.seconds !== null) series.detection.observe({ answered_by: m.answeredBy }, m.seconds);
      return;
    case 'leg.ended':
      series.legs.inc({ result: m.result, answered_by: m.answeredBy });
      return;
    case 'reservation.ended':
      series.reservations.inc({ result: m.result });
      return;
    case 'coolDown.begun':
      series.coolDownsBegun.inc();
      return;
    case 'coolDown.ended':
      series.coolDowns.observe(m.seconds);
      return;
    case 'timer.fired':
      series.lateness.observe(m.seconds);
      return;
    case 'event.unchanged':
      series.unchanged.inc({ flow: m.flow });
      return;
    case 'store.conflict':
      series.conflicts.inc();
      return;
    case 'twilio':
      series.rest.inc({ effect: m.effect, outcome: m.result });
      if (m.seconds !== null) series.restDuration.observe({ effect: m.effect }, m.seconds);
      return;
    case 'task.failed':
      series.failures.inc();
      return;
    case 'webhook':
      series.webhooks.observe({ route: m.path, status: String(m.status) }, m.seconds);
      return;
    case 'problem':
      series.logged.inc({ code: m.code });
      return;
    default:
      unheardOf(m);
  }
}

/** Does not compile when a measurement has no series. */
function unheardOf(_: never): void {
  // A newer library measures more than this example knows.
}

function gauge(registry: Registry, name: string, help: string, value: () => number): void {
  new Gauge({
    name,
    help,
    registers: [registry],
    collect() {
      this.set(value());
    },
  });
}
