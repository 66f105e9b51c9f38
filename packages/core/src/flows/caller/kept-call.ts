import type { CallSid } from '../../kernel/brand.js';
import type { EpochMs } from '../../kernel/flow.js';
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
  readonly since?: EpochMs;
}

/** A later request of the same call may come without its token; Twilio then refuses their number (21210), so it is not tried. */
export function keptCall({ sid, from, to, status, token, since }: Arriving): KeptCall {
  if (token !== undefined) return { sid, from, to, token };
  const isLater = status === 'in-progress' || since !== undefined;
  return { sid, from, to, token: null, ...(isLater ? { showable: false } : {}) };
}
