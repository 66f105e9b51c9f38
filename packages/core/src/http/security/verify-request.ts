import type { EpochMs } from '../../kernel/flow.js';
import { isAccountSid } from '../../kernel/ids.js';
import { parseSince, SINCE_PARAM, VERDICT_PARAM } from '../../wire/failing-since.js';
import { param, type Params, parseForm } from '../../wire/params.js';
import type { Log } from '../../runtime/log.js';
import { type HttpRequest, type HttpResponse, refusal } from '../message.js';
import { findRoute, type Route, type Routes } from '../routes.js';
import type { PublicBase } from '../urls.js';
import { likelyCause } from './likely-cause.js';
import { verifySignature } from './signature.js';
import { SETTINGS_HEADER, signerOf, type Signer, type Signers } from './signers.js';

export interface AdmissionRules {
  readonly base: PublicBase;
  readonly routes: Routes;
  readonly signers: Signers;
  readonly accountSid: string | undefined;
  readonly verifySignature: boolean;
  readonly log: Log;
  /** Whether a kind of refusal is said in the log, this time: once a second at most, whoever sends what. */
  readonly maySay: (kind: string) => boolean;
}

/** A request that is Twilio's and means what it says. */
export interface Verified {
  readonly ok: true;
  readonly route: Route;
  readonly params: Params;
  /** The `ref` of the address, not yet read. */
  readonly ref: string | null;
  /** As it was sent, without `?`: whoever is sent here again comes back with the same. */
  readonly query: string;
  /** When we failed this request for the first time; `null`: we have not. By the clock of whichever process it was. */
  readonly failingSince: EpochMs | null;
}

type Admission = Verified | { readonly ok: false; readonly response: HttpResponse };

/**
 * The signature says that Twilio once signed these bytes in some order; the rules around it say that they are one
 * well-formed webhook of one call (twilio.com/docs/usage/webhooks/webhooks-security). What is refused writes nothing.
 */
export async function verifyRequest(request: HttpRequest, rules: AdmissionRules): Promise<Admission> {
  const refuse = (status: RefusalStatus, problem: string): Admission => {
    sayRefused(rules, request.path, status, problem);
    return { ok: false, response: refusal(status) };
  };

  const route = findRoute(rules.routes, request.path, rules.base.prefix);
  if (route === undefined) return refuse(404, notFound(request, rules));
  if (request.method.toUpperCase() !== 'POST') return refuse(405, notPosted(request));
  if (!isForm(request.headers['content-type'])) return refuse(415, 'the body is not a form');
  if (request.body === null) return refuse(413, 'the body is longer than 64 KiB');
  const form = parseForm(request.body);
  if (!form.ok) return refuse(form.status, form.problem);
  const { params } = form;

  const query = new URLSearchParams(request.query);
  const queryProblem = checkQuery(query, route);
  if (queryProblem !== null) return refuse(403, queryProblem);
  const account = param(params, 'AccountSid');
  if (!isAccountSid(account)) return refuse(403, 'AccountSid is missing or not an Account SID');
  if (rules.accountSid !== undefined && account !== rules.accountSid) return refuse(403, 'AccountSid is not ours');

  // Never from the Host header: who sends the request chooses it.
  const url = rules.base.href + route.path + (request.query === '' ? '' : `?${request.query}`);
  const signature = request.headers['x-twilio-signature'];
  const signer = signerOf(rules.signers, request.headers[SETTINGS_HEADER]);
  if (rules.verifySignature && !(await verifySignature(signer, signature, url, params))) {
    // Looking for the cause costs several hashes: not for every forged request.
    if (rules.maySay('signature')) {
      const cause = await likelyCause(request, route, rules.base, signer, params);
      const message = signatureHint(request, url, signer, cause);
      rules.log({ level: 'warn', code: 'signature', path: request.path, message });
    }
    return { ok: false, response: refusal(403) };
  }
  const since = parseSince(query.getAll(SINCE_PARAM).at(-1) ?? '') ?? null;
  const verdict = route.ref === null ? null : query.get(VERDICT_PARAM);
  const whole = verdict === null || params.has('AnsweredBy') ? params : new Map([...params, ['AnsweredBy', verdict]]);
  return { ok: true, route, params: whole, ref: query.get('ref'), query: request.query, failingSince: since };
}

