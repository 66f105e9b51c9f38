import type { Element } from './element.js';
import { SCHEMA, allowsChild } from './schema.js';
import { valueProblem } from './values.js';

const LOOSE = new Set(['Sms', 'Message', 'Pay', 'Prompt', 'Refer', 'Start', 'Stop', 'Connect', 'Echo', 'Siprec']);

/** Returns what Twilio would warn about (12200) in a document that can be parsed. Names are case-sensitive. */
export function schemaWarnings(element: Element, warnings: string[] = []): readonly string[] {
  const shape = SCHEMA[element.name];
  if (shape === undefined) return warnings;
  for (const [name, value] of Object.entries(element.attributes)) {
    if (!shape.attributes.has(name)) warnings.push(`Attribute '${name}' is not allowed on <${element.name}>`);
    else {
      const problem = valueProblem(element.name, name, value);
      if (problem !== undefined) warnings.push(`Attribute '${name}' of <${element.name}>: ${problem}`);
    }
  }
  if (shape.children !== undefined && element.name !== 'Dial' && element.name !== 'Enqueue' && element.text !== '') {
    warnings.push(`Text is not allowed in <${element.name}>`);
  }
  for (const child of element.children) {
    if (!allowsChild(element.name, child.name)) warnings.push(`<${child.name}> is not allowed in <${element.name}>`);
    else if (!LOOSE.has(child.name)) schemaWarnings(child, warnings);
  }
  return warnings;
}
