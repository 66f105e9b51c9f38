import { SaxesParser } from 'saxes';
import type { DocumentError, Element } from './element.js';

/** Bytes in one document at most (twilio.com/docs/api/errors/11750). */
const LARGEST_DOCUMENT = 64 * 1024;

interface Open {
  name: string;
  attributes: Record<string, string>;
  children: Element[];
  text: string;
}

const close = (open: Open): Element => ({ ...open, text: open.text.replace(/\s+/g, ' ').trim() });

/** Parses a TwiML document strictly (twilio.com/docs/voice/twiml): well-formed, one `<Response>`, at most 64 kB. */
export function parseTwiml(text: string): Element | DocumentError {
  if (Buffer.byteLength(text) > LARGEST_DOCUMENT) return { code: 11750, message: 'TwiML document larger than 64 kB' };
  const parser = new SaxesParser({ xmlns: false, position: true });
  const stack: Open[] = [];
  let root: Element | undefined;
  let error: string | undefined;
  parser.on('error', (problem) => {
    error ??= problem.message;
  });
  parser.on('opentag', (tag) => {
    stack.push({ name: tag.name, attributes: tag.attributes, children: [], text: '' });
  });
  const addText = (piece: string): void => {
    const open = stack.at(-1);
    if (open !== undefined) open.text += piece;
  };
  parser.on('text', addText);
  parser.on('cdata', addText);
  parser.on('closetag', () => {
    const open = stack.pop();
    if (open === undefined) return;
    const element = close(open);
    const parent = stack.at(-1);
    if (parent === undefined) root = element;
    else parent.children.push(element);
  });
  parser.write(text.charCodeAt(0) === 0xfeff ? text.slice(1) : text).close();
  if (error !== undefined) return { code: 12100, message: `Document parse failure: ${error}` };
  if (root?.name !== 'Response') {
    return { code: 12102, message: `Invalid root element: expected Response, got ${root?.name ?? 'nothing'}` };
  }
  return root;
}
