import { param, type Params } from '../../wire/params.js';
import type { AssignmentParams } from '../../wire/taskrouter.js';
import type { Log, LogEntry } from '../../runtime/log.js';

/** So many workflows are told apart; a workspace has fewer. */
const REMEMBERED = 1000;

/**
 * Says once for each workflow that other people's tasks pass through it. They are left alone, also by a rejection: that would
 * move their worker, and nothing of ours knows where to.
 */
export function foreignTasks(log: Log): (params: Params) => void {
  const said = new Set<string>();
  return (params) => {
    const sid = param(params, 'WorkflowSid') ?? '';
    if (said.has(sid) || said.size >= REMEMBERED) return;
    said.add(sid);
    const name = param(params, 'WorkflowName');
    const which = name === undefined ? `workflow ${sid === '' ? 'unknown' : sid}` : `workflow ${JSON.stringify(name)}`;
    const channel = param(params, 'TaskChannelUniqueName');
    log({
      level: 'warn',
      code: 'task.foreign',
      path: '/assign',
      message:
        `${which} also routes tasks that are no calls of ours (this one: ${channel === undefined ? 'no "call_sid", or an outbound call' : `channel ${JSON.stringify(channel)}`}). ` +
        'They are left alone: unless somebody else accepts such a reservation, it times out and Twilio moves its worker to the ' +
        "workspace's timeout activity. Give the calls a workflow of their own, and only that one our assignment URL",
    });
  };
}

/** Why a worker is not rung. */
export function unreadablePhone(
  { worker, workerName, phoneAttribute }: Pick<AssignmentParams, 'worker' | 'workerName' | 'phoneAttribute'>,
  names: readonly string[],
): LogEntry {
  const who = workerName === null ? worker : `${JSON.stringify(workerName)} (${worker})`;
  const why =
    phoneAttribute === null
      ? `has no attribute ${names.map((name) => JSON.stringify(name)).join(' or ')}`
      : `has no phone number that can be called in the attribute ${JSON.stringify(phoneAttribute)}`;
  return {
    level: 'warn',
    code: 'worker.phone',
    path: '/assign',
    message: `worker ${who} ${why}: they are not rung, and are moved to the offline activity. Write it as +, country code, number, such as "+14155550142"`,
  };
}
