/** A small seeded generator of numbers in [0, 1): mulberry32. */
export function mulberry32(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/** Creates identifiers that repeat exactly for the same seed. */
export interface Identifiers {
  /** A SID: two letters and 32 lower-case hex digits. */
  sid(prefix: string): string;
  /** A token in the shape of a UUID. */
  token(): string;
}

export function createIdentifiers(seed: number): Identifiers {
  const next = mulberry32(seed);
  const hex8 = (): string =>
    Math.floor(next() * 4294967296)
      .toString(16)
      .padStart(8, '0');
  const hex32 = (): string => hex8() + hex8() + hex8() + hex8();
  return {
    sid: (prefix) => prefix + hex32(),
    token() {
      const hex = hex32();
      return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20)}`;
    },
  };
}
