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
  | 'times';
