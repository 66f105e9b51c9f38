import { ACTIVITY_NAMES, phoneIn } from '@amd/core/twilio';
import { stringify } from 'yaml';
import type { ActualWorkspace } from './actual.js';
import { parse, readRouting } from './routing.js';

/** Writes a file that describes a workspace as it is, so that the first plan is short. */
export function exportSetUp(actual: ActualWorkspace, workflowName: string | undefined): string {
  const workflow =
    actual.workflows.find(({ name, sid }) => name === workflowName || sid === workflowName) ?? actual.workflows[0];
  const routing = workflow === undefined ? null : readRouting(workflow.configuration);
  const wait = routing?.wait ?? null;
  const queue = actual.queues.find(({ sid }) => sid === routing?.queue) ?? actual.queues[0];
  const resting = actual.activities.find(({ name }) => name === ACTIVITY_NAMES.unavailable[0]);
  const phones = actual.workers.map(({ name, attributes }) => {
    const given = parse(attributes);
    const { phone: _phone, ...others } = (typeof given === 'object' && given !== null ? given : {}) as Record<
      string,
      unknown
    >;
    return { name, phone: phoneIn(attributes).phone, others };
  });
  const usable = phones.filter(({ phone }) => phone !== null);
  const file = {
    workspace: actual.name,
    ...(queue === undefined ? {} : { queue: { name: queue.name, workers: queue.workers } }),
    ...(workflow === undefined
      ? {}
      : {
          workflow: {
            name: workflow.name,
            reservationTimeout: workflow.reservationTimeout,
            ...(wait === null ? {} : { callerWaits: wait }),
          },
        }),
    ...(resting === undefined ? {} : { activities: { unavailable: resting.name } }),
    workers: usable.map(({ name, phone, others }) => ({
      name,
      phone,
      ...(Object.keys(others).length === 0 ? {} : { attributes: others }),
    })),
  };
  const without = phones.filter(({ phone }) => phone === null).map(({ name }) => name);
  const comment = without.length === 0 ? '' : `# Without a phone number that can be called: ${without.join(', ')}\n`;
  return `${comment}${stringify(file, { defaultStringType: 'PLAIN', defaultKeyType: 'PLAIN' })}`;
}

/** A file to start with, which explains every field. */
export const TEMPLATE = `# TaskRouter for callers who wait in a queue. Keep this file with your code.
#   amd taskrouter plan    shows what would change
#   amd taskrouter apply   makes the changes; a second run has nothing to do
# Nothing is ever deleted, and resources that are not named here are left alone.

workspace: AMD

# The workers. "phone" is the number to be rung; attributes are for the queue's expression.
workers:
  - name: Ann
    phone: "+14155550142"
  - name: Ben
    phone: "+14155550143"
    # attributes: { languages: [en, es] }

# The number that callers call; its addresses are set to your server.
number: "+14155550199"
# number:
#   phone: "+14155550199"
#   fallbackUrl: https://handler.twilio.com/twiml/EH...   # TwiML for when your server is down

workflow:
  reservationTimeout: 120   # s: longer than ringing, detection and confirmation together
  # callerWaits: 300        # s: then the caller gets the fallback; default: no limit

# The following settings have good defaults.
# newWorkers: available     # or offline: the first activity of workers whom this file adds
# events: needed            # or all: the events that the workspace sends to your server
# queue: { name: Everybody, workers: "1==1" }
# activities: { available: Available, unavailable: Temporarily Unavailable, offline: Offline }
`;
