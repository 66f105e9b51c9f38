import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { Application, Logger, LogLevel, type ProjectReflection } from 'typedoc';
import type { PublishedPackage } from '../install/packed-packages.js';
import { ROOT } from '../root.js';
import type { Entry, Reflection } from './gate.js';
import { sentenceFirst } from './sentence-first.js';

export interface Reference {
  /** As JSON. */
  readonly project: Reflection;
  /** What TypeDoc warned of, such as a link to something that is not exported. */
  readonly warnings: readonly string[];
  /** Writes a folder of Markdown. */
  write(folder: string): Promise<void>;
}

/** Returns every entry point of the packages, but for `/internal`, which is for our own packages. */
export function entriesOf(packages: readonly PublishedPackage[]): readonly Entry[] {
  const { compilerOptions } = JSON.parse(readFileSync(`${ROOT}tsconfig.json`, 'utf8')) as {
    compilerOptions: { paths: Readonly<Record<string, readonly string[]>> };
  };
  return packages.flatMap(({ folder, manifest }) => {
    const { exports = {} } = JSON.parse(readFileSync(`${ROOT}${folder}/package.json`, 'utf8')) as {
      exports?: Readonly<Record<string, unknown>>;
    };
    return Object.keys(exports)
      .filter((subpath) => !['./package.json', './internal'].includes(subpath))
      .map((subpath) => {
        const name = manifest.name + subpath.slice(1);
        const source = (compilerOptions.paths[name]?.[0] ?? `${folder}/src/index.ts`).replace(/^\.\//, '');
        if (!existsSync(ROOT + source)) throw new Error(`${name}: there is no ${source}; see "paths" in tsconfig.json`);
        return { name, source };
      });
  });
}

/** Reads the sources of all entry points at once, so that pages of one package link to those of another. */
export async function readReference(entries: readonly Entry[], repository: string): Promise<Reference> {
  const warnings: string[] = [];
  const app = await Application.bootstrapWithPlugins({
    options: `${ROOT}packages/verification/src/site/typedoc.json`,
    entryPoints: entries.map(({ source }) => ROOT + source),
    basePath: ROOT,
    displayBasePath: ROOT,
    sourceLinkTemplate: `${repository}/blob/main/{path}#L{line}`,
    gitRevision: 'main',
    logLevel: 'Warn',
  });
  app.logger = new Warnings(warnings);
  const project: ProjectReflection | undefined = await app.convert();
  if (project === undefined) throw new Error(`TypeDoc cannot read the sources:\n${warnings.join('\n')}`);
  app.validate(project);
  return {
    project: app.serializer.projectToObject(project, ROOT as never) as unknown as Reflection,
    warnings,
    async write(folder) {
      rmSync(folder, { recursive: true, force: true });
      await app.outputs.writeOutput({ name: 'markdown', path: folder }, project);
      for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((one) =>
        one.endsWith('.md'),
      )) {
        writeFileSync(`${folder}/${name}`, sentenceFirst(readFileSync(`${folder}/${name}`, 'utf8')));
      }
    },
  };
}

/** Keeps what TypeDoc warns of, for one list at the end. */
class Warnings extends Logger {
  private readonly kept: string[];

  constructor(kept: string[]) {
    super();
    this.kept = kept;
  }

  override log(message: string, level: LogLevel): void {
    super.log(message, level);
    if (level === LogLevel.Warn || level === LogLevel.Error) this.kept.push(message);
  }
}
