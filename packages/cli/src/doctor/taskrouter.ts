import { checkTimes, taskSettings, type TaskRouterWorkspace } from '@amd/core';
import { TASKROUTER_EVENTS } from '@amd/core/http';
import { ACTIVITY_NAMES } from '@amd/core/twilio';
import { isSameAddress } from '../addresses.js';
import { readWorkspace, type ActualActivity, type ActualWorkflow, type ActualWorkspace } from '../taskrouter/actual.js';
import { parse, queuesIn } from '../taskrouter/routing.js';
import type { Destination } from './destinations.js';
import { error, ok, skipped, warning, type Finding } from './finding.js';
import type { Patient } from './patient.js';

const APPLY = 'or run "amd taskrouter apply"';

/** The workspace and everything in it; and whom its workers' phones make the app ring. */
export async function checkTaskRouter(
  patient: Patient,
): Promise<{ readonly findings: readonly Finding[]; readonly destinations: readonly Destination[] }> {
  const { client, variables } = patient;
  const wanted = variables['TWILIO_WORKSPACE'] ?? 'AMD';
  const workspace = await readWorkspace(client, wanted);
  if (workspace === null) {
    const others = await client.taskrouter.v1.workspaces.list({ limit: 10 });
    const there =
      others.length === 0 ? 'there is none at all' : `there are ${others.map((one) => one.friendlyName).join(', ')}`;
    return {
      findings: [
        error(
          'workspace',
          `There is no workspace named ${JSON.stringify(wanted)}; ${there}`,
          'Make it: amd taskrouter init, then amd taskrouter apply',
        ),
        ...[
          'workflow',
          'assignment-url',
          'event-url',
          'events',
          'activities',
          'timeout-activity',
          'timers',
          'queue',
          'workers',
        ].map((check) => skipped(check, 'there is no workspace')),
      ],
      destinations: [],
    };
  }
  const generation = workspace.multiTask ? '' : ', of the older generation (single-tasking)';
  const findings: Finding[] = [ok('workspace', `Workspace ${JSON.stringify(workspace.name)} is there${generation}`)];
  const workflow = findWorkflow(workspace, variables['TWILIO_WORKFLOW'], findings);
  const activities = findActivities(workspace, patient, findings);
  findings.push(eventAddress(workspace, patient), events(workspace));
  findings.push(...(workflow === null ? [] : [assignment(workflow, patient)]));
  findings.push(timeoutActivity(workspace, activities.unavailable));
  findings.push(timers(workspace, workflow, activities, patient));
  findings.push(...(workflow === null ? [] : await queue(workspace, workflow, patient)));
  const destinations = workers(workspace, findings);
  return { findings, destinations };
}

function findWorkflow(
  { workflows, name }: ActualWorkspace,
  wanted: string | undefined,
  findings: Finding[],
): ActualWorkflow | null {
  const [only] = workflows;
  const names = workflows.map((one) => JSON.stringify(one.name)).join(', ');
  const found =
    wanted === undefined
      ? workflows.length === 1
        ? only
        : undefined
      : workflows.find((one) => one.name === wanted || one.sid === wanted);
  if (found !== undefined) {
    findings.push(ok('workflow', `Workflow ${JSON.stringify(found.name)} is there`));
    return found;
  }
  const isUnclear = wanted === undefined && workflows.length > 1;
  findings.push(
    isUnclear
      ? error(
          'workflow',
          `Workspace ${JSON.stringify(name)} has several workflows: ${names}`,
          'Say which one: TWILIO_WORKFLOW',
        )
      : error(
          'workflow',
          `Workspace ${JSON.stringify(name)} has no workflow${wanted === undefined ? '' : ` named ${JSON.stringify(wanted)}`}; there is ${names || 'none at all'}`,
          `Make one, ${APPLY}`,
        ),
    skipped('assignment-url', 'there is no workflow'),
    skipped('queue', 'there is no workflow'),
  );
  return null;
}

type Roles = Readonly<Record<'available' | 'unavailable' | 'offline', ActualActivity | null>>;

