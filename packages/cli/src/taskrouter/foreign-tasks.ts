import type { ActualWorkflow } from './actual.js';

/** What to do about foreign tasks. */
export const OWN_WORKFLOW =
  'Give the calls a workflow and a queue of their own (TWILIO_WORKFLOW), and set the assignment URL of the app only there';

/** Describes in a sentence the foreign tasks that pass through a workflow; `null`: none were seen. */
export function foreignTasksOf({ name, foreignTasks }: ActualWorkflow): string | null {
  if (foreignTasks.size === 0) return null;
  const counted = [...foreignTasks].map(
    ([channel, many]) => `${String(many)} × ${channel === '' ? 'no channel' : channel}`,
  );
  return (
    `Tasks that are not our calls pass through workflow ${JSON.stringify(name)} (${counted.join(', ')}): they are left alone, ` +
    'and unless another application accepts such a reservation, it times out and Twilio moves its worker to the timeout activity'
  );
}
