import type { Measurement, Metrics } from '@amd/core';
import type { Attributes, Meter } from '@opentelemetry/api';

/**
 * The option `metrics` of runtimes and endpoints, as instruments of OpenTelemetry. Pass a meter of your own:
 * `openTelemetry(metrics.getMeter('@amd/core'))` with `metrics` of `@opentelemetry/api`. Durations are histograms in
 * seconds, everything else is counted; a histogram also counts.
 */
export function openTelemetry(meter: Meter): Metrics {
  const counters = new Map(
    Object.entries(COUNTERS).map(([name, description]) => [name, meter.createCounter(name, { description })]),
  );
  const histograms = new Map(
    Object.entries(HISTOGRAMS).map(([name, description]) => [
      name,
      meter.createHistogram(name, { description, unit: 's' }),
    ]),
  );
  return (measurement) => {
    const { name, seconds, attributes } = instrumentOf(measurement);
    if (seconds === undefined) counters.get(name)?.add(1, attributes);
    else histograms.get(name)?.record(seconds, attributes);
  };
}

const COUNTERS = {
  'amd.calls.begun': 'Calls that came in.',
  'amd.legs.begun': 'Outbound calls that were asked for.',
  'amd.cool_downs.begun': 'Workers that were put to rest.',
  'amd.events.unchanged': 'Events that changed nothing: repeated, late, or only a question.',
  'amd.store.conflicts': 'Steps that were decided anew, because another process committed first.',
  'amd.task.failures': 'Tasks that are tried again.',
  'amd.twilio.withheld': 'Requests that were not sent again, because an earlier try may have reached Twilio.',
  'amd.verdicts.untimed': 'Verdicts of which nobody knows how long they took.',
  'amd.problems': 'What was refused or went wrong, by the code of the log.',
} as const;

const HISTOGRAMS = {
  'amd.call.time_to_human': 'From a call to the talk with a human.',
  'amd.call.duration': 'From a call to its end.',
  'amd.leg.duration': 'From asking for an outbound call to its end.',
  'amd.detection.duration': 'From an answer to its verdict.',
  'amd.reservation.duration': 'From an assignment to the end of its reservation.',
  'amd.cool_down.duration': 'How long workers rested.',
  'amd.timer.lateness': 'From when a timer was due to when it rang.',
  'amd.twilio.duration': "Requests to Twilio's REST API.",
  'amd.webhook.duration': 'From a webhook to its answer.',
} as const;

interface Recorded {
  readonly name: keyof typeof COUNTERS | keyof typeof HISTOGRAMS;
  /** Absent: it is counted. */
  readonly seconds?: number;
  readonly attributes?: Attributes;
}

function instrumentOf(m: Measurement): Recorded {
  switch (m.type) {
    case 'call.begun':
      return { name: 'amd.calls.begun', attributes: { flow: m.flow } };
    case 'call.connected':
      return { name: 'amd.call.time_to_human', seconds: m.seconds, attributes: { flow: m.flow } };
    case 'call.ended':
      return { name: 'amd.call.duration', seconds: m.seconds, attributes: { flow: m.flow, result: m.result } };
    case 'leg.begun':
      return { name: 'amd.legs.begun', attributes: { flow: m.flow } };
    case 'leg.verdict': {
      const attributes = { flow: m.flow, answered_by: m.answeredBy };
      if (m.seconds === null) return { name: 'amd.verdicts.untimed', attributes };
      return { name: 'amd.detection.duration', seconds: m.seconds, attributes };
    }
    case 'leg.ended': {
      const attributes = { flow: m.flow, result: m.result, answered_by: m.answeredBy };
      return { name: 'amd.leg.duration', seconds: m.seconds, attributes };
    }
    case 'reservation.ended':
      return { name: 'amd.reservation.duration', seconds: m.seconds, attributes: { result: m.result } };
    case 'coolDown.begun':
      return { name: 'amd.cool_downs.begun' };
    case 'coolDown.ended':
      return { name: 'amd.cool_down.duration', seconds: m.seconds };
    case 'timer.fired':
      return { name: 'amd.timer.lateness', seconds: m.seconds, attributes: { flow: m.flow } };
    case 'event.unchanged':
      return { name: 'amd.events.unchanged', attributes: { flow: m.flow } };
    case 'store.conflict':
      return { name: 'amd.store.conflicts', attributes: { flow: m.flow } };
    case 'task.failed':
      return { name: 'amd.task.failures', attributes: { flow: m.flow, task: m.task } };
    case 'twilio': {
      const attributes = { effect: m.effect, result: m.result };
      if (m.seconds === null) return { name: 'amd.twilio.withheld', attributes };
      return { name: 'amd.twilio.duration', seconds: m.seconds, attributes };
    }
    case 'webhook': {
      const attributes = { 'http.route': m.path, 'http.response.status_code': m.status };
      return { name: 'amd.webhook.duration', seconds: m.seconds, attributes };
    }
    case 'problem':
      return { name: 'amd.problems', attributes: { code: m.code } };
  }
}
