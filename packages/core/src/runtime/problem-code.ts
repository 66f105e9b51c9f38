/** What was refused or went wrong at an endpoint, for machines; stable. */
export type ProblemCode =
  | 'refused'
  | 'signature'
  | 'limited'
  | 'resolve.failed'
  | 'reply.failed'
  | 'reply.late'
  | 'render.failed'
  | 'body.unverifiable'
  | 'adapter.failed'
  /** Ringing, detection and confirmation do not fit the reservation's time-out. */
  | 'times'
  /** A workflow that asks us routes tasks that are no calls of ours. */
  | 'task.foreign'
  /** A worker has no number that can be called. */
  | 'worker.phone'
  /** Events of a task were lost and Twilio refuses to say what became of it: the caller gets the fallback. */
  | 'task.lost';
