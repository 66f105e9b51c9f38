import { escapeAttribute, escapeText } from './xml-text.js';
import { TEXT, writeVerb, type Piece, type TagWriter, type ToUrl } from './tags.js';
import type { Target, Verb } from './twiml.js';

/** The part of xmlbuilder2 that we use. */
export interface XmlBuilderModule {
  create(declaration: { version: string; encoding: string }): XmlNode;
}
interface XmlNode {
  ele(name: string): XmlNode;
  att(name: string, value: string): XmlNode;
  txt(content: string): XmlNode;
  up(): XmlNode;
  end(): string;
}

/** Renders TwiML given as data to a document. */
export type Renderer = (verbs: readonly Verb[], url: ToUrl) => string;

/** Our documents have about thirty shapes; if there are ever more than this, all are rebuilt when needed. */
const MAX_SHAPES = 200;
const HOLE = /\{\{\d+\}\}/;

/**
 * A step on the way through a document, and the steps that may follow. Where a document ends, it holds the text between its
 * holes.
 */
class Step {
  parts: readonly string[] | null = null;
  readonly #next = new Map<Piece, Step>();
  /** `null`: the start of every document. */
  readonly #from: { readonly before: Step; readonly piece: Piece } | null;

  constructor(from: { readonly before: Step; readonly piece: Piece } | null = null) {
    this.#from = from;
  }

  on(piece: Piece): Step {
    let next = this.#next.get(piece);
    if (next === undefined) {
      next = new Step({ before: this, piece });
      this.#next.set(piece, next);
    }
    return next;
  }

  /** Returns the pieces up to here. */
  way(): readonly Piece[] {
    return this.#from === null ? [] : [...this.#from.before.way(), this.#from.piece];
  }
}

/** Follows the steps of a document, and collects its escaped values in order. */
class Walk implements TagWriter {
  step: Step;
  readonly values: string[] = [];
  readonly #url: ToUrl;

  constructor(first: Step, url: ToUrl) {
    this.step = first;
    this.#url = url;
  }

  put(piece: Piece): void {
    this.step = this.step.on(piece);
  }

  fill(piece: Piece, value: string): void {
    this.step = this.step.on(piece);
    this.values.push(piece === TEXT ? escapeText(value) : escapeAttribute(value));
  }

  lead(piece: Piece, to: Target): void {
    if ('url' in to) this.fill(piece, to.url);
    else if (this.#url.escaped === undefined) this.fill(piece, this.#url(to));
    else {
      this.step = this.step.on(piece);
      this.values.push(this.#url.escaped(to));
    }
  }
}

/**
 * Creates a renderer on xmlbuilder2, which is passed in: it is loaded once, and rendering is synchronous from then on. A
 * document's shape (its verbs and their attributes) is built once, with holes; values are escaped into the holes, so no document
 * tree is built per reply and no value can ever become structure.
 */
export function createRenderer(xml: XmlBuilderModule): Renderer {
  let first = new Step();
  let shapes = 0;

  function build(last: Step): readonly string[] {
    const way = last.way();
    const full = shapes >= MAX_SHAPES;
    if (full) first = new Step();
    shapes = full ? 1 : shapes + 1;
    const parts = shapeOf(xml, way);
    (full ? way.reduce((step, piece) => step.on(piece), first) : last).parts = parts;
    return parts;
  }

  return (verbs, url) => {
    const walk = new Walk(first, url);
    for (const verb of verbs) writeVerb(verb, walk, url);
    const { step, values } = walk;
    const parts = step.parts ?? build(step);
    let document = parts[0] ?? '';
    for (let index = 0; index < values.length; index += 1) {
      document += (values[index] ?? '') + (parts[index + 1] ?? '');
    }
    return document;
  };
}

/** Builds the text between the holes. No value of the document takes part in it. */
function shapeOf(xml: XmlBuilderModule, way: readonly Piece[]): readonly string[] {
  let node = xml.create({ version: '1.0', encoding: 'UTF-8' }).ele('Response');
  let holes = 0;
  const hole = (): string => `{{${String(holes++)}}}`;
  for (const piece of way) {
    switch (piece.is) {
      case 'element':
        node = node.ele(piece.name);
        break;
      case 'attribute':
        node.att(piece.name, piece.value ?? hole());
        break;
      case 'text':
        node.txt(hole());
        break;
      case 'end':
        node = node.up();
    }
  }
  return node.end().split(HOLE);
}
