/** What was refused or went wrong at an endpoint, for machines; stable. */
export type ProblemCode =
  | 'refused'
  | 'signature'
  | 'limited'
  | 'resolve.failed'
  | 'reply.failed'
  | 'reply.late'
  /** A caller was told goodbye because they could not be served; `.failed`: and that could not be written down. */
  | 'goodbye'
  | 'goodbye.failed'
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
  | 'task.lost'
  /** Work could not be finished and will be tried again. */
  | 'task.failed'
  /** A hook failed or took too long: it is tried again, or given up after its last try. */
  | 'hook.failed'
  /** A record was written by a newer version of this program, or is none of ours. Said once for each. */
  | 'record.unreadable'
  /** A caller whom no process served was sent to us again; could not be; or nobody knows whether there are any. */
  | 'lost.recovered'
  | 'lost.failed'
  | 'lost.unknown'
  /** Twilio's REST API, or `mayDial`, said no. */
  | 'rest.refused'
  /** Nobody knows whether a request to Twilio's REST API was carried out, and it is not sent again. */
  | 'rest.failed'
  /** Twilio cannot reach the public base URL; no webhook has come; something that a start needs is missing; `start()` was not called. */
  | 'url.local'
  | 'webhook.none'
  | 'start.failed'
  | 'start.forgotten'
  /** A serverless host has no store that survives. */
  | 'store.memory'
  /** The workspace could not be read again: what was known of it is kept. */
  | 'workspace.stale';
