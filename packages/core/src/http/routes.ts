import { CALLBACK_PATHS, type CallbackPurpose } from '../wire/callback-ref.js';

/** What a path is for. The first two are configured at the phone number, the others we give out ourselves. */
export type RouteName = 'inbound' | 'inbound.status' | CallbackPurpose;

export interface Route {
  readonly name: RouteName;
  readonly path: string;
  /** A request for TwiML must be answered with TwiML; a notification only wants to be heard. */
  readonly wants: 'twiml' | 'nothing';
}

const WANTS: Readonly<Record<RouteName, Route['wants']>> = {
  inbound: 'twiml',
  'inbound.status': 'nothing',
  'caller.ended': 'twiml',
  'caller.document': 'twiml',
  conference: 'nothing',
  'leg.answered': 'twiml',
  'leg.key': 'twiml',
  'leg.round': 'twiml',
  'leg.document': 'twiml',
  'leg.ended': 'twiml',
  'leg.status': 'nothing',
};

const PATHS: readonly (readonly [path: string, name: RouteName])[] = [
  ['/inbound', 'inbound'],
  ['/incoming', 'inbound'],
  ['/inbound/status', 'inbound.status'],
  ...Object.entries(CALLBACK_PATHS).map(([purpose, path]) => [path, purpose as CallbackPurpose] as const),
  ['/outgoing', 'leg.answered'],
];

/** Every path of the endpoint; all of them take POST only. */
export const ROUTES: ReadonlyMap<string, Route> = new Map(
  PATHS.map(([path, name]) => [path, { name, path, wants: WANTS[name] }]),
);

/** The route of a path that may carry the public address's prefix: a proxy removes it or leaves it. */
export function findRoute(path: string, prefix: string): Route | undefined {
  const inner = prefix !== '' && path.startsWith(`${prefix}/`) ? ROUTES.get(path.slice(prefix.length)) : undefined;
  return inner ?? ROUTES.get(path);
}
