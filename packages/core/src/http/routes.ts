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

/** Every path of the forwarding endpoint; all of them take POST only. */
export const ROUTES: Routes = byPath(voiceOf('forwarding'));

/** The same for TaskRouter, which tells of assignments and events as well. */
export const TASKROUTER_ROUTES: Routes = byPath([
  ...voiceOf('taskrouter'),
  ...configured('assign'),
  ...configured('trevents'),
]);

/** Requests and notifications about calls: two are set at the number, the others are given out by the flow. */
function voiceOf(flow: 'forwarding' | 'taskrouter'): readonly Route[] {
  const purposes = (Object.keys(CALLBACKS) as CallbackPurpose[]).filter((name) => {
    const callback = CALLBACKS[name];
    return !('only' in callback) || callback.only === flow;
  });
  return [
    ...configured('inbound'),
    ...configured('inbound.status'),
    ...purposes.map((name) => ({ name, path: CALLBACKS[name].path, wants: CALLBACKS[name].wants, ref: name })),
    { name: 'leg.answered', path: OUTGOING, wants: CALLBACKS['leg.answered'].wants, ref: 'leg.answered' },
  ];
}

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
