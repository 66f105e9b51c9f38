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
