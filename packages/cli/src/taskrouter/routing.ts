/** The part of a workflow's configuration that we write. */
export interface Routing {
  /** SID of the queue for every call. */
  readonly queue: string;
  /** How long a caller waits before the workflow gives up, in seconds; `null`: as long as the task lives. */
  readonly wait: number | null;
}

/** Builds the workflow's `Configuration` (twilio.com/docs/taskrouter/workflow-configuration). */
export function writeRouting({ queue, wait }: Routing): string {
  if (wait === null) return JSON.stringify({ task_routing: { default_filter: { queue } } });
  const target = { queue, timeout: wait };
  return JSON.stringify({
    task_routing: { filters: [{ filter_friendly_name: 'Everybody', expression: '1==1', targets: [target] }] },
  });
}

/** Reads a configuration like ours; `null`: an operator has written their own rules, which are left alone. */
export function readRouting(configuration: string): Routing | null {
  const routing = property(parse(configuration), 'task_routing');
  const filters = property(routing, 'filters');
  const fallback = property(property(routing, 'default_filter'), 'queue');
  if (filters === undefined || (Array.isArray(filters) && filters.length === 0)) {
    return typeof fallback === 'string' ? { queue: fallback, wait: null } : null;
  }
  if (!Array.isArray(filters) || filters.length !== 1 || fallback !== undefined) return null;
  const [filter] = filters as unknown[];
  const targets = property(filter, 'targets');
  if (!/^\s*(1\s*==\s*1|true)\s*$/i.test(String(property(filter, 'expression')))) return null;
  if (!Array.isArray(targets) || targets.length !== 1) return null;
  const [target] = targets as unknown[];
  const allowed = new Set(['queue', 'timeout']);
  if (typeof target !== 'object' || target === null || Object.keys(target).some((key) => !allowed.has(key)))
    return null;
  const [queue, wait] = [property(target, 'queue'), property(target, 'timeout')];
  if (typeof queue !== 'string') return null;
  return { queue, wait: typeof wait === 'number' ? wait : null };
}

/** Returns every queue that the configuration names, in any rule. */
export function queuesIn(configuration: string): string[] {
  return [...new Set(configuration.match(/WQ[0-9a-f]{32}/gi) ?? [])];
}

export function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return null;
  }
}

function property(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}
