/**
 * The program `amd` as functions: TaskRouter set up as code (`plan`, `apply`), and the doctor (`examine`).
 *
 * @example
 * ```ts
 * import { apply, parseSetUp, plan, readWorkspace } from '@amd/cli';
 * import { webhookUrls } from '@amd/core/http';
 * import twilio from 'twilio';
 *
 * const client = twilio(process.env['TWILIO_ACCOUNT_SID'], process.env['TWILIO_AUTH_TOKEN']);
 * const wanted = parseSetUp('workers: [{ name: Ann, phone: "+14155550142" }]', 'taskrouter.yaml');
 * const actual = await readWorkspace(client, wanted.workspace);
 * const planned = plan(wanted, actual, null, webhookUrls('https://calls.example.com'));
 * if (planned.problems.length === 0) await apply(client, planned, actual);
 * ```
 *
 * @module @amd/cli
 */
export { examine, type ExamineOptions } from './doctor/examine.js';
export type { Finding, Status } from './doctor/finding.js';
export type { DoctorTarget } from './doctor/target.js';
export type { CliContext } from './context.js';
export { run } from './program.js';
export {
  readNumber,
  readWorkspace,
  type ActualActivity,
  type ActualNumber,
  type ActualQueue,
  type ActualWorker,
  type ActualWorkflow,
  type ActualWorkspace,
} from './taskrouter/actual.js';
export { apply, type Applied } from './taskrouter/apply.js';
export type { Change, FieldChange, Kind, Plan, Request } from './taskrouter/plan/change.js';
export { plan } from './taskrouter/plan/plan.js';
export { parseSetUp, readSetUp } from './taskrouter/read-file.js';
export { SET_UP, type SetUp, type SetUpInput } from './taskrouter/set-up.js';
export type { Account, Variables } from './settings.js';
export { CliError, EXIT } from './terminal/exit.js';
export { processTerminal, type Terminal } from './terminal/terminal.js';
