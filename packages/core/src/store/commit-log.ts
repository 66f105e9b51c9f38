interface Entry {
  readonly sequence: number;
  readonly key: string;
}

/** Keys in the order of their commits. A key's older entries stay until they are more than half of all entries. */
export class CommitLog {
  #entries: Entry[] = [];
  #sequence = 0;

  /** Moves the key to the end and returns its new place. */
  append(key: string): number {
    this.#sequence += 1;
    this.#entries.push({ sequence: this.#sequence, key });
    return this.#sequence;
  }

  /** Returns what was appended after the sequence number, in order. */
  *after(sequence: number): IterableIterator<Entry> {
    const entries = this.#entries;
    let low = 0;
    let high = entries.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((entries[middle]?.sequence ?? Infinity) <= sequence) low = middle + 1;
      else high = middle;
    }
    for (let index = low; index < entries.length; index += 1) {
      const entry = entries[index];
      if (entry !== undefined) yield entry;
    }
  }

  /** Drops the entries that `current` no longer recognises, once they outnumber the `live` keys. */
  tidy(live: number, current: (entry: Entry) => boolean): void {
    if (this.#entries.length > 2 * live + 1000) this.#entries = this.#entries.filter(current);
  }
}
