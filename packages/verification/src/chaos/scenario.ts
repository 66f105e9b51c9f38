import type { LogEntry } from '@amd/core/http';
import type { HangUpRule, InboundOptions, Person, Simulator } from '@amd/simulator';
import type { Orphans } from './check-calls.js';
import type { BuildNode, Database } from './cluster.js';

/** A caller, as plain data. */
export interface ScriptedCaller {
  readonly from: string;
  /** From the beginning, in ms. */
  readonly afterMs?: number;
  readonly hangUp?: HangUpRule;
  readonly press?: NonNullable<InboundOptions['press']>;
}

/** A scenario: who calls, who answers, and the application between them. */
export interface Scenario {
  readonly name: string;
  readonly callers: readonly ScriptedCaller[];
  /** How it ends for each caller without faults; absent for a crowd. */
  readonly ends?: readonly string[];
  readonly people: ReadonlyMap<string, Person>;
  /** Called before the first node starts. */
  readonly setUp?: (sim: Simulator) => void;
  /** Creates the recorder of one run, which also builds its nodes. */
  readonly begin: (sim: Simulator) => Recorder;
}

/** Builds the nodes of one run, and keeps their log, their failures and the content of their records. */
export interface Recorder {
  readonly build: BuildNode;
  readonly log: LogEntry[];
  /** Commits that lost a race, so the step was decided again. */
  conflicts: number;
  readonly failures: unknown[];
  /** Reads the application's own records of the calls. */
  readonly look: (database: Database) => Promise<Observation>;
}

/** The application's own records, at one moment. */
export interface Observation {
  /** True if every call, every leg and every worker has ended as far as the application knows. */
  readonly over: boolean;
  /** What would break a promise if the run ended now, in words. */
  readonly problems: (callers: readonly string[]) => string[];
  /** Legs whose caller had left. */
  readonly orphans: (callers: readonly string[]) => Orphans;
  /** How it ended for a caller, in one word. */
  readonly resultOf: (caller: string) => string;
}
