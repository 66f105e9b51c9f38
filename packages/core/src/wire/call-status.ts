/** Statuses of a call. `initiated` occurs in webhooks only (twilio.com/docs/voice/api/call-resource). */
export const CALL_STATUSES = [
  'queued',
  'initiated',
  'ringing',
  'in-progress',
  'completed',
  'busy',
  'failed',
  'no-answer',
  'canceled',
] as const;

/** The status of a call, as Twilio names it. */
export type CallStatus = (typeof CALL_STATUSES)[number];
/** A status after which a call never changes. */
export type FinalCallStatus = Extract<CallStatus, 'completed' | 'busy' | 'failed' | 'no-answer' | 'canceled'>;

/** Returns the status that a webhook names; `undefined` if Twilio has no such status. */
export function parseCallStatus(value: string | undefined): CallStatus | undefined {
  return CALL_STATUSES.find((candidate) => candidate === value);
}

/** True for a final status, which never changes again. */
export function isFinalStatus(status: CallStatus): status is FinalCallStatus {
  switch (status) {
    case 'completed':
    case 'busy':
    case 'failed':
    case 'no-answer':
    case 'canceled':
      return true;
    case 'queued':
    case 'initiated':
    case 'ringing':
    case 'in-progress':
      return false;
  }
}
