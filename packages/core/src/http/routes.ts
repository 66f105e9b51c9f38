import {
  CALLBACKS,
  CONFIGURED,
  OUTGOING,
  type CallbackPurpose,
  type Wants,
  type WebhookPath,
} from '../wire/callbacks.js';

/** What a path is for. Some are configured at the phone number or in the workspace, the others we give out ourselves. */
export type RouteName = keyof typeof CONFIGURED | CallbackPurpose;

export interface Route {
  readonly name: RouteName;
  readonly path: WebhookPath;
  /** A request for TwiML must be answered with TwiML, an assignment with an instruction; a notification only wants to be heard. */
  readonly wants: Wants;
  /** The purpose of the reference in its address; `null`: it has none. */
  readonly ref: CallbackPurpose | null;
}

export type Routes = ReadonlyMap<string, Route>;

const GIVEN_OUT: readonly Route[] = Object.entries(CALLBACKS).map(([key, { path, wants }]) => {
  const name = key as CallbackPurpose;
  return { name, path, wants, ref: name };
});

const VOICE: readonly Route[] = [
  ...configured('inbound'),
  ...configured('inbound.status'),
  ...GIVEN_OUT,
  { name: 'leg.answered', path: OUTGOING, wants: CALLBACKS['leg.answered'].wants, ref: 'leg.answered' },
];

/** Every path of the forwarding endpoint; all of them take POST only. */
export const ROUTES: Routes = byPath(VOICE.filter(({ name }) => name !== 'caller.key'));

/** The same for TaskRouter, which has no conference but two callbacks of its own. */
export const TASKROUTER_ROUTES: Routes = byPath([
  ...VOICE.filter(({ name }) => !['conference', 'caller.again'].includes(name)),
  ...configured('assign'),
  ...configured('trevents'),
]);

function configured(name: keyof typeof CONFIGURED): readonly Route[] {
  const { paths, wants } = CONFIGURED[name];
  return paths.map((path) => ({ name, path, wants, ref: null }));
}

function byPath(routes: readonly Route[]): Routes {
  return new Map(routes.map((route) => [route.path, route]));
}

/** The route of a path that may carry the public address's prefix: a proxy removes it or leaves it. */
export function findRoute(routes: Routes, path: string, prefix: string): Route | undefined {
  const inner = prefix !== '' && path.startsWith(`${prefix}/`) ? routes.get(path.slice(prefix.length)) : undefined;
  return inner ?? routes.get(path);
}
