import type { CallSid } from '../../kernel/brand.js';
import type { EpochMs } from '../../kernel/flow.js';
import type { CallStatus } from '../../wire/call-status.js';

/** A call that arrives, as its request says. */
export interface InboundCall {
  readonly sid: CallSid;
  /** As received: a number, `anonymous`, `client:…`, anything. */
  readonly from: string;
  readonly to: string;
  readonly status: CallStatus;
  /** The party that forwarded the call to us, as received. */
  readonly forwardedFrom?: string;
  readonly calledVia?: string;
  /** A credential: shows the caller's number on our outbound calls. */
  readonly token?: string;
  /** When we first failed them, by the clock of whichever process it was. Default: we have not. */
  readonly since?: EpochMs;
}

/** The caller's call, as it is written down. */
export interface KeptCall {
  readonly sid: CallSid;
  readonly from: string;
  readonly to: string;
  /** A credential: shows the caller's number on our outbound calls. */
  readonly token: string | null;
  /** `false`: Twilio would not let us show their number. */
  readonly showable?: false;
  /** Whose phones have forwarded the call to us; absent: nobody's. */
  readonly forwardedBy?: readonly string[];
}

export type KeptCallDraft = { -readonly [Key in keyof KeptCall]: KeptCall[Key] };

/** A later request of the same call may come without its token; Twilio then refuses their number (21210), so it is not tried. */
export function keptCall({ sid, from, to, status, token, since, forwardedFrom, calledVia }: InboundCall): KeptCall {
  const by = [forwardedFrom, calledVia].filter((party) => party !== undefined);
  const forwarded = by.length === 0 ? {} : { forwardedBy: by };
  if (token !== undefined) return { sid, from, to, token, ...forwarded };
  const isLater = status === 'in-progress' || since !== undefined;
  return { sid, from, to, token: null, ...(isLater ? { showable: false } : {}), ...forwarded };
}

/** Whether ringing this number would only ring whoever is calling, or bring the call back to us. */
export function cameFrom({ from, forwardedBy = [] }: Pick<KeptCall, 'from' | 'forwardedBy'>, number: string): boolean {
  return [from, ...forwardedBy].some((party) => digits(party) === digits(number));
}

/** Carriers leave the plus out, or put blanks in. */
function digits(party: string): string {
  return /^[+0-9 ().-]+$/.test(party) ? party.replace(/[^0-9]/g, '') : party;
}
