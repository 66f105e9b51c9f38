/** One line of the report. */
export interface Figure {
  readonly name: string;
  readonly goal: string;
  readonly ok: boolean;
  /** The median and its spread over the rounds. */
  readonly value: string;
  /** What it was made from. */
  readonly detail: string;
}

export interface RunOptions {
  /** Fewer and shorter rounds: for a look, not for a verdict. */
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
