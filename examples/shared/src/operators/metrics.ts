import type { Execution, Leg, TwilioEffect } from '@amd/core';
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

/** A call of either flow, as far as it is counted. */
interface CountedCall {
  readonly kind: 'call';
  readonly caller: { readonly phase: string };
  readonly result: string | null;
  readonly story: { readonly endedAt?: number };
  readonly legs: readonly Leg[];
}

interface Committed {
  readonly event: { readonly at: number };
  readonly state: CountedCall | { readonly kind: 'nothing' };
}

interface Executed {
  readonly effect: Pick<TwilioEffect, 'type'>;
  readonly execution: Execution;
}

export interface Metrics {
  readonly registry: Registry;
  committed(step: Committed): void;
  executed(request: Executed): void;
  conflict(): void;
  failure(): void;
  /** Something was refused or went wrong, by its stable code. */
  logged(code: string): void;
  answered(route: string, status: number, seconds: number): void;
}

/** Labels come from closed lists: no number, name or SID, so that neither privacy nor the number of series suffers. */
export function createMetrics(totals: () => { readonly live: number; readonly waiting: number }): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const gauge = (name: string, help: string, value: () => number): void => {
    new Gauge({
      name,
      help,
      registers,
      collect() {
        this.set(value());
      },
    });
  };
  gauge('amd_live_calls', 'Callers on the line.', () => totals().live);
  gauge('amd_waiting_calls', 'Callers who wait for somebody.', () => totals().waiting);
  const calls = new Counter({
    name: 'amd_calls_total',
    help: 'Calls that are over.',
    labelNames: ['result'],
    registers,
  });
  const legs = new Counter({
    name: 'amd_legs_total',
    help: 'Outbound calls that are over.',
    labelNames: ['result', 'answered_by'],
    registers,
  });
  const rest = new Counter({
    name: 'amd_rest_total',
    help: "Requests to Twilio's REST API.",
    labelNames: ['effect', 'outcome'],
    registers,
  });
  const webhooks = new Histogram({
    name: 'amd_webhook_duration_seconds',
    help: 'From a webhook to its answer.',
    labelNames: ['route', 'status'],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 1.5, 2],
    registers,
  });
  const conflicts = new Counter({ name: 'amd_store_conflicts_total', help: 'Commits decided anew.', registers });
  const failures = new Counter({ name: 'amd_task_failures_total', help: 'Tasks that are tried again.', registers });
  const codes = new Counter({ name: 'amd_logged_total', help: 'Log entries.', labelNames: ['code'], registers });

  return {
    registry,
    committed({ event, state }) {
      if (state.kind !== 'call') return;
      // What this very step brought to its end carries its time.
      if (state.caller.phase === 'ended' && state.story.endedAt === event.at) {
        calls.inc({ result: state.result ?? 'none' });
      }
      for (const { result, answeredBy, story } of state.legs) {
        if (story.endedAt !== event.at || result === null) continue;
        legs.inc({ result: result.kind, answered_by: answeredBy ?? 'nobody' });
      }
    },
    executed({ effect, execution }) {
      const outcome = execution.as === 'outcome' ? execution.outcome.as : execution.as;
      rest.inc({ effect: effect.type, outcome });
    },
    conflict: () => {
      conflicts.inc();
    },
    failure: () => {
      failures.inc();
    },
    logged: (code) => {
      codes.inc({ code });
    },
    answered: (route, status, seconds) => {
      webhooks.observe({ route, status: String(status) }, seconds);
    },
  };
}
