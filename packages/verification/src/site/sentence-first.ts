/** A page begins with what a thing is, and ends with where it is defined. */
export function sentenceFirst(page: string): string {
  const [line = ''] = /^Defined in: .*\n+/m.exec(page.split('\n## ')[0] ?? '') ?? [];
  return line === '' ? page : `${page.replace(line, '').trimEnd()}\n\n---\n\n${line.trimEnd()}\n`;
}
