export type Kind = 'workspace' | 'activity' | 'queue' | 'workflow' | 'worker' | 'number';

/** One field that changes, for people. */
export interface FieldChange {
  readonly field: string;
  /** `null`: there is nothing yet. */
  readonly from: string | null;
  readonly to: string;
}

/** What is sent; other things are named, and become SIDs when they are there. */
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

export interface Change {
  readonly do: 'create' | 'update';
  readonly kind: Kind;
  readonly name: string;
  /** `null`: it is to be made. */
  readonly sid: string | null;
  readonly fields: readonly FieldChange[];
  readonly request: Request;
}

export interface Plan {
  /** `null`: there is no such workspace yet. */
  readonly workspace: string | null;
  /** In the order in which they are made. */
  readonly changes: readonly Change[];
  /** What is right already. */
  readonly same: readonly { readonly kind: Kind; readonly name: string }[];
  /** What is there and not in the file: it is not touched. */
  readonly alone: readonly { readonly kind: Kind; readonly name: string }[];
  /** What is good to know. */
  readonly notes: readonly string[];
  /** What only a person can solve; nothing is changed while there is any. */
  readonly problems: readonly string[];
}

/** A request of one kind while it is put together. */
export type RequestDraft<Of extends Kind> = {
  -readonly [Key in keyof Extract<Request, { kind: Of }>]: Extract<Request, { kind: Of }>[Key];
};
