import type { ActualWorkflow } from './actual.js';

/** What to do about other people's tasks. */
export const OWN_WORKFLOW =
  'Give the calls a workflow and a queue of their own (TWILIO_WORKFLOW), and only that one the assignment URL of the app';

/** Other people's tasks that pass through a workflow, in a sentence; `null`: none that we saw. */
export function foreignTasksOf({ name, foreignTasks }: ActualWorkflow): string | null {
  if (foreignTasks.size === 0) return null;
  const counted = [...foreignTasks].map(
    ([channel, many]) => `${String(many)} × ${channel === '' ? 'no channel' : channel}`,
  );
  return (
    `Tasks that are no calls of ours pass through workflow ${JSON.stringify(name)} (${counted.join(', ')}): they are left alone, ` +
    'and unless somebody else accepts such a reservation, it times out and Twilio moves its worker to the timeout activity'
  );
}
