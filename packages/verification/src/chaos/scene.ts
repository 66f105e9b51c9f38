import type { LogEntry } from '@amd/core/http';
import type { HangUpRule, InboundOptions, Person, Simulator } from '@amd/simulator';
import type { Orphans } from './judge.js';
import type { BuildNode, Database } from './cluster.js';

/** A caller, as plain data. */
export interface ScriptedCaller {
  readonly from: string;
  /** From the beginning, in ms. */
  readonly afterMs?: number;
  readonly hangUp?: HangUpRule;
  readonly press?: NonNullable<InboundOptions['press']>;
}

/** What is played: who calls, who answers, and which application is between them. */
export interface Scene {
  readonly name: string;
  readonly callers: readonly ScriptedCaller[];
  /** How it ends for each caller if nothing is planted; not known of a crowd. */
  readonly ends?: readonly string[];
  readonly people: ReadonlyMap<string, Person>;
  /** Before the first node starts. */
  readonly setUp?: (sim: Simulator) => void;
  /** A recorder for the whole play, and what a node of it is. */
  readonly begin: (sim: Simulator) => Recorder;
}

/** One play: its nodes, what they complain of, and what is in their records when all is over. */
export interface Recorder {
  readonly build: BuildNode;
  readonly log: LogEntry[];
  /** Commits that came second, so that the step was decided anew. */
  conflicts: number;
  readonly failures: unknown[];
  /** What there is to know about the calls, by the application's own records. */
  readonly look: (database: Database) => Promise<Sight>;
}

/** The application's own records, at one moment. */
export interface Sight {
  /** Every call, every leg and every worker has come to an end as far as the application knows. */
  readonly over: boolean;
  /** What is not as promised, in words, should this be the end. */
  readonly problems: (callers: readonly string[]) => string[];
  /** Legs whose caller had gone. */
  readonly orphans: (callers: readonly string[]) => Orphans;
  /** How it ended for a caller, in one word. */
  readonly resultOf: (caller: string) => string;
}
