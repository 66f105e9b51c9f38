/** What is read of a reflection in TypeDoc's JSON. */
export interface Reflection {
  readonly name: string;
  readonly kind: number;
  readonly comment?: Comment;
  readonly children?: readonly Reflection[];
  readonly signatures?: readonly Reflection[];
  readonly type?: { readonly declaration?: Reflection };
  readonly sources?: readonly { readonly fileName: string; readonly line: number }[];
}

interface Comment {
  readonly summary?: readonly Part[];
  readonly blockTags?: readonly { readonly tag: string; readonly content: readonly Part[] }[];
}

interface Part {
  readonly text: string;
}

/** A name that users import from: `@amd/core/http`. */
export interface Entry {
  readonly name: string;
  /** From the root, such as `packages/core/src/http/index.ts`. */
  readonly source: string;
}

/** A place where the reference has nothing to say. */
export interface Gap {
  readonly entry: string;
  /** `null`: the entry point as a whole. */
  readonly export: string | null;
  /** `packages/core/src/kernel/ids.ts:15` */
  readonly where: string;
  readonly missing: string;
}

/** An example of a comment. */
export interface Example {
  readonly entry: string;
  readonly of: string;
  readonly where: string;
  readonly code: string;
}

/** An export that is documented where it comes from. */
const REFERENCE = 4_194_304;

/** A comment of fewer words repeats the name. */
const WORDS = 3;

/**
 * Returns what the reference lacks: a module comment with a sentence and an example for every entry point, and a sentence for every
 * export. Members of exports are not looked at.
 */
export function gapsOf(project: Reflection, entries: readonly Entry[]): readonly Gap[] {
  return entries.flatMap(({ name: entry, source }): Gap[] => {
    const found = moduleOf(project, source);
    if (found === undefined) {
      return [{ entry, export: null, where: source, missing: 'TypeDoc has not read it: does it export anything?' }];
    }
    const gap = (missing: string): Gap => ({ entry, export: null, where: source, missing });
    return [
      ...(found.name === entry ? [] : [gap(`a comment at its start that ends with "@module ${entry}"`)]),
      ...(hasSentence(found) ? [] : [gap('a sentence about the entry point')]),
      ...(examplesIn(found).length > 0 ? [] : [gap('an example: @example with a block of ```ts')]),
      ...(found.children ?? [])
        .filter((one) => one.kind !== REFERENCE && !isDescribed(one))
        .map((one) => ({ entry, export: one.name, where: whereOf(one) ?? source, missing: 'a sentence' })),
    ];
  });
}

/** Returns every example of the entry points and of their exports. */
export function examplesOf(project: Reflection, entries: readonly Entry[]): readonly Example[] {
  return entries.flatMap(({ name: entry, source }) => {
    const found = moduleOf(project, source);
    if (found === undefined) return [];
    return [found, ...(found.children ?? [])].flatMap((one) =>
      [one, ...(one.signatures ?? [])].flatMap((place) =>
        examplesIn(place).map((code) => ({ entry, of: one.name, where: whereOf(one) ?? source, code })),
      ),
    );
  });
}

/** One line for people, as in `@amd/core: isE164 (packages/core/src/kernel/ids.ts:63) needs a sentence`. */
export function gapLine({ entry, export: name, where, missing }: Gap): string {
  return `${entry}: ${name === null ? where : `${name} (${where})`} needs ${missing}`;
}

/** How many exports the gate has looked at. */
export function countExports(project: Reflection, entries: readonly Entry[]): number {
  return entries.reduce((sum, { source }) => sum + (moduleOf(project, source)?.children?.length ?? 0), 0);
}

function moduleOf(project: Reflection, source: string): Reflection | undefined {
  return project.children?.find((one) => one.sources?.[0]?.fileName === source);
}

function whereOf({ sources, signatures }: Reflection): string | undefined {
  const [first] = sources ?? signatures?.[0]?.sources ?? [];
  return first && `${first.fileName}:${String(first.line)}`;
}

/** A function's comment is on a signature, and so is that of a type that is a function. */
function isDescribed(one: Reflection): boolean {
  return [one, ...(one.signatures ?? []), ...(one.type?.declaration?.signatures ?? [])].some(hasSentence);
}

function hasSentence({ comment }: Reflection): boolean {
  const text = (comment?.summary ?? []).map((part) => part.text).join('');
  return text.split(/\s+/).filter((word) => /\w/.test(word)).length >= WORDS;
}

function examplesIn({ comment }: Reflection): string[] {
  return (comment?.blockTags ?? [])
    .filter(({ tag }) => tag === '@example')
    .flatMap(({ content }) => [
      ...content
        .map(({ text }) => text)
        .join('')
        .matchAll(/^```ts\n([^]*?)^```/gm),
    ])
    .map(([, code = '']) => code);
}
