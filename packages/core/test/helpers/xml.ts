import { SaxesParser } from 'saxes';

export interface Element {
  readonly name: string;
  readonly attributes: Record<string, string>;
  text: string;
  readonly children: Element[];
}

/** Parses with a parser independent of the renderer. Throws if the document is not well formed. */
export function parseXml(document: string): Element {
  const parser = new SaxesParser();
  const root: Element = { name: '', attributes: {}, text: '', children: [] };
  const open: Element[] = [root];
  parser.on('error', (error) => {
    throw error;
  });
  parser.on('opentag', ({ name, attributes }) => {
    const element: Element = { name, attributes: { ...attributes }, text: '', children: [] };
    open.at(-1)?.children.push(element);
    open.push(element);
  });
  parser.on('text', (text) => {
    const element = open.at(-1);
    if (element !== undefined) element.text += text;
  });
  parser.on('closetag', () => {
    open.pop();
  });
  parser.write(document).close();
  const [response] = root.children;
  if (response === undefined) throw new Error('there is no root element');
  return response;
}

export function names(element: Element): unknown {
  return element.children.length === 0 ? element.name : [element.name, ...element.children.map(names)];
}