type RefusalStatus = Parameters<typeof refusal>[0];

/** Says in the log what was refused and why, once a second for each kind. */
export function sayRefused(
  { log, maySay }: Pick<AdmissionRules, 'log' | 'maySay'>,
  path: string,
  status: RefusalStatus,
  problem: string,
): void {
  if (!maySay(`${String(status)} ${kindOf(problem)}`)) return;
  log({ level: 'warn', code: 'refused', path, message: `answered ${String(status)}: ${problem}` });
}

/** What is refused for one reason is one kind, whatever a stranger put into it. */
function kindOf(problem: string): string {
  return problem.replace(/"[^"]*"/g, '').slice(0, 60);
}

const BY_HAND = 'Set it at Twilio with the method HTTP POST; "amd doctor" and "amd plan" compare what is set there.';

function notPosted({ method }: HttpRequest): string {
  return `${JSON.stringify(method.slice(0, 20))} is not taken here: Twilio has to send webhooks as POST. ${BY_HAND}`;
}

/** A path that would be ours with a slash less is named; any other is somebody else's business. */
function notFound({ path }: HttpRequest, { routes, base }: AdmissionRules): string {
  const bare = path.replace(/\/{2,}/g, '/').replace(/(?<=.)\/$/, '');
  const route = findRoute(routes, bare, base.prefix);
  if (route === undefined)
    return `nothing of ours is at this path. The webhooks are at ${withoutUserInfo(base.href)}/…`;
  return `there is a slash too many in the path. Set ${withoutUserInfo(base.href)}${route.path} at Twilio.`;
}

function withoutUserInfo(href: string): string {
  return href.replace(/\/\/[^/@]*@/, '//');
}

function isForm(contentType: string | undefined): boolean {
  return contentType?.split(';')[0]?.trim().toLowerCase() === 'application/x-www-form-urlencoded';
}

function checkQuery(query: URLSearchParams, route: Route): string | null {
  // Signals a body that the signature does not cover: for JSON webhooks only.
  if (query.has('bodySHA256')) return 'bodySHA256 does not belong to a form';
  // Configured by the user, at the phone number or in the workspace: their own query is theirs.
  if (route.ref === null) return null;
  for (const name of query.keys()) {
    const isOurs = name === 'ref' || name === SINCE_PARAM || (name === VERDICT_PARAM && route.name === 'leg.answered');
    if (!isOurs) return 'the query has more in it than we put there';
    if (query.getAll(name).length > 1) return `"${name}" is there twice`;
  }
  const since = query.get(SINCE_PARAM);
  return since === null || parseSince(since) !== undefined ? null : `"${SINCE_PARAM}" is not a time`;
}

function signatureHint(request: HttpRequest, url: string, signer: Signer, cause: string | null): string {
  const problem =
    (request.headers['x-twilio-signature'] ?? '') === '' ? 'there is no signature' : 'the signature is wrong';
  if (signer.secrets.length === 0 && signer.said !== null) return `answered 403: it is signed with ${signer.said}.`;
  const used = withoutUserInfo(url).replace(/\?.*$/, '?…');
  if (cause !== null) return `answered 403: ${problem}. It was checked against ${used}, but ${cause}.`;
  return (
    `answered 403: ${problem}. It was checked against ${used}: that must be the address Twilio calls, ` +
    `with the same scheme (http or https), host and path prefix. Also check that ${secretToCheck(signer)}, and that nothing in ` +
    'front of us changes the query or the body.'
  );
}

function secretToCheck({ said }: Signer): string {
  return said === null
    ? 'the auth token is the primary one of the account'
    : `the secret in "sharedKeys" is that of ${said}`;
}
