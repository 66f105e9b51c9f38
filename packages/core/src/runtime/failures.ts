import { sidOf } from '../kernel/record-key.js';
import type { HookRun } from '../flows/tells.js';
import type { Claim } from '../store/store.js';
import type { TaskData } from './commit.js';
import { type Log, reasonOf } from './log.js';
import type { FailedTask, Metrics } from './metrics.js';
import type { Emit } from './runtime.js';

/** Work that can fail, in words. */
const WORK: Readonly<Record<FailedTask, string>> = {
  twilio: "a request to Twilio's REST API",
  send: 'an event for another flow',
  hook: 'a hook',
  timer: 'a timer',
  claim: 'asking the store for work',
  unreadable: 'work that cannot be read',
};

/** Says which tasks could not be finished. */
export interface Failures {
  /** Tells listeners and metrics. `isGivenUp`: the task is not tried again. */
  readonly tell: (claim: Claim, error: unknown, isGivenUp: boolean) => void;
  /** The same of a task that is claimed again, and the log. */
  readonly failed: (claim: Claim, error: unknown) => void;
}

export function createFailures(parts: {
  /** The name of the flow. */
  readonly flow: string;
  readonly emit: Emit<never, never>;
  readonly metrics: Metrics | null;
  readonly log: Log;
}): Failures {
  const { flow, emit, metrics, log } = parts;

  function tell({ key, id, data }: Claim, error: unknown, isGivenUp: boolean): FailedTask {
    const { task, hook } = kindOf(data);
    emit('failure', { key, task: id, error, isGivenUp, hook });
    metrics?.({ type: 'task.failed', flow, task });
    return task;
  }

  return {
    tell,
    failed(claim, error) {
      const task = tell(claim, error, false);
      const message = `${WORK[task]} failed and will be tried again: ${reasonOf(error)}`;
      log({ level: 'error', code: 'task.failed', call: sidOf(claim.key), message });
    },
  };
}

function kindOf(data: string): { readonly task: FailedTask; readonly hook: HookRun | null } {
  try {
    const work = JSON.parse(data) as TaskData;
    if ('timer' in work) return { task: 'timer', hook: null };
    if (work.effect.type === 'hook.run') return { task: 'hook', hook: work.effect };
    return { task: work.effect.type === 'flow.send' ? 'send' : 'twilio', hook: null };
  } catch {
    return { task: 'unreadable', hook: null };
  }
}
