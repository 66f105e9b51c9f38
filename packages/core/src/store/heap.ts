/** What stands in a heap. */
export interface Placed {
  /** Where it is in the heap; -1: nowhere. */
  place: number;
}

/** The earliest comes first. Everything knows its place, so that a timer that is stopped leaves nothing behind. */
export class Heap<Item extends Placed> {
  readonly #items: Item[] = [];
  readonly #earlier: (a: Item, b: Item) => boolean;

  constructor(earlier: (a: Item, b: Item) => boolean) {
    this.#earlier = earlier;
  }

  push(item: Item): void {
    this.#up(item, this.#items.length);
  }

  remove(item: Item): void {
    const { place } = item;
    if (place === -1) return;
    item.place = -1;
    const last = this.#items.pop();
    if (last === undefined || last === item) return;
    const above = this.#items[(place - 1) >> 1];
    if (above !== undefined && this.#earlier(last, above)) this.#up(last, place);
    else this.#down(last, place);
  }

  get first(): Item | undefined {
    return this.#items[0];
  }

  #up(item: Item, from: number): void {
    let index = from;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      const above = this.#items[parent];
      if (above === undefined || !this.#earlier(item, above)) break;
      this.#put(above, index);
      index = parent;
    }
    this.#put(item, index);
  }

  #down(item: Item, from: number): void {
    let index = from;
    for (;;) {
      let child = 2 * index + 1;
      let below = this.#items[child];
      if (below === undefined) break;
      const right = this.#items[child + 1];
      if (right !== undefined && this.#earlier(right, below)) {
        child += 1;
        below = right;
      }
      if (!this.#earlier(below, item)) break;
      this.#put(below, index);
      index = child;
    }
    this.#put(item, index);
  }

  #put(item: Item, index: number): void {
    this.#items[index] = item;
    item.place = index;
  }
}
