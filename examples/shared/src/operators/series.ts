import { Counter, Histogram, type Registry } from 'prom-client';

const REPLY_S = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 1.5, 2];
const REQUEST_S = [0.05, 0.1, 0.25, 0.5, 1, 2, 4, 8];
const LATE_S = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, 20, 60];
const LISTEN_S = [1, 2, 3, 4, 5, 7, 10, 15, 20, 30];
const WAIT_S = [2, 5, 10, 15, 20, 30, 45, 60, 90, 120, 180];
const CALL_S = [10, 30, 60, 120, 300, 600, 1200, 3600, 14400];

export type Series = ReturnType<typeof createSeries>;

/** Creates the series of `/metrics`. Dashboards and alerts depend on their names and labels: they are only ever added. */
export function createSeries(registry: Registry) {
  const registers = [registry];
  const counter = <Label extends string>(name: string, help: string, labelNames: Label[] = []): Counter<Label> =>
    new Counter({ name, help, labelNames, registers });
  const histogram = <Label extends string>(
    name: string,
    help: string,
    buckets: number[],
    labelNames: Label[] = [],
  ): Histogram<Label> => new Histogram({ name, help, buckets, labelNames, registers });

  return {
    callsBegun: counter('amd_calls_begun_total', 'Calls that came in.'),
    calls: counter('amd_calls_total', 'Calls that are over.', ['result']),
    callDuration: histogram('amd_call_duration_seconds', 'From a call to its end.', CALL_S, ['result']),
    wait: histogram('amd_time_to_human_seconds', 'From a call to the talk with a human.', WAIT_S),
    legsBegun: counter('amd_legs_begun_total', 'Outbound calls that were asked for.'),
    legs: counter('amd_legs_total', 'Outbound calls that are over.', ['result', 'answered_by']),
    detection: histogram('amd_detection_seconds', 'From an answer to its verdict.', LISTEN_S, ['answered_by']),
    reservations: counter('amd_reservations_total', 'Reservations that are over.', ['result']),
    coolDownsBegun: counter('amd_cool_downs_begun_total', 'Cool-downs of workers that began.'),
    coolDowns: histogram('amd_cool_down_seconds', 'How long cool-downs of workers lasted.', CALL_S),
    lateness: histogram('amd_timer_lateness_seconds', 'From when a timer was due to when it rang.', LATE_S),
    unchanged: counter('amd_events_unchanged_total', 'Events that changed nothing.', ['flow']),
    rest: counter('amd_rest_total', "Requests to Twilio's REST API.", ['effect', 'outcome']),
    restDuration: histogram('amd_rest_duration_seconds', "Twilio's REST API, from asking to the answer.", REQUEST_S, [
      'effect',
    ]),
    webhooks: histogram('amd_webhook_duration_seconds', 'From a webhook to its answer.', REPLY_S, ['route', 'status']),
    conflicts: counter('amd_store_conflicts_total', 'Commits decided anew.'),
    failures: counter('amd_task_failures_total', 'Tasks that are tried again.'),
    logged: counter('amd_logged_total', 'Log entries.', ['code']),
  };
}
