/** An XML element as the interpreter sees it. */
export interface Element {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly Element[];
  /** Its own text, white space collapsed. */
  readonly text: string;
}

/** A reason why a document cannot be used. */
export interface DocumentError {
  readonly code: number;
  readonly message: string;
}
