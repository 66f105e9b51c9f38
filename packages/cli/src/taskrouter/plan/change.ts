/** What a set-up consists of. */
export type Kind = 'workspace' | 'activity' | 'queue' | 'workflow' | 'worker' | 'number';

/** One changed field, for people to read. */
export interface FieldChange {
  readonly field: string;
  /** `null`: it does not exist yet. */
  readonly from: string | null;
  readonly to: string;
}

/** What is sent; other objects are referenced by name, and become SIDs once they exist. */
export type Request =
  | {
      readonly kind: 'workspace';
      readonly friendlyName?: string;
      readonly eventCallbackUrl?: string;
      readonly eventsFilter?: string;
      readonly timeoutActivity?: string;
    }
  | { readonly kind: 'activity'; readonly available: boolean }
  | { readonly kind: 'queue'; readonly targetWorkers: string }
  | {
      readonly kind: 'workflow';
      readonly assignmentCallbackUrl?: string;
      readonly fallbackAssignmentCallbackUrl?: string;
      readonly taskReservationTimeout?: number;
      readonly routing?: { readonly queue: string; readonly wait: number | null };
    }
  | { readonly kind: 'worker'; readonly attributes: string; readonly activity?: string }
  | {
      readonly kind: 'number';
      readonly voiceUrl?: string;
      readonly voiceMethod?: 'POST';
      readonly voiceFallbackUrl?: string;
      readonly statusCallback?: string;
      readonly statusCallbackMethod?: 'POST';
    };

/** One thing to create or to update at Twilio, with its fields and the request that does it. */
export interface Change {
  readonly do: 'create' | 'update';
  readonly kind: Kind;
  readonly name: string;
  /** `null`: it is to be created. */
  readonly sid: string | null;
  readonly fields: readonly FieldChange[];
  readonly request: Request;
}

/** What `apply` would change, and what it would leave alone. A plan never deletes. */
export interface Plan {
  /** `null`: the workspace does not exist yet. */
  readonly workspace: string | null;
  /** In the order in which they are applied. */
  readonly changes: readonly Change[];
  /** What is already correct. */
  readonly same: readonly { readonly kind: Kind; readonly name: string }[];
  /** What exists and is not in the file: it is left alone. */
  readonly alone: readonly { readonly kind: Kind; readonly name: string }[];
  /** Additional information. */
  readonly notes: readonly string[];
  /** What only a person can solve; nothing is changed while there is any. */
  readonly problems: readonly string[];
}

/** A request of one kind while it is built. */
export type RequestDraft<Of extends Kind> = {
  -readonly [Key in keyof Extract<Request, { kind: Of }>]: Extract<Request, { kind: Of }>[Key];
};
