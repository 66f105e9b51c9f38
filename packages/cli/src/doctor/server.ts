import { randomBytes } from 'node:crypto';
import twilio from 'twilio';
import { withoutFragment } from '../addresses.js';
import { error, ok, skipped, warning, type Finding } from './finding.js';
import type { DoctorTarget } from './target.js';

const TIMEOUT_MS = 10_000;
const LOCAL = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\]|10\..*|192\.168\..*|172\.(1[6-9]|2\d|3[01])\..*|.*\.local)$/i;

/** Checks whether the app can be reached from outside, and whether it is the app. */
export async function checkServer(target: DoctorTarget): Promise<readonly Finding[]> {
  const { base, isSimulated } = target;
  const url = new URL(base);
  if (LOCAL.test(url.hostname) && !isSimulated) {
    return [
      error(
        'public-url',
        `${base} is an address of this machine or network: Twilio cannot reach it`,
        'Run a tunnel, such as "ngrok http 5000", and set PUBLIC_BASE_URL to its https address',
      ),
      skipped('signature', 'the server cannot be reached'),
    ];
  }
  const reached = await reach(target);
  if (reached.status !== 'ok') return [reached, skipped('signature', 'the server cannot be reached')];
  if (url.protocol !== 'https:' && !isSimulated) {
    return [
      warning('public-url', `${base} answers, but without encryption`, 'Use https: callers and numbers are private'),
      ...(await checkSignature(target)),
    ];
  }
  return [reached, ...(await checkSignature(target))];
}

async function reach({ base, fetch }: DoctorTarget): Promise<Finding> {
  const root = base.replace(/\/$/, '');
  const began = performance.now();
  try {
    const response = await fetch(`${root}/healthz`, { redirect: 'manual', signal: AbortSignal.timeout(TIMEOUT_MS) });
    await response.body?.cancel();
    const ms = Math.round(performance.now() - began);
    const tunnel = response.headers.get('ngrok-error-code');
    if (tunnel !== null || response.status === 502 || response.status === 504) {
      return error(
        'public-url',
        `${base} answers ${String(response.status)}${tunnel === null ? '' : ` (${tunnel})`}: there is no app behind the tunnel or proxy`,
        'Start the app, and point the tunnel at its port (PORT, 5000)',
      );
    }
    if (response.status >= 300 && response.status < 400) {
      return error(
        'public-url',
        `${base} redirects to ${response.headers.get('location') ?? 'another address'}: signed requests do not reach the app`,
        'Set PUBLIC_BASE_URL to the address at the end of the redirect, usually https',
      );
    }
    return ok('public-url', `${base} answers, in ${String(ms)} ms`);
  } catch (problem) {
    return error(
      'public-url',
      `${base} does not answer: ${networkReason(problem)}`,
      'Is the app running, and does the name point to it? A free tunnel changes its address when it is restarted',
    );
  }
}

/** Sends one signed webhook and one without a signature, about a call that never existed: neither has an effect. */
async function checkSignature({ account, addresses, variables, fetch }: DoctorTarget): Promise<readonly Finding[]> {
  const { accountSid, authToken } = account;
  if (authToken === undefined) return [skipped('signature', 'TWILIO_AUTH_TOKEN is missing')];
  const address = withoutFragment(addresses.status);
  const params = {
    AccountSid: accountSid,
    ApiVersion: '2010-04-01',
    CallSid: `CA${randomBytes(16).toString('hex')}`,
    CallStatus: 'completed',
    Direction: 'inbound',
    From: '+12125550123',
    To: variables['TWILIO_PHONE_NUMBER'] ?? '+14155550199',
  };
  const post = async (signature: string | null): Promise<number> => {
    const response = await fetch(address, {
      method: 'POST',
      redirect: 'manual',
      headers: {
        'content-type': 'application/x-www-form-urlencoded; charset=UTF-8',
        ...(signature === null ? {} : { 'x-twilio-signature': signature }),
      },
      body: new URLSearchParams(params).toString(),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    await response.body?.cancel();
    return response.status;
  };
  try {
    const signed = await post(twilio.getExpectedTwilioSignature(authToken, address, params));
    if (signed === 403) {
      return [
        error(
          'signature',
          `The app refuses a webhook that is signed for ${address}`,
          "The app's TWILIO_AUTH_TOKEN or PUBLIC_BASE_URL differs from the one here, or a proxy changes the request. The app's log names the address it checked",
        ),
      ];
    }
    if (signed === 404 || signed === 405) {
      return [
        error(
          'signature',
          `${address} answers ${String(signed)}: this is not the app`,
          'Check PUBLIC_BASE_URL, its path, and the target of the tunnel',
        ),
      ];
    }
    if (signed >= 300) {
      return [
        error(
          'signature',
          `The app answers a signed webhook with ${String(signed)}`,
          'Check its log; a 503 means that its store does not answer',
        ),
      ];
    }
    const unsigned = await post(null);
    if (unsigned < 400) {
      return [
        error(
          'signature',
          `The app accepts webhooks without a signature (${String(unsigned)}): anyone can send it commands`,
          'Set "authTokens" of the endpoint, and make sure that nothing else answers in front of it',
        ),
      ];
    }
    return [ok('signature', 'A signed webhook is accepted, an unsigned one is refused')];
  } catch (problem) {
    return [
      error(
        'signature',
        `${address} does not answer: ${networkReason(problem)}`,
        'Try again; then check the log of the app',
      ),
    ];
  }
}

function networkReason(problem: unknown): string {
  if (!(problem instanceof Error)) return String(problem);
  if (problem.name === 'TimeoutError') return `no answer within ${String(TIMEOUT_MS / 1000)} s`;
  const { cause } = problem;
  return cause instanceof Error ? cause.message : problem.message;
}
