declare const brand: unique symbol;

/** A string that passed a check and cannot be mistaken for another kind. */
export type Brand<Name extends string> = string & { readonly [brand]: Name };

/** `CA` and 32 hexadecimal digits. */
export type CallSid = Brand<'CallSid'>;

/** `CF` and 32 hexadecimal digits. */
export type ConferenceSid = Brand<'ConferenceSid'>;

/** `WS` and 32 hexadecimal digits; TaskRouter's other SIDs likewise. */
export type WorkspaceSid = Brand<'WorkspaceSid'>;

export type WorkflowSid = Brand<'WorkflowSid'>;

export type WorkerSid = Brand<'WorkerSid'>;

export type TaskSid = Brand<'TaskSid'>;

export type ReservationSid = Brand<'ReservationSid'>;

export type ActivitySid = Brand<'ActivitySid'>;

/** `+`, then 7 to 15 digits, the first not 0 (ITU-T E.164). */
export type E164 = Brand<'E164'>;

const CALL_SID = /^CA[0-9a-f]{32}$/i;

const ACCOUNT_SID = /^AC[0-9a-f]{32}$/i;

const SID_DIGITS = /^[0-9a-f]{32}$/i;

const E164_SHAPE = /^\+[1-9][0-9]{6,14}$/;

export function isCallSid(value: unknown): value is CallSid {
  return typeof value === 'string' && CALL_SID.test(value);
}

export function isAccountSid(value: unknown): value is string {
  return typeof value === 'string' && ACCOUNT_SID.test(value);
}

/** `prefix` and 32 hexadecimal digits. */
function hasShape(value: unknown, prefix: string): boolean {
  return typeof value === 'string' && value.startsWith(prefix) && SID_DIGITS.test(value.slice(2));
}

export const isConferenceSid = (value: unknown): value is ConferenceSid => hasShape(value, 'CF');

export const isWorkspaceSid = (value: unknown): value is WorkspaceSid => hasShape(value, 'WS');

export const isWorkflowSid = (value: unknown): value is WorkflowSid => hasShape(value, 'WW');

export const isWorkerSid = (value: unknown): value is WorkerSid => hasShape(value, 'WK');

export const isTaskSid = (value: unknown): value is TaskSid => hasShape(value, 'WT');

export const isReservationSid = (value: unknown): value is ReservationSid => hasShape(value, 'WR');

export const isActivitySid = (value: unknown): value is ActivitySid => hasShape(value, 'WA');

export function isE164(value: unknown): value is E164 {
  return typeof value === 'string' && E164_SHAPE.test(value);
}

/** @throws TypeError naming `option` when the value is not a phone number in E.164 form */
export function e164(value: unknown, option: string): E164 {
  if (isE164(value)) return value;
  throw new TypeError(`"${option}" must be a phone number in E.164 form, such as +14155550142; got ${show(value)}`);
}

/** @throws TypeError naming `option` when the value is not a Call SID */
export function callSid(value: unknown, option: string): CallSid {
  if (isCallSid(value)) return value;
  throw new TypeError(`"${option}" must be a Call SID (CA and 32 hexadecimal digits); got ${show(value)}`);
}

function show(value: unknown): string {
  return typeof value === 'string' ? JSON.stringify(value.slice(0, 60)) : typeof value;
}
