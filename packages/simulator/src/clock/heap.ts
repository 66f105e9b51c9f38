/** One scheduled action; cancelled by clearing `run`. */
export interface WakeUp {
  readonly at: number;
  readonly order: number;
  run: (() => void) | undefined;
}

const before = (a: WakeUp, b: WakeUp): boolean => a.at < b.at || (a.at === b.at && a.order < b.order);

/** A binary heap of wake-ups: earliest first, first come first served at the same time. */
export class WakeUpHeap {
  readonly #items: WakeUp[] = [];

  push(item: WakeUp): void {
    const items = this.#items;
    let index = items.length;
    items.push(item);
    while (index > 0) {
      const parent = (index - 1) >> 1;
      const above = items[parent] as WakeUp;
      if (!before(item, above)) break;
      items[index] = above;
      index = parent;
    }
    items[index] = item;
  }

  /** Returns the earliest wake-up that has not been cancelled. */
  peek(): WakeUp | undefined {
    for (;;) {
      const first = this.#items[0];
      if (first === undefined || first.run !== undefined) return first;
      this.#removeFirst();
    }
  }

  pop(): WakeUp | undefined {
    const first = this.peek();
    if (first !== undefined) this.#removeFirst();
    return first;
  }

  #removeFirst(): void {
    const items = this.#items;
    const last = items.pop();
    if (last === undefined || items.length === 0) return;
    let index = 0;
    for (;;) {
      let child = index * 2 + 1;
      if (child >= items.length) break;
      if (child + 1 < items.length && before(items[child + 1] as WakeUp, items[child] as WakeUp)) child += 1;
      const below = items[child] as WakeUp;
      if (!before(below, last)) break;
      items[index] = below;
      index = child;
    }
    items[index] = last;
  }
}
