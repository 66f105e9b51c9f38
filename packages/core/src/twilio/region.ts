/** Where Twilio processes the calls of an account: United States, Ireland or Australia. */
export type Region = 'us1' | 'ie1' | 'au1';

/** The edge of each region's REST, without which the official client asks a host that is switched off; any edge reaches `us1`. */
const EDGES: Readonly<Record<Region, string | null>> = { us1: null, ie1: 'dublin', au1: 'sydney' };

/** Options of the official client, to be spread into those of one's own. */
export interface RegionOptions {
  readonly region?: Region;
  readonly edge?: string;
}

/**
 * Returns region and edge for the official client, never one without the other: with a region alone it asks `api.ie1.twilio.com`,
 * which Twilio switched off in April 2026, and with an edge alone it asks `us1` (twilio.com/docs/global-infrastructure).
 * @param names what the two are called where they were set, for the message
 * @throws TypeError naming what is wrong
 */
export function regionOptions(
  region: string | undefined,
  edge?: string,
  names: { readonly region: string; readonly edge: string } = { region: '"region"', edge: '"edge"' },
): RegionOptions {
  if (region === undefined) {
    if (edge === undefined) return {};
    const likely = Object.entries(EDGES).find(([, its]) => its === edge)?.[0] ?? 'us1';
    throw new TypeError(
      `${names.edge} is ${shown(edge)}, but ${names.region} is missing: an edge alone reaches us1. Set ${names.region} to ${likely}, or leave both out`,
    );
  }
  if (!isRegion(region)) {
    throw new TypeError(`${names.region} must be us1, ie1 or au1; got ${shown(region)}`);
  }
  const own = EDGES[region];
  if (own === null) return edge === undefined ? {} : { region, edge };
  if (edge !== undefined && edge !== own) {
    throw new TypeError(`${names.edge} must be ${own} for the region ${region}, or left out; got ${shown(edge)}`);
  }
  return { region, edge: own };
}

/**
 * Refuses a region without TaskRouter: `ie1` has it as a public beta, `au1` not at all (twilio.com/docs/global-infrastructure).
 * @param name what the region is called where it was set, for the message
 * @throws TypeError naming what to use
 */
export function demandTaskRouter(region: string | undefined, name = '"region"'): void {
  if (region === 'au1') throw new TypeError(`${name} is au1, which has no TaskRouter: use us1 or ie1`);
}

function isRegion(region: string): region is Region {
  return Object.hasOwn(EDGES, region);
}

function shown(text: unknown): string {
  return JSON.stringify(String(text).slice(0, 40));
}
