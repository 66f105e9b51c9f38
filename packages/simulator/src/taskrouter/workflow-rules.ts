import { RestRefusal } from '../rest/errors.js';
import { objectOf } from './attributes.js';
import { checkExpression } from './expression.js';
import type { WorkflowRules, WorkflowTarget, Workspace } from './model.js';

type Fields = Readonly<Record<string, unknown>>;

const wrong = (problem: string): RestRefusal => new RestRefusal(20001, `Invalid workflow configuration: ${problem}`);

function list(value: unknown, name: string): readonly Fields[] {
  if (value === undefined) return [];
  if (!Array.isArray(value)) throw wrong(`${name} must be a list`);
  return value.map((item: unknown) => {
    if (typeof item !== 'object' || item === null) throw wrong(`${name} must be a list of objects`);
    return item as Fields;
  });
}

function text(value: unknown, name: string): string | undefined {
  if (value === undefined || value === '') return undefined;
  if (typeof value !== 'string') throw wrong(`${name} must be a string`);
  checkExpression(value);
  return value;
}

function number(value: unknown, name: string): number | undefined {
  if (value === undefined || value === '') return undefined;
  const given = Number(value);
  if (!Number.isFinite(given) || given < 0) throw wrong(`${name} must be a number`);
  return given;
}

function target(workspace: Workspace, fields: Fields): WorkflowTarget {
  const { queue } = fields;
  if (typeof queue !== 'string' || !workspace.queues.has(queue)) throw wrong(`unknown queue ${String(queue)}`);
  return {
    queue,
    expression: text(fields['expression'], 'expression'),
    priority: number(fields['priority'], 'priority'),
    timeout: number(fields['timeout'], 'timeout'),
    skipIf: text(fields['skip_if'], 'skip_if'),
  };
}

/**
 * Reads a workflow's configuration (twilio.com/docs/taskrouter/workflow-configuration).
 * @throws RestRefusal 20001 saying what is wrong
 */
export function rulesOf(workspace: Workspace, configuration: string): WorkflowRules {
  const routing = objectOf(configuration)?.['task_routing'];
  if (typeof routing !== 'object' || routing === null) throw wrong('an object with "task_routing" is expected');
  const { filters, default_filter: otherwise } = routing as Fields;
  return {
    filters: list(filters, 'filters').map((filter) => {
      const name = filter['filter_friendly_name'] ?? filter['friendly_name'];
      return {
        name: typeof name === 'string' ? name : '',
        expression: text(filter['expression'], 'expression') ?? '1==1',
        targets: list(filter['targets'], 'targets').map((fields) => target(workspace, fields)),
      };
    }),
    otherwise: typeof otherwise === 'object' && otherwise !== null ? target(workspace, otherwise as Fields) : undefined,
  };
}
