import { readFileSync } from 'node:fs';
import { posix } from 'node:path';
import ts from 'typescript';
import { ROOT, walk } from '../helpers/sources.js';

/** An option as its type in the code has it. */
export interface DeclaredOption {
  /** Such as `number` or `readonly string[]`, without `undefined`. */
  readonly type: string;
  /** What its comment says; empty: it has none. */
  readonly comment: string;
}

const parsed = new Map<string, ts.SourceFile>();

function treeOf(path: string): ts.SourceFile {
  const known = parsed.get(path);
  if (known !== undefined) return known;
  const tree = ts.createSourceFile(path, readFileSync(ROOT + path, 'utf8'), ts.ScriptTarget.ES2022, true);
  parsed.set(path, tree);
  return tree;
}

/** Returns the keys of an object in a file, such as `OPTIONS`; spread objects are looked up, in other files too. */
export function keysOf(path: string, name: string): string[] {
  const tree = treeOf(path);
  for (const statement of tree.statements) {
    if (!ts.isVariableStatement(statement)) continue;
    for (const declared of statement.declarationList.declarations) {
      if (declared.name.getText(tree) === name && declared.initializer !== undefined) {
        return keysIn(path, declared.initializer);
      }
    }
  }
  const from = importOf(tree, path, name);
  if (from === null) throw new Error(`${path} has no ${name}`);
  return keysOf(from, name);
}

function keysIn(path: string, value: ts.Expression): string[] {
  const object = withoutType(value);
  if (ts.isIdentifier(object)) return keysOf(path, object.text);
  // Object.keys({ … })
  if (ts.isCallExpression(object) && object.arguments[0] !== undefined) return keysIn(path, object.arguments[0]);
  if (!ts.isObjectLiteralExpression(object)) throw new Error(`${path}: ${object.getText()} is no object of names`);
  return object.properties.flatMap((property) =>
    ts.isSpreadAssignment(property)
      ? keysIn(path, property.expression)
      : [(property.name as ts.Identifier | ts.StringLiteral).text],
  );
}

function withoutType(value: ts.Expression): ts.Expression {
  if (ts.isAsExpression(value) || ts.isSatisfiesExpression(value) || ts.isParenthesizedExpression(value)) {
    return withoutType(value.expression);
  }
  return value;
}

function importOf(tree: ts.SourceFile, path: string, name: string): string | null {
  for (const statement of tree.statements) {
    if (!ts.isImportDeclaration(statement)) continue;
    const names = statement.importClause?.namedBindings;
    if (names === undefined || !ts.isNamedImports(names)) continue;
    if (!names.elements.some((element) => element.name.text === name)) continue;
    const specifier = (statement.moduleSpecifier as ts.StringLiteral).text;
    return specifier.startsWith('.') ? posix.join(posix.dirname(path), specifier).replace(/\.js$/, '.ts') : null;
  }
  return null;
}

/** Returns the properties of an interface, by name; those of what it extends are not among them. */
export function propertiesOf(path: string, name: string): ReadonlyMap<string, DeclaredOption> {
  const tree = treeOf(path);
  const found = tree.statements.find(
    (one): one is ts.InterfaceDeclaration => ts.isInterfaceDeclaration(one) && one.name.text === name,
  );
  if (found === undefined) throw new Error(`${path} has no interface ${name}`);
  return new Map(
    found.members.filter(ts.isPropertySignature).map((member) => [
      member.name.getText(tree),
      {
        type: (member.type?.getText(tree) ?? '').replace(/\s*\|\s*undefined\b/g, ''),
        comment: ts
          .getJSDocCommentsAndTags(member)
          .map((comment) => ts.getTextOfJSDocComment(comment.comment as string) ?? '')
          .join(' ')
          .replace(/\s+/g, ' '),
      },
    ]),
  );
}

/**
 * Returns names that a file has only as text: the strings of the lists with one of the given names, and the keys of objects that match
 * the pattern.
 */
export function stringsIn(path: string, lists: readonly string[], keys?: RegExp): string[] {
  const found = new Set<string>();
  walk(treeOf(path), (node) => {
    if (!ts.isPropertyAssignment(node) && !ts.isVariableDeclaration(node)) return;
    const name = node.name.getText();
    const value = node.initializer;
    if (lists.includes(name) && value !== undefined && ts.isArrayLiteralExpression(value)) {
      for (const item of value.elements) if (ts.isStringLiteral(item)) found.add(item.text);
    }
    if (keys?.test(name) === true && ts.isPropertyAssignment(node)) found.add(name);
  });
  return [...found];
}
