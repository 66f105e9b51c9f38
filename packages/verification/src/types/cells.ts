/** How a program finds modules: nodenext has every block twice, as an ES module and, where it can be one, as CommonJS. */
export const RESOLUTIONS = ['nodenext', 'bundler'] as const;
export type Resolution = (typeof RESOLUTIONS)[number];

/** Versions of what a user brings. The last of the first two is the newest. */
export interface Versions {
  readonly typescript: readonly string[];
  readonly node: readonly string[];
  readonly twilio: readonly string[];
}

/** One run of a compiler over all blocks. */
export interface Program {
  readonly typescript: string;
  readonly resolution: Resolution;
  readonly node: string;
  readonly twilio: string;
  /** Whether our own declarations are checked as well, which takes three times as long. */
  readonly declarations: boolean;
}

export interface Cell {
  readonly name: string;
  readonly programs: readonly Program[];
}

/**
 * Returns a cell for each version of TypeScript and each resolution. Every pair of two values is in one of the programs: four
 * versions of TypeScript and four of @types/node need sixteen programs, and those hold all other pairs too.
 */
export function cellsOf({ typescript, node, twilio }: Versions): readonly Cell[] {
  return typescript.flatMap((compiler, t) =>
    RESOLUTIONS.map((resolution, r) => ({
      name: `TypeScript ${compiler}, ${resolution}`,
      programs: node.flatMap((types, n) => {
        const client = twilio[(t + n) % twilio.length];
        return client === undefined || (t + n + r) % 2 === 1
          ? []
          : [{ typescript: compiler, resolution, node: types, twilio: client, declarations: r === 0 && n < 2 }];
      }),
    })),
  );
}
