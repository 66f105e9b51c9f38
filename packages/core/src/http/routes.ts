import { CALLBACK_PATHS, type CallbackPurpose } from '../wire/callback-ref.js';
import { CONFIGURED_PATHS, type WebhookPath } from '../wire/webhook-paths.js';

/** What a path is for. Some are configured at the phone number or in the workspace, the others we give out ourselves. */
export type RouteName = 'inbound' | 'inbound.status' | 'assign' | 'trevents' | CallbackPurpose;

export interface Route {
  readonly name: RouteName;
  readonly path: WebhookPath;
  /** A request for TwiML must be answered with TwiML, an assignment with an instruction; a notification only wants to be heard. */
  readonly wants: 'twiml' | 'instruction' | 'nothing';
  /** The purpose of the reference in its address; `null`: it has none. */
  readonly ref: CallbackPurpose | null;
}

export type Routes = ReadonlyMap<string, Route>;

const WANTS: Readonly<Record<RouteName, Route['wants']>> = {
  inbound: 'twiml',
  'inbound.status': 'nothing',
  assign: 'instruction',
  trevents: 'nothing',
  'caller.ended': 'twiml',
  'caller.document': 'twiml',
  'caller.again': 'twiml',
  'caller.fallback': 'twiml',
  'caller.recording': 'nothing',
  'caller.wait': 'twiml',
  'caller.progress': 'twiml',
  'caller.key': 'twiml',
  'caller.whisper': 'twiml',
  'talk.recording': 'nothing',
  conference: 'nothing',
  'leg.answered': 'twiml',
  'leg.key': 'twiml',
  'leg.round': 'twiml',
  'leg.document': 'twiml',
  'leg.ended': 'twiml',
  'leg.status': 'nothing',
  'leg.verdict': 'nothing',
};

type Path = readonly [path: WebhookPath, name: RouteName];

const VOICE: readonly Path[] = [
  ...configured('inbound'),
  ...configured('inbound.status'),
  ...Object.entries(CALLBACK_PATHS).map(([purpose, path]) => [path, purpose as CallbackPurpose] as const),
  ...configured('leg.answered'),
];

/** Every path of the forwarding endpoint; all of them take POST only. */
export const ROUTES: Routes = routesOf(VOICE.filter(([, name]) => name !== 'caller.key'));

/** The same for TaskRouter, which has no conference but two callbacks of its own. */
export const TASKROUTER_ROUTES: Routes = routesOf([
  ...VOICE.filter(([, name]) => !['conference', 'caller.again'].includes(name)),
  ...configured('assign'),
  ...configured('trevents'),
]);

/** What the caller hears while they wait: `<Hangup>` has no place in it (twilio.com/docs/api/errors/13238). */
export function isListening(name: RouteName): boolean {
  return ['caller.wait', 'caller.progress', 'caller.key', 'caller.whisper'].includes(name);
}

function configured(name: keyof typeof CONFIGURED_PATHS): readonly Path[] {
  return CONFIGURED_PATHS[name].map((path) => [path, name]);
}

function routesOf(paths: readonly Path[]): Routes {
  return new Map(paths.map(([path, name]) => [path, { name, path, wants: WANTS[name], ref: purposeOf(name) }]));
}

function purposeOf(name: RouteName): CallbackPurpose | null {
  return name === 'inbound' || name === 'inbound.status' || name === 'assign' || name === 'trevents' ? null : name;
}

/** The route of a path that may carry the public address's prefix: a proxy removes it or leaves it. */
export function findRoute(routes: Routes, path: string, prefix: string): Route | undefined {
  const inner = prefix !== '' && path.startsWith(`${prefix}/`) ? routes.get(path.slice(prefix.length)) : undefined;
  return inner ?? routes.get(path);
}
