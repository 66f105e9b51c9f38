import { escapeAttribute, escapeText } from './xml-text.js';
import { tagOf, type Tag, type ToUrl } from './tags.js';
import type { Verb } from './twiml.js';

/** What we use of xmlbuilder2. */
export interface XmlBuilderModule {
  create(declaration: { version: string; encoding: string }): XmlNode;
}
interface XmlNode {
  ele(name: string): XmlNode;
  att(name: string, value: string): XmlNode;
  txt(content: string): XmlNode;
  end(): string;
}

/** TwiML as data becomes a document. */
export type Renderer = (verbs: readonly Verb[], url: ToUrl) => string;

/** Documents of ours have about twenty shapes; should there ever be more than this, all are built again when needed. */
const MAX_SHAPES = 200;
const HOLE = /\{\{\d+\}\}/;

/** A name on the way through a document, and what may come after it. Where a document ends, what stands between its holes. */
interface Step {
  readonly next: Map<string, Step>;
  parts: readonly string[] | null;
}

/**
 * Renders with xmlbuilder2, which is passed in: whoever renders loads it once, and is synchronous from then on.
 * A document's shape (its verbs and their attributes) is built once, with holes; values are escaped into the holes, so
 * that no document tree is built per reply and no value can ever become structure.
 */
export function createRenderer(xml: XmlBuilderModule): Renderer {
  let first: Step = { next: new Map(), parts: null };
  let shapes = 0;

  /** One step on; names are our own only, never a value. */
  function on(step: Step, name: string): Step {
    let next = step.next.get(name);
    if (next === undefined) {
      next = { next: new Map(), parts: null };
      step.next.set(name, next);
    }
    return next;
  }

  /** The step at the end of the tags. Collects the escaped values in document order. */
  function walk(from: Step, tags: readonly Tag[], values: string[]): Step {
    let step = from;
    for (const { name, attributes, text, children } of tags) {
      step = on(step, name);
      for (const [attribute, value] of attributes) {
        step = on(step, attribute);
        values.push(escapeAttribute(value));
      }
      if (text !== undefined) {
        step = on(step, '#');
        values.push(escapeText(text));
      }
      if (children !== undefined) step = walk(on(step, '('), children, values);
      step = on(step, ')');
    }
    return step;
  }

  function build(last: Step, tags: readonly Tag[]): readonly string[] {
    const full = shapes >= MAX_SHAPES;
    if (full) first = { next: new Map(), parts: null };
    shapes = full ? 1 : shapes + 1;
    const parts = shapeOf(xml, tags);
    (full ? walk(first, tags, []) : last).parts = parts;
    return parts;
  }

  return (verbs, url) => {
    const tags = verbs.map((verb) => tagOf(verb, url));
    const values: string[] = [];
    const last = walk(first, tags, values);
    const parts = last.parts ?? build(last, tags);
    let document = parts[0] ?? '';
    for (let index = 0; index < values.length; index += 1) {
      document += (values[index] ?? '') + (parts[index + 1] ?? '');
    }
    return document;
  };
}

/** What stands between the holes. No value of the document comes near it. */
function shapeOf(xml: XmlBuilderModule, tags: readonly Tag[]): readonly string[] {
  const root = xml.create({ version: '1.0', encoding: 'UTF-8' }).ele('Response');
  let holes = 0;
  const hole = (): string => `{{${String(holes++)}}}`;
  const add = (parent: XmlNode, tag: Tag): void => {
    const node = parent.ele(tag.name);
    for (const [attribute] of tag.attributes) node.att(attribute, hole());
    if (tag.text !== undefined) node.txt(hole());
    for (const child of tag.children ?? []) add(node, child);
  };
  for (const tag of tags) add(root, tag);
  return root.end().split(HOLE);
}