function findActivities({ activities }: ActualWorkspace, { variables }: Patient, findings: Finding[]): Roles {
  const roles: Record<keyof Roles, ActualActivity | null> = { available: null, unavailable: null, offline: null };
  const before = findings.length;
  for (const role of ['available', 'unavailable', 'offline'] as const) {
    const given = variables[`ACTIVITY_${role.toUpperCase()}`];
    const names: readonly string[] = given === undefined ? ACTIVITY_NAMES[role] : [given];
    const found = names.flatMap((name) => activities.find((one) => one.name === name) ?? [])[0];
    const should = role === 'available';
    if (found === undefined) {
      findings.push(
        error(
          'activities',
          `There is no activity named ${names.map((name) => JSON.stringify(name)).join(' or ')}: ${PURPOSE[role]}`,
          `Make it (${should ? '' : 'not '}available), ${APPLY}`,
        ),
      );
    } else if (found.available !== should) {
      findings.push(
        error(
          'activities',
          `Activity ${JSON.stringify(found.name)} is ${found.available ? '' : 'not '}available, but ${PURPOSE[role]}`,
          `Twilio lets nobody change that: name another one as ACTIVITY_${role.toUpperCase()}, or delete it and make it anew`,
        ),
      );
    } else roles[role] = found;
  }
  if (findings.length === before)
    findings.push(ok('activities', 'Activities for work, for rest and for being away are there'));
  return roles;
}

const PURPOSE = {
  available: 'workers get calls in it',
  unavailable: 'workers rest in it after a voicemail, and come back by themselves',
  offline: 'a worker whose number is broken is sent there',
} as const;

function eventAddress({ eventUrl }: ActualWorkspace, { addresses }: Patient): Finding {
  if (isSameAddress(eventUrl, addresses.events))
    return ok('event-url', 'The app is told what happens in the workspace');
  const is = eventUrl === '' ? 'is not set' : `is ${eventUrl}`;
  return error(
    'event-url',
    `The event callback URL of the workspace ${is}: the app does not hear when a caller gives up or a worker moves`,
    `Set it to ${addresses.events}, ${APPLY}`,
  );
}

function events({ eventsFilter }: ActualWorkspace): Finding {
  const missing = eventsFilter.length === 0 ? [] : TASKROUTER_EVENTS.filter((event) => !eventsFilter.includes(event));
  if (missing.length === 0) return ok('events', 'All events that the app needs are told');
  return error(
    'events',
    `The workspace does not tell of ${missing.join(', ')}`,
    `Switch these events on at the workspace, ${APPLY}`,
  );
}

function assignment({ assignmentUrl, name }: ActualWorkflow, { addresses }: Patient): Finding {
  if (isSameAddress(assignmentUrl, addresses.assign))
    return ok('assignment-url', 'TaskRouter asks the app about every reservation');
  const is = assignmentUrl === '' ? 'is not set' : `is ${assignmentUrl}`;
  return error(
    'assignment-url',
    `The assignment callback URL of workflow ${JSON.stringify(name)} ${is}: no worker is ever rung`,
    `Set it to ${addresses.assign}, ${APPLY}`,
  );
}

function timeoutActivity(workspace: ActualWorkspace, unavailable: ActualActivity | null): Finding {
  if (unavailable === null) return skipped('timeout-activity', 'there is no activity for resting');
  if (workspace.timeoutActivity === unavailable.sid) {
    return ok('timeout-activity', 'A worker whose reservation times out rests, and comes back');
  }
  const present = workspace.activities.find(({ sid }) => sid === workspace.timeoutActivity)?.name ?? 'Offline';
  return warning(
    'timeout-activity',
    `A reservation that times out, while the app is down for example, moves its worker to ${JSON.stringify(present)}: nobody but the app, if it runs, brings them back`,
    `Set the workspace's timeout activity to ${JSON.stringify(unavailable.name)}, ${APPLY}`,
  );
}

