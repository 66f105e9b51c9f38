import { countOrders, firstUnsettled, type Graph } from './graph.js';

/** One event that may happen next. */
export interface Move<Node> {
  readonly name: string;
  /**
   * Happens eventually if nothing else does: a request, a due task, a timer. The first forced move is what happens when nobody
   * acts.
   */
  readonly forced: boolean;
  readonly run: () => Node | Violation;
}

export interface Violation {
  readonly violation: string;
}

/** A world to explore: everything that may happen, in every order. */
export interface Model<Node> {
  readonly name: string;
  readonly initial: () => Node;
  readonly moves: (node: Node) => readonly Move<Node>[];
  /** Equal keys mean equal futures. */
  readonly key: (node: Node) => string;
  /** The invariants; returns a sentence if one is violated. */
  readonly check: (node: Node) => string | undefined;
  /** True if nothing more needs to happen: the call is over, or two people talk. */
  readonly settled: (node: Node) => boolean;
  /** Writes a test that replays the trace; it fails until the violation is fixed. */
  readonly test: (trace: readonly string[], violation: string) => string;
}

export interface ExploreOptions {
  /** Stops with `complete: false` beyond this many states. Default 20 million. */
  readonly maxStates?: number;
  /** Called every 100,000 states. */
  readonly onProgress?: (states: number, transitions: number) => void;
}

export interface Exploration {
  readonly model: string;
  readonly states: number;
  readonly transitions: number;
  /** Number of different orders of events from the start to an end, losses included; loops are counted once. */
  readonly orders: number;
  readonly complete: boolean;
  readonly violation: FoundViolation | null;
}

export interface FoundViolation {
  readonly what: string;
  /** A shortest trace to the violation. */
  readonly trace: readonly string[];
  /** The same as a test to keep. */
  readonly test: string;
}

/**
 * Visits every state of the model, nearest first, so that a violation's trace is a shortest one; then checks that from every
 * state the forced moves alone lead to a settled one.
 */
export function explore<Node>(model: Model<Node>, options: ExploreOptions = {}): Exploration {
  const maxStates = options.maxStates ?? 20_000_000;
  const ids = new Map<string, number>();
  const graph: Graph = { parent: [-1], parentMove: [-1], offsets: [0], targets: [], forced: [], settled: [] };
  const first = model.initial();
  ids.set(digest(model.key(first)), 0);
  let level: Node[] = [first];
  let visited = 0;
  let complete = true;

  const report = (violation: FoundViolation | null): Exploration => ({
    model: model.name,
    states: ids.size,
    transitions: graph.targets.length,
    orders: violation === null && complete ? countOrders(graph) : 0,
    complete,
    violation,
  });
  const failure = (what: string, state: number, extra?: number): Exploration =>
    report(trace(model, graph, what, state, extra));

  while (level.length > 0 && complete) {
    const next: Node[] = [];
    for (const node of level) {
      const id = visited;
      visited += 1;
      const wrong = model.check(node);
      if (wrong !== undefined) return failure(wrong, id);
      const settled = model.settled(node);
      graph.settled.push(settled);
      let forced = -1;
      const moves = model.moves(node);
      for (let index = 0; index < moves.length; index += 1) {
        const move = moves[index];
        if (move === undefined) continue;
        const after = attempt(move);
        if (isViolation(after)) return failure(after.violation, id, index);
        if (after === node) {
          graph.targets.push(id);
          continue;
        }
        const key = digest(model.key(after));
        let target = ids.get(key);
        if (target === undefined) {
          target = ids.size;
          ids.set(key, target);
          graph.parent.push(id);
          graph.parentMove.push(index);
          next.push(after);
        }
        graph.targets.push(target);
        if (move.forced && forced === -1) forced = target;
      }
      graph.offsets.push(graph.targets.length);
      graph.forced.push(forced);
      if (visited % 100_000 === 0) options.onProgress?.(ids.size, graph.targets.length);
      if (ids.size > maxStates) {
        complete = false;
        break;
      }
    }
    level = next;
  }
  if (complete) {
    const stuck = firstUnsettled(graph);
    if (stuck !== undefined) return report(alone(model, trace(model, graph, STUCK, stuck)));
  }
  return report(null);
}

/** Makes a move. A flow is total: an exception is a finding like any other. */
function attempt<Node>(move: Move<Node>): Node | Violation {
  try {
    return move.run();
  } catch (error) {
    return { violation: `not total: ${move.name} throws ${error instanceof Error ? error.message : String(error)}` };
  }
}

function isViolation(value: unknown): value is Violation {
  return typeof value === 'object' && value !== null && 'violation' in value;
}

const STUCK = 'P1: left alone, this call never comes to an end';

/** Appends the forced moves that never settle to the trace, until they repeat. */
function alone<Node>(model: Model<Node>, found: FoundViolation & { readonly node: Node }): FoundViolation {
  let { node } = found;
  const seen = new Set<string>();
  const names = [...found.trace, '… left alone:'];
  while (!seen.has(model.key(node))) {
    seen.add(model.key(node));
    const next = firstForced(model, node);
    if (next === undefined) break;
    names.push(next.name);
    node = next.after;
  }
  return { what: found.what, trace: names, test: found.test };
}

function firstForced<Node>(model: Model<Node>, node: Node): { name: string; after: Node } | undefined {
  for (const move of model.moves(node)) {
    if (!move.forced) continue;
    const after = attempt(move);
    if (!isViolation(after) && after !== node) return { name: move.name, after };
  }
  return undefined;
}

function trace<Node>(
  model: Model<Node>,
  graph: Graph,
  what: string,
  state: number,
  extra?: number,
): FoundViolation & { readonly node: Node } {
  const indices: number[] = extra === undefined ? [] : [extra];
  for (let at = state; at > 0; at = graph.parent[at] ?? 0) indices.unshift(graph.parentMove[at] ?? -1);
  const names: string[] = [];
  let node = model.initial();
  for (const index of indices) {
    const move = model.moves(node)[index];
    if (move === undefined) break;
    names.push(move.name);
    const after = attempt(move);
    if (isViolation(after)) break;
    node = after;
  }
  return { what, trace: names, test: model.test(names, what), node };
}

/**
 * Replays a trace, then waits until nothing more happens by itself. Returns the violation; `null` if there is none, or if the
 * world no longer takes this way.
 */
export function replay<Node>(model: Model<Node>, names: readonly string[]): string | null {
  let node = model.initial();
  for (const name of names) {
    const move = model.moves(node).find((candidate) => candidate.name === name);
    if (move === undefined) return null;
    const after = attempt(move);
    if (isViolation(after)) return after.violation;
    node = after;
    const wrong = model.check(node);
    if (wrong !== undefined) return wrong;
  }
  const seen = new Set<string>();
  while (!model.settled(node)) {
    const next = firstForced(model, node);
    if (next === undefined || seen.has(model.key(node))) return STUCK;
    seen.add(model.key(node));
    node = next.after;
  }
  return null;
}

/** Combines two independent 32-bit hashes: short keys for millions of states. */
function digest(text: string): string {
  let a = 0x811c9dc5;
  let b = 0x9747b28c;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    a = Math.imul(a ^ code, 0x01000193);
    b = Math.imul(b ^ code, 0x5bd1e995);
    b ^= b >>> 15;
  }
  return String.fromCharCode(a & 0xffff, a >>> 16, b & 0xffff, b >>> 16);
}
