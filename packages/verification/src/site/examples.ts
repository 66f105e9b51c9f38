import { readFileSync } from 'node:fs';
import ts from 'typescript';
import { ROOT } from '../root.js';
import type { Example } from './gate.js';

/** Where examples are compiled as if they were: packages of this folder are found, and those of the root. */
const FOLDER = 'packages/verification/';

/** Returns what the compiler says about the examples, each of them a module of its own. */
export function complaintsAbout(examples: readonly Example[]): readonly string[] {
  const { config } = ts.readConfigFile(`${ROOT}tsconfig.json`, (path) => readFileSync(path, 'utf8')) as {
    config: unknown;
  };
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, ROOT, { noUnusedLocals: false });
  const modules = new Map(examples.map((one, index) => [`${ROOT}${FOLDER}example-${String(index)}.ts`, one]));
  const host = ts.createCompilerHost(options);
  host.jsDocParsingMode = ts.JSDocParsingMode.ParseNone;
  const { fileExists, readFile, getSourceFile } = host;
  host.fileExists = (path) => modules.has(path) || fileExists(path);
  host.readFile = (path) => modules.get(path)?.code ?? readFile(path);
  host.getSourceFile = (path, settings, ...rest) => {
    const example = modules.get(path);
    return example === undefined
      ? getSourceFile(path, settings, ...rest)
      : ts.createSourceFile(path, `${example.code}\nexport {};\n`, settings);
  };
  const program = ts.createProgram([...modules.keys()], options, host);
  return [...modules].flatMap(([path, { entry, of, where }]) =>
    ts.getPreEmitDiagnostics(program, program.getSourceFile(path)).map(({ messageText, start, file }) => {
      const line = file?.getLineAndCharacterOfPosition(start ?? 0).line ?? 0;
      const text = ts.flattenDiagnosticMessageText(messageText, '\n');
      return `${entry}: line ${String(line + 1)} of the example of ${of} (${where}): ${text}`;
    }),
  );
}
