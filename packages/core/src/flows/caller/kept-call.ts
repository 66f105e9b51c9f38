import type { CallSid } from '../../kernel/brand.js';
import type { CallStatus } from '../../wire/call-status.js';

/** The caller's call, as it is written down. */
export interface KeptCall {
  readonly sid: CallSid;
  readonly from: string;
  readonly to: string;
  /** A credential: shows the caller's number on our outbound calls. */
  readonly token: string | null;
  /** `false`: Twilio would not let us show their number. */
  readonly showable?: false;
}

interface Arriving {
  readonly sid: CallSid;
  readonly from: string;
  readonly to: string;
  readonly status: CallStatus;
  readonly token?: string;
}

/** A later request of the same call may come without its token; Twilio then refuses their number (21210), so it is not tried. */
export function keptCall({ sid, from, to, status, token }: Arriving): KeptCall {
  if (token !== undefined) return { sid, from, to, token };
  return { sid, from, to, token: null, ...(status === 'in-progress' ? { showable: false } : {}) };
}
