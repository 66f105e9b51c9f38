import { readFile } from 'node:fs/promises';
import { LineCounter, parseDocument, type Document } from 'yaml';
import { CliError } from '../terminal/exit.js';
import { SET_UP, type SetUp } from './set-up.js';

/** Many times the size of a large file; YAML from elsewhere must not exhaust the memory. */
const MAX_BYTES = 1_000_000;

/**
 * Reads the file that describes TaskRouter; YAML, and so JSON too.
 * @throws CliError that names every problem with its line
 */
export async function readSetUp(path: string): Promise<SetUp> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if ((error as { code?: unknown }).code === 'ENOENT') {
      throw new CliError(
        `There is no file ${path}. Create one with "amd taskrouter init", or export a workspace you have: "amd taskrouter export"`,
      );
    }
    throw new CliError(`${path} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
  return parseSetUp(text, path);
}

/**
 * Reads a set-up from the text of a YAML file; messages name `path`.
 * @throws CliError that names every problem with its line
 */
export function parseSetUp(text: string, path: string): SetUp {
  if (Buffer.byteLength(text) > MAX_BYTES)
    throw new CliError(`${path} is larger than a megabyte: is it the right file?`);
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const at = (offset: number): string => {
    const { line, col } = lines.linePos(offset);
    return `${path}:${String(line)}:${String(col)}`;
  };
  if (document.errors.length > 0) {
    const details = document.errors.map(({ pos, message }) => `${at(pos[0])}  ${message}`);
    throw new CliError(`${path} is not YAML:`, { details });
  }
  const result = SET_UP.safeParse(document.toJS({ maxAliasCount: 100 }) ?? {});
  if (result.success) return result.data;
  const problems = result.error.issues.flatMap((issue) => {
    const names = issue.code === 'unrecognized_keys' ? issue.keys : [null];
    return names.map((key) => {
      const where = key === null ? issue.path : [...issue.path, key];
      const message =
        key === null ? issue.message : 'is not known: "amd taskrouter init" writes a file with all fields';
      return { offset: offsetOf(document, where), text: `${field(where)} ${message}` };
    });
  });
  problems.sort((a, b) => a.offset - b.offset);
  const details = problems.map(({ offset, text: said }) => `${at(offset)}  ${said}`);
  throw new CliError(`${path} cannot be used:`, { details });
}

/** Returns where the field, or the nearest one, begins. */
function offsetOf(document: Document, path: readonly PropertyKey[]): number {
  for (let length = path.length; length >= 0; length -= 1) {
    const node = document.getIn(path.slice(0, length), true) as { range?: readonly number[] | null } | undefined;
    if (node?.range?.[0] !== undefined) return node.range[0];
  }
  return 0;
}

/** Formats a path as `workers[1].phone`; names the whole file if it is empty. */
function field(path: readonly PropertyKey[]): string {
  const name = path.map((part) => (typeof part === 'number' ? `[${String(part)}]` : `.${String(part)}`)).join('');
  return name === '' ? 'the file' : name.replace(/^\./, '');
}
