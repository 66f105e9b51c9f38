/** Figures of a part, by name, and broken promises. */
export interface Facts {
  readonly figures: Readonly<Record<string, number>>;
  readonly problems: readonly string[];
}

export interface PartOptions {
  readonly full: boolean;
  readonly seed: number;
  /** URLs of the bundled writers. */
  readonly writers: { readonly sqlite: string; readonly redis: string };
  /** Of the repository. */
  readonly root: string;
  /** Where failing seeds are kept. */
  readonly seeds: string;
  readonly tell: (done: number, of: number) => void;
}

export type Part = (options: PartOptions) => Promise<Facts>;
