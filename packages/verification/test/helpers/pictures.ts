/** Pictures for the guides, as SVG: of a terminal, and of console forms. Drawn from text, so that they stay up to date. */

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

/** Keeps spaces that renderers would collapse. */
const kept = (text: string): string => escaped(text).replaceAll(' ', '\u00a0');

const COLOURS: Readonly<Record<string, string>> = {
  green: '#6fd39b',
  yellow: '#f3c069',
  red: '#ff9487',
  cyan: '#8fd3e8',
  dim: '#8b95a5',
};

/** Marks text as `paint` of a terminal would, so that the colours can be found again. */
export function marked(style: unknown, text: string): string {
  return `\ue001${String(style)}\ue002${text}\ue003`;
}

const CELL = 7.8;
const ROW = 19;
const MONO = "ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace";

/** Draws a terminal after a command. Long lines are wrapped. */
export function terminalPicture(title: string, command: string, lines: readonly string[], columns = 112): string {
  const rows = [`${marked('green', '$')} ${command}`, ...lines.flatMap((line) => wrapped(line, columns))];
  const width = Math.ceil(columns * CELL + 40);
  const height = rows.length * ROW + 64;
  const texts = rows.map((row, index) => `<text x="20" y="${String(58 + index * ROW)}">${spans(row)}</text>`);
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${String(width)} ${String(height)}" width="${String(width)}" height="${String(height)}" role="img" aria-label="${escaped(title)}">
<rect width="100%" height="100%" rx="10" fill="#14181f"/>
<circle cx="22" cy="20" r="6" fill="#ff6a5e"/><circle cx="42" cy="20" r="6" fill="#f3c069"/><circle cx="62" cy="20" r="6" fill="#6fd39b"/>
<g font-family="${escaped(MONO)}" font-size="13" fill="#e9ecf1">
${texts.join('\n')}
</g>
</svg>
`;
}

function wrapped(line: string, columns: number): string[] {
  const bare = (text: string): number => text.replace(/\ue001[^\ue002]*\ue002|\ue003/g, '').length;
  if (bare(line) <= columns) return [line];
  const indent = Math.max(21, /^ */.exec(line)?.[0].length ?? 0) + 2;
  const rows: string[] = [];
  let row = '';
  for (const word of line.split(/(?<= )/)) {
    if (bare(row) + bare(word) > columns && row !== '') {
      rows.push(row.trimEnd());
      row = ' '.repeat(indent);
    }
    row += word;
  }
  return [...rows, row];
}

function spans(row: string): string {
  return row
    .split(/(\ue001[^\ue003]*\ue003)/)
    .map((part) => {
      const [, style, text] = /^\ue001([^\ue002]*)\ue002([^\ue003]*)\ue003$/.exec(part) ?? [];
      if (style === undefined || text === undefined) return kept(part);
      return `<tspan fill="${COLOURS[style] ?? '#e9ecf1'}">${kept(text)}</tspan>`;
    })
    .join('');
}

export interface FormField {
  readonly label: string;
  readonly value: string;
  /** A hint for it. */
  readonly hint?: string;
}

/** Draws a console form with the value of each field. A sketch rather than a photograph: consoles change their looks. */
export function formPicture(place: string, title: string, fields: readonly FormField[]): string {
  const width = 760;
  const heights = fields.map(({ hint }) => (hint === undefined ? 70 : 90));
  const height = 96 + heights.reduce((sum, one) => sum + one, 0);
  let top = 88;
  const rows = fields.map(({ label, value, hint }, index) => {
    const y = top;
    top += heights[index] ?? 0;
    const note =
      hint === undefined
        ? ''
        : `\n<text x="28" y="${String(y + 72)}" font-size="12.5" fill="#565e6c">${escaped(hint)}</text>`;
    return `<text x="28" y="${String(y + 14)}" font-size="13" font-weight="600" fill="#171b22">${escaped(label)}</text>
<rect x="28" y="${String(y + 22)}" width="${String(width - 56)}" height="34" rx="6" fill="#fff" stroke="#858c99"/>
<text x="40" y="${String(y + 44)}" font-size="14" font-family="${escaped(MONO)}" fill="#2450c8">${escaped(value)}</text>${note}`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${String(width)} ${String(height)}" width="${String(width)}" height="${String(height)}" role="img" aria-label="${escaped(`${title}: ${fields.map(({ label, value }) => `${label}: ${value}`).join('; ')}`)}">
<rect x="0.5" y="0.5" width="${String(width - 1)}" height="${String(height - 1)}" rx="10" fill="#f5f6f8" stroke="#dfe2e8"/>
<g font-family="system-ui, 'Segoe UI', Roboto, 'DejaVu Sans', sans-serif">
<text x="28" y="34" font-size="12.5" fill="#565e6c">${escaped(place)}</text>
<text x="28" y="62" font-size="20" font-weight="650" fill="#171b22">${escaped(title)}</text>
${rows.join('\n')}
</g>
</svg>
`;
}
