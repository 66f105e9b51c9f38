export type {
  CallRow,
  LegRow,
  ListedPerson,
  PeopleList,
  PeopleProblem,
  PhoneCall,
  PhoneCommand,
  PhonePerson,
  PhoneResult,
  PhoneState,
  SaveResult,
  Totals,
} from './shared/protocol.js';
export { createDialRules, type DialRules, type DialRulesOptions } from './numbers/dial-rules.js';
export { type CallFeed, type CallFeedOptions, createCallFeed } from './server/data/call-feed.js';
export { callLog, type CallLogOptions, type LoggedCall, type LoggedLeg } from './server/data/call-log.js';
export { toCsv, toJson } from './server/data/call-log-text.js';
export { createPeopleLists, type PeopleLists, type PeopleListsOptions } from './server/data/people-lists.js';
export type { DashboardLog, DashboardLogEntry } from './server/log.js';
export { loadPage, type PageAssets } from './server/assets.js';
export {
  createDashboard,
  type Dashboard,
  type DashboardHandler,
  type DashboardOptions,
} from './server/create-dashboard.js';
export type { PhonePanel } from './server/phone-panel.js';
