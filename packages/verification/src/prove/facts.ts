/** Figures of a part, by name, and broken promises. */
export interface Facts {
  readonly figures: Readonly<Record<string, number>>;
  readonly problems: readonly string[];
  /** Why it could not be tried here: then it is neither kept nor broken. */
  readonly leftOut?: string;
  /** With what it was tried. */
  readonly tried?: string;
}

export interface PartOptions {
  readonly full: boolean;
  readonly seed: number;
  /** URLs of the bundled writers. */
  readonly writers: { readonly sqlite: string; readonly redis: string };
  /** Of the repository. */
  readonly root: string;
  /** The commit that stands for the release before this one; `null`: as `previousRelease` finds it. */
  readonly previous: string | null;
  /** Where failing seeds are kept. */
  readonly seeds: string;
  readonly tell: (done: number, of: number) => void;
}

export type Part = (options: PartOptions) => Promise<Facts>;
