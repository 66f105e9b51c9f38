import type { Clock } from '../runtime/clock.js';
import type { Metrics } from '../runtime/measurement.js';
import { stopwatch } from '../runtime/stopwatch.js';
import type { HttpRequest, HttpResponse } from './plain.js';
import { findRoute, type Routes } from './routes.js';

type Handle = (request: HttpRequest) => Promise<HttpResponse>;

/** Every webhook with its time and status. Paths that are not ours, and sounds, are nobody's webhook. */
export function measured(
  handle: Handle,
  parts: {
    readonly metrics: Metrics | null;
    readonly clock: Clock;
    readonly routes: Routes;
    readonly prefix: string;
  },
): Handle {
  const { metrics, clock, routes, prefix } = parts;
  if (metrics === null) return handle;
  return async (request) => {
    const route = findRoute(routes, request.path, prefix);
    const seconds = stopwatch(clock);
    const response = await handle(request);
    if (route !== undefined) {
      metrics({ type: 'webhook', path: route.path, status: response.status, seconds: seconds() });
    }
    return response;
  };
}
