import type { Figure, Section, Verdict } from './figure.js';

export interface ReportOptions {
  readonly only?: string | undefined;
  readonly quick: boolean;
  /** Prints rows of a Markdown table instead of lines. */
  readonly markdown: boolean;
}

/** Measures the selected sections and prints their figures. Returns the exit code: 1 if a figure is below its goal. */
export async function report(
  sections: readonly Section[],
  { only = '', quick, markdown }: ReportOptions,
): Promise<number> {
  const wanted = sections.filter(({ figures }) => figures.some((name) => matches(name, only)));
  if (wanted.length === 0) {
    console.error(`No figure has "${only}" in its name. Try npm run bench -- --help`);
    return 2;
  }
  console.log(`Node ${process.version}, ${process.platform} ${process.arch}${quick ? ', quick: not a verdict' : ''}\n`);
  if (markdown) console.log(TABLE_HEAD);
  const counts: Record<Verdict, number> = { ok: 0, 'below goal': 0, skipped: 0 };
  for (const section of wanted) {
    const progress = (text: string): void => show(`… ${section.name}: ${text}`);
    progress('measuring');
    const figures = await section.run({ quick, progress });
    show('');
    for (const figure of figures.filter(({ name }) => matches(name, only))) {
      counts[figure.verdict] += 1;
      console.log(markdown ? row(figure) : line(figure));
    }
  }
  const skipped = counts.skipped === 0 ? '' : `, ${String(counts.skipped)} skipped`;
  console.log(`\n${String(counts.ok)} ok, ${String(counts['below goal'])} below goal${skipped}`);
  return counts['below goal'] === 0 ? 0 : 1;
}

function matches(name: string, only: string): boolean {
  return name.toLowerCase().includes(only.toLowerCase());
}

function line({ name, goal, verdict, value, detail }: Figure): string {
  return `${verdict.padEnd(10)}  ${name}: ${value}, goal ${goal}\n            ${detail}`;
}

const TABLE_HEAD = '| figure | median (least–most) | goal | | made from |\n| --- | --- | --- | --- | --- |';

function row({ name, value, goal, verdict, detail }: Figure): string {
  return `| ${[name, value, goal, verdict, detail].map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}

/** Shows progress on one line that is overwritten; prints nothing when the output is not a terminal. */
function show(text: string): void {
  if (!process.stderr.isTTY) return;
  process.stderr.write(`\r\u001b[K${text.slice(0, (process.stderr.columns || 80) - 1)}`);
}
