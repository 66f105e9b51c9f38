import ts from 'typescript';
import { importsOf, walk, where, type Source } from './sources.js';

const CORE = 'packages/core/src/';

/** The rooms of core and their floor. `testing` is outside the floors. */
export const FLOORS: Readonly<Record<string, number>> = {
  kernel: 0,
  wire: 1,
  flows: 2,
  store: 3,
  runtime: 4,
  http: 5,
  twilio: 5,
};
const ROOF = 6;

/** The floors that decide, and so may not use the environment. */
const PURE = 2;

const WORLD: readonly string[] = [
  ...['Date', 'performance', 'crypto', 'fetch', 'process', 'console', 'Buffer', 'global', 'globalThis', 'require'],
  ...['setTimeout', 'setInterval', 'setImmediate', 'clearTimeout', 'clearInterval', 'clearImmediate', 'queueMicrotask'],
];

/** Packages that core may import, and from where. */
const OUTSIDE: readonly (readonly [name: string, from: RegExp])[] = [
  ['eventemitter3', /^(runtime|http)\//],
  ['xmlbuilder2', /^http\//],
  ['twilio', /^twilio\//],
];

/** Returns the importing room: `kernel/flow.ts` is in the room `kernel`. */
function roomOf(path: string): string {
  const inside = path.slice(CORE.length);
  return inside.includes('/') ? inside.slice(0, inside.indexOf('/')) : 'the roof';
}

function floorOf(path: string): number | undefined {
  const room = roomOf(path);
  return room === 'the roof' ? ROOF : FLOORS[room];
}

/** Returns rooms without a floor. */
export function strangeRooms(sources: readonly Source[]): readonly string[] {
  const rooms = new Set(sources.map(({ path }) => roomOf(path)));
  return [...rooms].filter((room) => !(room in FLOORS) && room !== 'testing' && room !== 'the roof');
}

/** Returns imports of a higher floor, and imports of testing from outside. */
export function climbing(sources: readonly Source[]): readonly string[] {
  return sources.flatMap((source) =>
    importsOf(source).flatMap(({ where, target }) => {
      if (target === null) return [];
      if (!target.startsWith(CORE)) return [`${where} leaves packages/core/src: ${target}`];
      const [from, to] = [roomOf(source.path), roomOf(target)];
      if (from === 'testing')
        return to === 'the roof' ? [`${where}: testing/ imports ${target} instead of the file it means`] : [];
      if (to === 'testing')
        return [`${where}: nothing outside testing/ imports testing/, but ${from} imports ${target}`];
      const [low, high] = [floorOf(source.path), floorOf(target)];
      if (low === undefined || high === undefined || high <= low) return [];
      return [`${where}: ${from} (floor ${String(low)}) climbs to ${to} (floor ${String(high)}) for ${target}`];
    }),
  );
}

/** Returns imports of packages and node: modules by a room that may not have them. */
export function foreign(sources: readonly Source[]): readonly string[] {
  return sources.flatMap((source) =>
    importsOf(source).flatMap(({ where, specifier, target }) => {
      if (target !== null) return [];
      const inside = source.path.slice(CORE.length);
      if (specifier.startsWith('node:')) {
        return (floorOf(source.path) ?? ROOF) > PURE
          ? []
          : [`${where}: ${roomOf(source.path)} is pure, but imports ${specifier}`];
      }
      const allowed = OUTSIDE.find(([name]) => specifier === name || specifier.startsWith(`${name}/`));
      if (allowed?.[1].test(inside) === true) return [];
      return [`${where}: ${roomOf(source.path)} may not import ${specifier}`];
    }),
  );
}

/** Returns uses of globals on the floors that decide. A property or parameter of that name is not the global. */
export function worldly(sources: readonly Source[]): readonly string[] {
  return sources.flatMap((source) => {
    if ((floorOf(source.path) ?? ROOF) > PURE) return [];
    const found: string[] = [];
    walk(source.tree, (node) => {
      if (isRandom(node)) found.push(`${where(source, node)}: Math.random`);
      if (!ts.isIdentifier(node) || !WORLD.includes(node.text) || isOnlyAName(node)) return;
      found.push(`${where(source, node)}: ${node.text}`);
    });
    return found;
  });
}

function isRandom(node: ts.Node): boolean {
  return ts.isPropertyAccessExpression(node) && node.getText() === 'Math.random';
}

function isOnlyAName(node: ts.Identifier): boolean {
  const { parent } = node;
  return (
    (ts.isPropertyAccessExpression(parent) && parent.name === node) ||
    ((ts.isPropertyAssignment(parent) || ts.isPropertySignature(parent) || ts.isParameter(parent)) &&
      parent.name === node)
  );
}

/** Returns state that outlives a function call: a top-level variable, or a collection that is not typed as read-only. */
export function moduleState(sources: readonly Source[]): readonly string[] {
  return sources.flatMap((source) =>
    source.tree.statements.flatMap((statement) => {
      if (!ts.isVariableStatement(statement)) return [];
      const constant = (statement.declarationList.flags & ts.NodeFlags.Const) !== 0;
      return statement.declarationList.declarations.flatMap((declaration) => {
        const name = declaration.name.getText(source.tree);
        if (!constant) return [`${where(source, declaration)}: \`${name}\` can be assigned again`];
        return isCollection(declaration.initializer) &&
          declaration.type?.getText(source.tree).startsWith('Readonly') !== true
          ? [
              `${where(source, declaration)}: \`${name}\` can be filled; type it as Readonly…, or make it where it is used`,
            ]
          : [];
      });
    }),
  );
}

function isCollection(value: ts.Expression | undefined): boolean {
  return (
    value !== undefined &&
    ts.isNewExpression(value) &&
    /^(Map|Set|WeakMap|WeakSet|Array|EventEmitter)$/.test(value.expression.getText())
  );
}

/** Returns the classes a package declares. */
export function classesOf(sources: readonly Source[]): readonly string[] {
  const names: string[] = [];
  for (const { tree } of sources) {
    walk(tree, (node) => {
      if (ts.isClassDeclaration(node) && node.name !== undefined) names.push(node.name.text);
    });
  }
  return names;
}

/** Returns uses of `instanceof` with one of these classes. */
export function instanceOf(sources: readonly Source[], classes: readonly string[]): readonly string[] {
  return sources.flatMap((source) => {
    const found: string[] = [];
    walk(source.tree, (node) => {
      if (!ts.isBinaryExpression(node) || node.operatorToken.kind !== ts.SyntaxKind.InstanceOfKeyword) return;
      const name = node.right.getText(source.tree);
      if (classes.includes(name)) found.push(`${where(source, node)}: instanceof ${name}`);
    });
    return found;
  });
}

/** Returns circles of files that import each other, types too: each circle once, its files in order. */
export function circles(sources: readonly Source[]): readonly (readonly string[])[] {
  const targets = new Map(
    sources.map((source) => [source.path, importsOf(source).flatMap(({ target }) => target ?? [])] as const),
  );
  // Tarjan: strongly connected files; the recursion is no problem in packages of this size.
  const found: string[][] = [];
  const numbers = new Map<string, number>();
  const lows = new Map<string, number>();
  const stack: string[] = [];
  function visit(path: string): void {
    numbers.set(path, numbers.size);
    lows.set(path, numbers.get(path) ?? 0);
    stack.push(path);
    for (const target of targets.get(path) ?? []) {
      if (!targets.has(target)) continue;
      if (!numbers.has(target)) visit(target);
      if (stack.includes(target)) lows.set(path, Math.min(lows.get(path) ?? 0, lows.get(target) ?? 0));
    }
    if (lows.get(path) !== numbers.get(path)) return;
    const circle = stack.splice(stack.indexOf(path));
    if (circle.length > 1 || targets.get(path)?.includes(path) === true) found.push(circle.sort());
  }
  for (const path of targets.keys()) if (!numbers.has(path)) visit(path);
  return found;
}