function timers(
  workspace: ActualWorkspace,
  workflow: ActualWorkflow | null,
  roles: Roles,
  { variables }: Patient,
): Finding {
  const { available, unavailable, offline } = roles;
  if (workflow === null || available === null || unavailable === null || offline === null) {
    return skipped('timers', 'workflow and activities have to be there first');
  }
  const ringSeconds = Number(variables['RING_SECONDS'] ?? 20);
  try {
    const problems = checkTimes(
      taskSettings({ ringSeconds }, {
        sid: workspace.sid,
        workflow: { sid: workflow.sid, reservationTimeoutSeconds: workflow.reservationTimeout },
        activities: { available: available.sid, unavailable: unavailable.sid, offline: offline.sid },
        timeoutActivity: workspace.timeoutActivity,
      } as TaskRouterWorkspace),
    );
    const [problem] = problems;
    if (problem === undefined) {
      return ok(
        'timers',
        `Ringing, detection and confirmation fit into the ${String(workflow.reservationTimeout)} s of a reservation`,
      );
    }
    return error(
      'timers',
      // What to do about it is said below, in the words of the settings.
      sentence(problem.split(': raise')[0] ?? problem),
      'Raise the task reservation timeout of the workflow (120 s), or lower RING_SECONDS',
    );
  } catch (problem) {
    const message = problem instanceof Error ? problem.message : String(problem);
    return error(
      'timers',
      message.replace('"ringSeconds"', 'RING_SECONDS'),
      'Set RING_SECONDS to a whole number from 5 to 60',
    );
  }
}

/** Do the workflow's rules lead somewhere, and is anybody there? */
async function queue(
  workspace: ActualWorkspace,
  workflow: ActualWorkflow,
  { client }: Patient,
): Promise<readonly Finding[]> {
  const named = queuesIn(workflow.configuration);
  const there = workspace.queues.filter(({ sid }) => named.includes(sid));
  if (there.length < named.length || there.length === 0) {
    return [
      error(
        'queue',
        `Workflow ${JSON.stringify(workflow.name)} leads to a queue that is not there`,
        `Choose a queue in the workflow, ${APPLY}`,
      ),
    ];
  }
  if (workspace.workers.length === 0) return [skipped('queue', 'there are no workers')];
  for (const { sid, name, workers: expression } of there) {
    const [anybody] = await client.taskrouter.v1
      .workspaces(workspace.sid)
      .workers.list({ taskQueueSid: sid, limit: 1 });
    if (anybody !== undefined) continue;
    return [
      error(
        'queue',
        `No worker fits queue ${JSON.stringify(name)} (${expression}): its callers wait for nobody`,
        'Change the expression of the queue (1==1 is everybody), or the attributes of the workers',
      ),
    ];
  }
  return [ok('queue', `Callers wait in ${there.map(({ name }) => JSON.stringify(name)).join(', ')}, and workers fit`)];
}

function workers({ workers: all, activities }: ActualWorkspace, findings: Finding[]): readonly Destination[] {
  if (all.length === 0) {
    findings.push(
      error(
        'workers',
        'The workspace has no workers: nobody can be rung',
        `Make some, each with the attribute "phone", ${APPLY}`,
      ),
    );
    return [];
  }
  const phones = all.map(({ name, attributes }) => {
    const { phone } = (parse(attributes) ?? {}) as { phone?: unknown };
    return { where: `worker ${JSON.stringify(name)}`, phone: typeof phone === 'string' ? phone.trim() : '' };
  });
  const without = phones.filter(({ phone }) => phone === '').map(({ where }) => where);
  if (without.length > 0) {
    findings.push(
      error(
        'workers',
        `${without.slice(0, 5).join(', ')}${without.length > 5 ? ` and ${String(without.length - 5)} more` : ''}: no phone number, so that they are sent Offline when a call is offered`,
        'Give each the attribute {"phone": "+14155550142"}, or delete them',
      ),
    );
  }
  const ready = all.filter(({ activity }) => activities.find(({ sid }) => sid === activity)?.available === true).length;
  if (ready === 0) {
    findings.push(
      warning(
        'workers',
        `None of the ${String(all.length)} workers is available: callers wait`,
        'Switch somebody on, on the page or at the console',
      ),
    );
  } else if (without.length === 0) {
    findings.push(ok('workers', `${String(ready)} of ${String(all.length)} workers are available, all with a phone`));
  }
  return phones.filter(({ phone }) => phone !== '');
}

function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
