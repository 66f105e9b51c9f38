import type { Figure, Section } from './figure.js';

/** Runs what is wanted and prints it. Returns the exit code: 1 when a figure is below its goal. */
export async function report(
  sections: readonly Section[],
  { only = '', quick }: { readonly only?: string | undefined; readonly quick: boolean },
): Promise<number> {
  const wanted = sections.filter(({ figures }) => figures.some((name) => matches(name, only)));
  if (wanted.length === 0) {
    console.error(`No figure has "${only}" in its name. Try npm run bench -- --help`);
    return 2;
  }
  console.log(`Node ${process.version}, ${process.platform} ${process.arch}${quick ? ', quick: not a verdict' : ''}\n`);
  let below = 0;
  let ok = 0;
  for (const section of wanted) {
    const progress = (text: string): void => show(`… ${section.name}: ${text}`);
    progress('measuring');
    const figures = await section.run({ quick, progress });
    show('');
    for (const figure of figures.filter(({ name }) => matches(name, only))) {
      if (figure.ok) ok += 1;
      else below += 1;
      console.log(line(figure));
    }
  }
  console.log(`\n${String(ok)} ok, ${String(below)} below goal`);
  return below === 0 ? 0 : 1;
}

function matches(name: string, only: string): boolean {
  return name.toLowerCase().includes(only.toLowerCase());
}

function line({ name, goal, ok, value, detail }: Figure): string {
  return `${(ok ? 'ok' : 'below goal').padEnd(10)}  ${name}: ${value}, goal ${goal}\n            ${detail}`;
}

/** What goes on, on one line that is overwritten; nothing when nobody looks. */
function show(text: string): void {
  if (!process.stderr.isTTY) return;
  process.stderr.write(`\r\u001b[K${text.slice(0, (process.stderr.columns || 80) - 1)}`);
}
