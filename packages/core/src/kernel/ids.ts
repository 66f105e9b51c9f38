declare const brand: unique symbol;

/** A string that passed a check and cannot be mistaken for another kind. */
export type Brand<Name extends string> = string & { readonly [brand]: Name };

/** `CA` and 32 hexadecimal digits. */
export type CallSid = Brand<'CallSid'>;

/** `CF` and 32 hexadecimal digits. */
export type ConferenceSid = Brand<'ConferenceSid'>;

/** `WS` and 32 hexadecimal digits; TaskRouter's other SIDs likewise. */
export type WorkspaceSid = Brand<'WorkspaceSid'>;

/** `WW` and 32 hexadecimal digits. */
export type WorkflowSid = Brand<'WorkflowSid'>;

/** `WK` and 32 hexadecimal digits. */
export type WorkerSid = Brand<'WorkerSid'>;

/** `WT` and 32 hexadecimal digits. */
export type TaskSid = Brand<'TaskSid'>;

/** `WR` and 32 hexadecimal digits. */
export type ReservationSid = Brand<'ReservationSid'>;

/** `WA` and 32 hexadecimal digits. */
export type ActivitySid = Brand<'ActivitySid'>;

/** `+`, then 7 to 15 digits, the first not 0 (ITU-T E.164). */
export type E164 = Brand<'E164'>;

const CALL_SID = /^CA[0-9a-f]{32}$/i;

const ACCOUNT_SID = /^AC[0-9a-f]{32}$/i;

const SID_DIGITS = /^[0-9a-f]{32}$/i;

const E164_SHAPE = /^\+[1-9][0-9]{6,14}$/;

/** Tells whether a value is the SID of a call: `CA` and 32 hexadecimal digits, in either case. */
export function isCallSid(value: unknown): value is CallSid {
  return typeof value === 'string' && CALL_SID.test(value);
}

/** Tells whether a value is the SID of an account: `AC` and 32 hexadecimal digits, in either case. */
export function isAccountSid(value: unknown): value is string {
  return typeof value === 'string' && ACCOUNT_SID.test(value);
}

/** `prefix` and 32 hexadecimal digits. */
function hasShape(value: unknown, prefix: string): boolean {
  return typeof value === 'string' && value.startsWith(prefix) && SID_DIGITS.test(value.slice(2));
}

export const isConferenceSid = (value: unknown): value is ConferenceSid => hasShape(value, 'CF');

/** Tells whether a value is the SID of a workspace: `WS` and 32 hexadecimal digits. */
export const isWorkspaceSid = (value: unknown): value is WorkspaceSid => hasShape(value, 'WS');

/** Tells whether a value is the SID of a workflow: `WW` and 32 hexadecimal digits. */
export const isWorkflowSid = (value: unknown): value is WorkflowSid => hasShape(value, 'WW');

/** Tells whether a value is the SID of a worker: `WK` and 32 hexadecimal digits. */
export const isWorkerSid = (value: unknown): value is WorkerSid => hasShape(value, 'WK');

/** Tells whether a value is the SID of a task: `WT` and 32 hexadecimal digits. */
export const isTaskSid = (value: unknown): value is TaskSid => hasShape(value, 'WT');

/** Tells whether a value is the SID of a reservation: `WR` and 32 hexadecimal digits. */
export const isReservationSid = (value: unknown): value is ReservationSid => hasShape(value, 'WR');

/** Tells whether a value is the SID of an activity: `WA` and 32 hexadecimal digits. */
export const isActivitySid = (value: unknown): value is ActivitySid => hasShape(value, 'WA');

/** Tells whether a value is a phone number in E.164 form, such as `+14155550142`. */
export function isE164(value: unknown): value is E164 {
  return typeof value === 'string' && E164_SHAPE.test(value);
}

/**
 * Returns a value as a phone number in E.164 form, such as `+14155550142`.
 * @throws TypeError naming `option` when the value is not a phone number in E.164 form
 */
export function e164(value: unknown, option: string): E164 {
  if (isE164(value)) return value;
  throw new TypeError(`"${option}" must be a phone number in E.164 form, such as +14155550142; got ${show(value)}`);
}

/**
 * Returns a value as the SID of a call.
 * @throws TypeError naming `option` when the value is not a Call SID
 */
export function callSid(value: unknown, option: string): CallSid {
  if (isCallSid(value)) return value;
  throw new TypeError(`"${option}" must be a Call SID (CA and 32 hexadecimal digits); got ${show(value)}`);
}

function show(value: unknown): string {
  return typeof value === 'string' ? JSON.stringify(value.slice(0, 60)) : typeof value;
}
