/** What an exploration keeps of each state, by number: small arrays instead of millions of objects. */
export interface Graph {
  readonly parent: number[];
  readonly parentMove: number[];
  /** The `targets` of state n are at `offsets[n]` to `offsets[n + 1]`. */
  readonly offsets: number[];
  readonly targets: number[];
  /** Where the first forced move leads; -1 if there is none. */
  readonly forced: number[];
  readonly settled: boolean[];
}

/** Returns the first state from which the forced moves alone never reach a settled one. */
export function firstUnsettled(graph: Graph): number | undefined {
  const fine = new Int8Array(graph.settled.length);
  for (let start = 0; start < fine.length; start += 1) {
    const path: number[] = [];
    let at = start;
    // 0 unknown, 1 on this path, 2 leads to a settled state
    while (at !== -1 && fine[at] === 0 && graph.settled[at] !== true) {
      fine[at] = 1;
      path.push(at);
      at = graph.forced[at] ?? -1;
    }
    if (at === -1 || fine[at] === 1) return start;
    fine[at] = 2;
    for (const state of path) fine[state] = 2;
  }
  return undefined;
}

/** Counts the paths from the first state to a state without successors; an edge back to a state on the path counts as an end. */
export function countOrders(graph: Graph): number {
  const states = graph.settled.length;
  const ways = new Float64Array(states);
  const seen = new Int8Array(states);
  const cursor = new Int32Array(states);
  const stack = [0];
  seen[0] = 1;
  while (stack.length > 0) {
    const state = stack[stack.length - 1] ?? 0;
    const from = graph.offsets[state] ?? 0;
    const to = graph.offsets[state + 1] ?? from;
    const at = from + (cursor[state] ?? 0);
    if (at >= to) {
      if (from === to) ways[state] = 1;
      seen[state] = 2;
      stack.pop();
      const above = stack[stack.length - 1];
      if (above !== undefined) ways[above] = (ways[above] ?? 0) + (ways[state] ?? 0);
      continue;
    }
    cursor[state] = (cursor[state] ?? 0) + 1;
    const target = graph.targets[at] ?? 0;
    if (seen[target] === 0) {
      seen[target] = 1;
      stack.push(target);
    } else {
      ways[state] = (ways[state] ?? 0) + (seen[target] === 2 ? (ways[target] ?? 0) : 1);
    }
  }
  return ways[0] ?? 0;
}
