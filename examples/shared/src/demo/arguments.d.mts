export interface DemoOptions {
  readonly once: boolean;
  readonly noTour: boolean;
  /** Part of a scenario's name; empty: all. */
  readonly only: string;
  readonly help: boolean;
  readonly port: number;
  readonly portFrom: '--port' | 'PORT' | 'default';
}

export const DEMOS: Readonly<Record<string, { readonly entries: readonly string[]; readonly about: string }>>;
export const HELP: string;
export function readName(args: readonly string[]): { readonly name: string; readonly rest: readonly string[] };
export function readOptions(args: readonly string[], env: NodeJS.ProcessEnv): DemoOptions;
export function portProblem(error: unknown, options: DemoOptions): string | undefined;
