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

/** Documents of ours have about twenty shapes; a shape that falls out is built again when it is needed. */
const MAX_SHAPES = 200;
const HOLE = /\{\{\d+\}\}/;

/**
 * Renders with xmlbuilder2, which is passed in: whoever renders loads it once, and is synchronous from then on.
 * A document's shape (its verbs and their attributes) is built once, with holes; values are escaped into the holes, so
 * that no document tree is built per reply and no value can ever become structure.
 */
export function createRenderer(xml: XmlBuilderModule): Renderer {
  const shapes = new Map<string, readonly string[]>();
  return (verbs, url) => {
    const tags = verbs.map((verb) => tagOf(verb, url));
    const values: string[] = [];
    const key = outline(tags, values);
    let parts = shapes.get(key);
    if (parts === undefined) {
      parts = shapeOf(xml, tags);
      const oldest = shapes.keys().next();
      if (shapes.size >= MAX_SHAPES && oldest.done !== true) shapes.delete(oldest.value);
      shapes.set(key, parts);
    }
    let document = parts[0] ?? '';
    for (const [index, value] of values.entries()) document += value + (parts[index + 1] ?? '');
    return document;
  };
}

/** The shape's name, made of our own names only. Collects the escaped values in document order. */
function outline(tags: readonly Tag[], values: string[]): string {
  let key = '';
  for (const { name, attributes, text, children } of tags) {
    key += name;
    for (const [attribute, value] of attributes) {
      key += `@${attribute}`;
      values.push(escapeAttribute(value));
    }
    if (text !== undefined) {
      key += '#';
      values.push(escapeText(text));
    }
    key += children === undefined ? ';' : `(${outline(children, values)})`;
  }
  return key;
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
