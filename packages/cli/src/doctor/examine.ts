import { twilioReason } from '../twilio-client.js';
import { checkAccount, checkPace } from './account.js';
import { checkDestinations, forwardDestinations, type Destination } from './destinations.js';
import { error, skipped, type Finding } from './finding.js';
import { checkCallerId, checkNumber } from './number.js';
import type { DoctorTarget } from './target.js';
import { checkServer } from './server.js';
import { checkTaskRouter } from './taskrouter/check.js';

/** How `examine` reports, and where it asks. */
export interface ExamineOptions {
  /** Called with what the doctor checks next. */
  readonly progress?: ((text: string) => void) | undefined;
  /** The address that the target's client uses in place of Twilio's. */
  readonly apiUrl?: string | undefined;
}

/** Examines everything that calls need. Changes nothing; a check that itself fails is a finding too. */
export async function examine(target: DoctorTarget, options: ExamineOptions = {}): Promise<readonly Finding[]> {
  const { progress = () => undefined, apiUrl } = options;
  const findings: Finding[] = [];

  async function look(check: string, doing: string, run: () => Promise<readonly Finding[]>): Promise<void> {
    progress(doing);
    try {
      findings.push(...(await run()));
    } catch (problem) {
      findings.push(
        error(
          check,
          `This could not be checked: ${twilioReason(problem)}`,
          'Try again; status.twilio.com says whether Twilio has a problem',
        ),
      );
    }
  }

  await look('credentials', 'Checking the account', () => checkAccount(target, apiUrl));
  await look('public-url', `Calling ${target.base}`, () => checkServer(target));
  if (findings.some(({ check, status }) => check === 'credentials' && status === 'error')) {
    findings.push(skipped('number', 'Twilio refuses access: the other checks need it'));
    return findings;
  }
  await look('number', 'Checking the number', () => checkNumber(target));
  await look('caller-id', 'Checking the caller id', async () => [await checkCallerId(target)]);
  let destinations: readonly Destination[] = [];
  if (target.flow === 'taskrouter') {
    await look('workspace', 'Checking the workspace', async () => {
      const found = await checkTaskRouter(target);
      ({ destinations } = found);
      return found.findings;
    });
  } else {
    destinations = forwardDestinations(target.variables['FORWARD_TO']);
    if (destinations.length === 0) {
      findings.push(
        error('destinations', 'FORWARD_TO is missing: nobody can be rung', 'Set it to numbers, separated by commas'),
      );
    }
  }
  const isTrial = findings.some(({ check, status }) => check === 'account' && status === 'warning');
  await look('destinations', 'Checking the numbers to be rung', () => checkDestinations(target, destinations, isTrial));
  await look('calls-per-second', 'Checking recent calls', async () => [await checkPace(target)]);
  return findings;
}
