export const START = '[*]';

/** The edges of one diagram: from, to, and the event. */
export class Edges {
  private readonly labels = new Map<string, Set<string>>();

  add(from: string, to: string, label: string): void {
    if (from === to) return;
    const key = `${from} ${to}`;
    this.labels.set(key, (this.labels.get(key) ?? new Set()).add(label));
  }

  /** Draws them in the order of the phases. */
  draw(phases: readonly string[], last = 'ended'): string {
    const order = [START, ...phases];
    const rank = (key: string): number => {
      const [from = '', to = ''] = key.split(' ');
      return order.indexOf(from) * order.length + order.indexOf(to);
    };
    const lines = [...this.labels].sort(([a], [b]) => rank(a) - rank(b));
    return [
      '```mermaid',
      'stateDiagram-v2',
      ...lines.map(([key, labels]) => `  ${key.replace(' ', ' --> ')} : ${[...labels].sort().join('<br/>')}`),
      `  ${last} --> [*]`,
      '```',
    ].join('\n');
  }
}
