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

/** What is run: who calls, who answers, and which application is between them. */
export interface Scenario {
  readonly name: string;
  readonly callers: readonly ScriptedCaller[];
  /** How it ends for each caller if nothing is planted; absent for a crowd. */
  readonly ends?: readonly string[];
  readonly people: ReadonlyMap<string, Person>;
  /** Called before the first node starts. */
  readonly setUp?: (sim: Simulator) => void;
  /** Makes the recorder of one run, which also builds its nodes. */
  readonly begin: (sim: Simulator) => Recorder;
}

/** Builds the nodes of one run, and keeps their log, their failures and what is in their records. */
export interface Recorder {
  readonly build: BuildNode;
  readonly log: LogEntry[];
  /** Commits that lost a race, so that the step was decided again. */
  conflicts: number;
  readonly failures: unknown[];
  /** Reads the application's own records of the calls. */
  readonly look: (database: Database) => Promise<Observation>;
}

/** The application's own records, at one moment. */
export interface Observation {
  /** Every call, every leg and every worker has come to an end as far as the application knows. */
  readonly over: boolean;
  /** What would not be as promised, in words, if the run ended now. */
  readonly problems: (callers: readonly string[]) => string[];
  /** Legs whose caller had gone. */
  readonly orphans: (callers: readonly string[]) => Orphans;
  /** How it ended for a caller, in one word. */
  readonly resultOf: (caller: string) => string;
}
