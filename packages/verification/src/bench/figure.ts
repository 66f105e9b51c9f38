/** `skipped`: this machine lacks what the figure needs. */
export type Verdict = 'ok' | 'below goal' | 'skipped';

/** One line of the report. */
export interface Figure {
  readonly name: string;
  readonly goal: string;
  readonly verdict: Verdict;
  /** The median, minimum and maximum of the rounds. */
  readonly value: string;
  /** The numbers behind the value. */
  readonly detail: string;
}

export interface RunOptions {
  /** Fewer and shorter rounds: for a quick look, not for a verdict. */
  readonly quick: boolean;
  readonly progress: (text: string) => void;
}

/** Figures that are measured together. */
export interface Section {
  readonly name: string;
  /** Names of its figures, for `--only`. */
  readonly figures: readonly string[];
  readonly run: (options: RunOptions) => Promise<readonly Figure[]>;
}

/** Creates a figure that this machine cannot measure. `why` says what it lacks. */
export function skipped(name: string, goal: string, why: string): Figure {
  return { name, goal, verdict: 'skipped', value: '–', detail: why };
}
