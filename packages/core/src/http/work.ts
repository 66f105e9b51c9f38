import type { EpochMs } from '../kernel/flow.js';
import { reasonOf } from '../runtime/log.js';
import type { CheckedOptions } from './endpoint-options.js';
import type { Host } from './endpoint.js';
import type { HttpRequest, HttpResponse } from './message.js';
import { findRoute } from './routes.js';

/** After the answer, in ms: hosts with `waitUntil` keep a process going for half a minute, some for longer. */
const AFTER_MS = 25_000;

/** TaskRouter waits 5 s for the answer to an assignment (twilio.com/docs/taskrouter/handle-assignment-callbacks). */
const ASSIGN_MS = 3_000;

/**
 * Answers, and does the work that is due where nobody else does: after the answer if the host has `waitUntil`, before it leaves if
 * the host freezes the process then. In any other process the runtime does it by itself.
 */
export function withWork(
  answer: (request: HttpRequest) => Promise<HttpResponse>,
  parts: Pick<CheckedOptions, 'rules' | 'log' | 'clock' | 'serverless' | 'serverlessBudgetMs'> & {
    readonly work: (limit: { readonly by: EpochMs }) => Promise<void>;
  },
): (request: HttpRequest, host?: Host) => Promise<HttpResponse> {
  const { rules, log, clock, serverless, serverlessBudgetMs } = parts;

  async function work(by: EpochMs): Promise<void> {
    try {
      await parts.work({ by });
    } catch (error) {
      log({
        level: 'error',
        code: 'task.failed',
        message: `the work that is due could not be done: ${reasonOf(error)}`,
      });
    }
  }

  return async (request, host = {}) => {
    const arrivedAt = clock.now();
    const response = await answer(request);
    const isAfter = typeof host.waitUntil === 'function';
    if (!isAfter && !(host.freezes ?? serverless)) return response;
    const route = findRoute(rules.routes, request.path, rules.base.prefix);
    // Nothing is done for a request that is not Twilio's.
    if (route === undefined || (response.status >= 400 && response.status < 500)) return response;
    if (isAfter) host.waitUntil(work(clock.now() + AFTER_MS));
    else {
      await work(
        arrivedAt + (route.wants === 'instruction' ? Math.min(ASSIGN_MS, serverlessBudgetMs) : serverlessBudgetMs),
      );
    }
    return response;
  };
}
