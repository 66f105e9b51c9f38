interface Transition {
  readonly from: string;
  readonly to: string;
  readonly causes: readonly string[];
}

const END = '[*]';
const ROW = 46;
const WIDTH = 720;
const MIDDLE = WIDTH / 2;
const BOX = { width: 132, height: 28 };

/**
 * Shows a state diagram as a picture and a table, in HTML: the pages load no program that draws it. The picture has a phase per line;
 * arrows on the right lead on, those on the left lead back.
 */
export function drawDiagram(code: string): string {
  const transitions = transitionsIn(code);
  return `${picture(transitions)}\n${table(transitions)}\n`;
}

export function transitionsIn(code: string): readonly Transition[] {
  return [...code.matchAll(/^ *(\S+) --> (\S+)(?: : (.*))?$/gm)].map(([, from = '', to = '', causes]) => ({
    from,
    to,
    causes: causes?.split('<br/>') ?? [],
  }));
}

function table(transitions: readonly Transition[]): string {
  const name = (phase: string, word: string): string =>
    phase === END ? `<em>${word}</em>` : `<code>${escaped(phase)}</code>`;
  const rows = transitions
    .filter(({ to }) => to !== END)
    .map(({ from, to, causes }) => {
      const when = causes.map(escaped).join('; ');
      return `<tr><td>${name(from, 'begin')}</td><td>${name(to, 'end')}</td><td>${when}</td></tr>`;
    });
  const head = '<thead><tr><th>from</th><th>to</th><th>when</th></tr></thead>';
  return `<table tabindex="0">${head}<tbody>${rows.join('')}</tbody></table>`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

function picture(transitions: readonly Transition[]): string {
  const isLast = (phase: string): boolean => transitions.some(({ from, to }) => from === phase && to === END);
  const named = [...new Set(transitions.flatMap(({ from, to }) => [from, to]))].filter((phase) => phase !== END);
  const phases = [...named.filter((phase) => !isLast(phase)), ...named.filter(isLast)];
  const arrows = transitions.filter(({ from, to }) => from !== END && to !== END);
  const y = (phase: string): number => phases.indexOf(phase) * ROW + ROW / 2;
  const height = phases.length * ROW;
  const paths = arrows.map(({ from, to }) => {
    const [a, b] = [phases.indexOf(from), phases.indexOf(to)];
    const side = b > a ? 1 : -1;
    const edge = MIDDLE + side * (BOX.width / 2);
    // Ends of arrows do not lie on one another: they leave below and arrive above, or the other way round.
    const [y1, y2] = [y(from) + side * 5, y(to) - side * 5];
    if (b - a === 1) {
      const x = MIDDLE;
      return `<path d="M${String(x)} ${String(y(from) + BOX.height / 2)}V${String(y(to) - BOX.height / 2 - 2)}"/>`;
    }
    const reach = edge + side * (24 + Math.abs(b - a) * 22);
    const tip = edge + side * 2;
    return `<path d="M${String(edge)} ${String(y1)}C${String(reach)} ${String(y1)} ${String(reach)} ${String(y2)} ${String(tip)} ${String(y2)}"/>`;
  });
  const boxes = phases.map((phase) => {
    const [x, top] = [MIDDLE - BOX.width / 2, y(phase) - BOX.height / 2];
    return `<rect x="${String(x)}" y="${String(top)}" width="${String(BOX.width)}" height="${String(BOX.height)}" rx="6"/><text x="${String(MIDDLE)}" y="${String(y(phase) + 5)}">${phase}</text>`;
  });
  const id = `tip-${phases.join('-')}`;
  return [
    `<svg class="phases" viewBox="0 0 ${String(WIDTH)} ${String(height)}" role="img" aria-label="The phases ${phases.join(', ')}; the table below has every arrow">`,
    `<defs><marker id="${id}" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path d="M0 0L8 4L0 8z"/></marker></defs>`,
    `<g class="arrows">${paths.map((one) => one.replace('<path ', `<path marker-end="url(#${id})" `)).join('')}</g>`,
    `<g class="boxes">${boxes.join('')}</g>`,
    '</svg>',
  ].join('');
}
