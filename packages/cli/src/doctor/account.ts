import { createClient, statusOf, twilioReason } from '../twilio-client.js';
import { error, ok, warning, type Finding } from './finding.js';
import type { Account } from '../settings.js';
import type { DoctorTarget } from './target.js';

/** Checks whether the credentials work, and what the account may do. */
export async function checkAccount(target: DoctorTarget, apiUrl: string | undefined): Promise<readonly Finding[]> {
  const { client, account } = target;
  const { accountSid, apiKey } = account;
  const { region } = account.region;
  let found: { status?: string; type?: string };
  try {
    found = await client.api.v2010.accounts(accountSid).fetch();
  } catch (problem) {
    const status = statusOf(problem);
    if (status === 401 || status === 403) {
      const which = apiKey === undefined ? 'TWILIO_AUTH_TOKEN' : 'TWILIO_API_KEY and TWILIO_API_SECRET';
      return [
        error(
          'credentials',
          `Twilio does not accept ${which} for ${accountSid}`,
          `Copy ${which} again from the console. A subaccount has its own SID and token, and each region its own token${region === undefined ? '' : ` (TWILIO_REGION is ${region})`}; test credentials do not work`,
        ),
      ];
    }
    return [
      error(
        'credentials',
        `Twilio cannot be reached: ${twilioReason(problem)}`,
        'Check the network, then status.twilio.com',
      ),
    ];
  }
  const findings: Finding[] = [];
  if (found.status !== undefined && found.status !== 'active') {
    findings.push(error('credentials', `The account is ${found.status}`, 'Open the console: it says what to do'));
  } else findings.push(ok('credentials', 'Twilio accepts them, and the account is active'));
  if (apiKey !== undefined) findings.push(await checkToken(account, apiUrl));
  if (found.type === 'Trial') {
    findings.push(
      warning(
        'account',
        'It is a trial account: it calls verified numbers only, and callers hear a notice first',
        'Verify each number to be rung (console: Verified Caller IDs), or upgrade the account',
      ),
    );
  } else findings.push(ok('account', 'It is a full account'));
  return findings;
}

/** Checks the auth token, with which webhooks are signed even if REST uses an API key. */
async function checkToken({ accountSid, authToken, region }: Account, apiUrl: string | undefined): Promise<Finding> {
  const fix = 'Set TWILIO_AUTH_TOKEN to the primary auth token of this account: Twilio signs webhooks with it';
  if (authToken === undefined)
    return error('auth-token', 'TWILIO_AUTH_TOKEN is missing: no webhook can be verified', fix);
  try {
    await createClient({ accountSid, username: accountSid, password: authToken, apiUrl, region })
      .api.v2010.accounts(accountSid)
      .fetch();
    return ok('auth-token', 'It is the token of this account');
  } catch (problem) {
    return error('auth-token', `TWILIO_AUTH_TOKEN is not accepted: ${twilioReason(problem)}`, fix);
  }
}

/** Checks whether calls wait in Twilio's queue: the account's calls per second cannot be read, but show in the calls. */
export async function checkPace({ client }: DoctorTarget): Promise<Finding> {
  const recent = await client.calls.list({ limit: 200 });
  const waits = recent
    .filter(({ direction }) => direction.startsWith('outbound'))
    .map(({ queueTime }) => Number(queueTime) / 1000)
    .filter((seconds) => Number.isFinite(seconds));
  const slow = waits.filter((seconds) => seconds > 1);
  if (slow.length === 0) {
    const seen =
      waits.length === 0 ? 'there are no outbound calls yet' : `none of the last ${String(waits.length)} waited`;
    return ok('calls-per-second', `Outbound calls start at once: ${seen}`);
  }
  return warning(
    'calls-per-second',
    `${String(slow.length)} of the last ${String(waits.length)} outbound calls waited in Twilio's queue, up to ${Math.max(...slow).toFixed(1)} s: more calls were created than the account may start in a second`,
    'Ask for more calls per second (console: Voice → Settings → General), or ring fewer people at once',
  );
}
