import { forget, isE164, isWithheld, type Forgotten, type ForgottenCall, type WhyKept } from '@amd/core';
import type { Twilio } from 'twilio';
import type { CliContext } from '../context.js';
import { clientOf, readAccount, readVariables, type CommonOptions } from '../settings.js';
import { CliError, EXIT } from '../terminal/exit.js';
import type { Terminal } from '../terminal/terminal.js';
import { statusOf, twilioReason } from '../twilio-client.js';
import type { Kept, OldBytes } from './forget/kept.js';
import { openKept } from './forget/open-kept.js';

export interface ForgetCommandOptions extends CommonOptions {
  readonly file?: string | undefined;
  readonly redis?: string | undefined;
  readonly prefix?: string | undefined;
  readonly dryRun?: boolean | undefined;
  readonly yes?: boolean | undefined;
  readonly deleteRecordings?: boolean | undefined;
  readonly json?: boolean | undefined;
}

type Recordings = ForgottenCall['recordings'];

const WHY: Readonly<Record<WhyKept, string>> = {
  live: 'this call goes on, or may go on',
  inUse: 'in use: change the worker, the list of people or the setting itself',
  unreadable: 'written by another version, or damaged: use the version that wrote it',
  contested: 'changed by others at every try',
};

export async function runForget(
  given: string,
  options: ForgetCommandOptions,
  { terminal, environment }: CliContext,
): Promise<number> {
  const number = checkedNumber(given);
  const { dryRun = false, yes = false, json = false, deleteRecordings = false } = options;
  if (json && !yes && !dryRun) throw new CliError('--json cannot ask: pass --yes or --dry-run as well');
  const variables = readVariables(environment, options.envFile);
  // Before anything is read: without credentials nothing is begun.
  const client = deleteRecordings ? clientOf(readAccount(variables), options.apiUrl) : null;
  const kept = await openKept(variables, options);
  try {
    const ask = (isDry: boolean): Promise<Forgotten> =>
      forget({
        store: kept.store,
        number,
        now: kept.now(),
        dryRun: isDry,
        onProgress: ({ read, forgotten, of }) => {
          terminal.progress(
            of === null ? `Reading ${kept.name}: ${records(read)}` : `Forgetting: ${String(forgotten)}/${String(of)}`,
          );
        },
      });
    const wanted = await ask(true);
    const recordings = wanted.calls.flatMap((call) => call.recordings);
    if (!json) for (const line of showForgotten(number, kept.name, wanted, client !== null)) terminal.out(line);
    if (dryRun) {
      if (json) terminal.out(toJson({ number, kept, dryRun, result: wanted, deleted: [], bytes: null }));
      else terminal.out('\nNothing was changed: this was a dry run.');
      return EXIT.ok;
    }
    const isNothing = wanted.calls.length + wanted.others.length === 0;
    const refused = isNothing || yes ? null : await refusal(terminal, number);
    if (refused !== null) return refused;

    // First: their SIDs are known from the records only.
    const deleted = client === null ? [] : await deleteAll(client, recordings, terminal);
    const result = await ask(false);
    terminal.progress('Removing old bytes');
    const bytes = await kept.clean();
    if (json) terminal.out(toJson({ number, kept, dryRun, result, deleted, bytes }));
    else for (const line of showDone(number, result, deleted, recordings, bytes)) terminal.out(line);
    if (!bytes.ok) return EXIT.failed;
    return result.kept.length + result.expiring.length > 0 ? EXIT.changes : EXIT.ok;
  } finally {
    await kept.close();
  }
}

/** @throws CliError */
function checkedNumber(given: string): string {
  const number = given.replaceAll(/[\s().-]/g, '');
  if (!isE164(number)) {
    throw new CliError(`${JSON.stringify(given)} is not a phone number in E.164 form, such as +14155550142`);
  }
  if (isWithheld(number)) throw new CliError(`${number} stands for callers who hide their number: they share it`);
  return number;
}

/** Asks before anything is removed: `null` for yes, otherwise the exit code. */
async function refusal({ confirm, stderr }: Terminal, number: string): Promise<number | null> {
  if (confirm === null) {
    stderr('There is no terminal to ask: pass --yes to forget, or --dry-run to look.');
    return EXIT.usage;
  }
  if (await confirm(`Forget ${number}? This cannot be undone.`)) return null;
  stderr('Nothing was changed.');
  return EXIT.failed;
}

/**
 * Deletes recordings at Twilio. One that is gone already counts as deleted.
 * @throws CliError when Twilio refuses one: nothing else was forgotten
 */
async function deleteAll(client: Twilio, recordings: Recordings, terminal: Terminal): Promise<readonly string[]> {
  const deleted: string[] = [];
  const elsewhere = recordings.filter(({ sid }) => !isRecordingSid(sid)).map(({ sid }) => sid);
  if (elsewhere.length > 0) {
    throw new CliError('Nothing was forgotten: these recordings have no SID, so they are not at Twilio or not known.', {
      exit: EXIT.failed,
      details: [...elsewhere, 'Delete them where they are, and run this again without --delete-recordings'],
    });
  }
  for (const { sid } of recordings) {
    terminal.progress(`Deleting recordings: ${String(deleted.length + 1)}/${String(recordings.length)}`);
    try {
      await client.recordings(sid).remove();
    } catch (error) {
      if (statusOf(error) !== 404) {
        throw new CliError(`Twilio did not delete recording ${sid}: ${twilioReason(error)}`, {
          exit: EXIT.failed,
          details: [
            `${String(deleted.length)} of ${String(recordings.length)} recordings were deleted. No record was forgotten: run the same command again`,
          ],
        });
      }
    }
    deleted.push(sid);
  }
  return deleted;
}

function isRecordingSid(sid: string): boolean {
  return /^RE[0-9a-f]{32}$/i.test(sid);
}

function showForgotten(number: string, where: string, found: Forgotten, isDeleting: boolean): string[] {
  const { calls, others, kept } = found;
  const lines: string[] = [];
  if (calls.length + others.length === 0) lines.push(`${where} has nothing of ${number} to forget.`);
  else lines.push(`To be forgotten in ${where}:`);
  for (const { key } of calls) lines.push(`  - ${key}`);
  for (const key of others) lines.push(`  - ${key}`);
  const recordings = calls.flatMap((call) => call.recordings);
  if (recordings.length > 0) {
    lines.push(isDeleting ? 'Recordings that are deleted at Twilio:' : 'Recordings that stay at Twilio:');
    for (const { sid, url } of recordings) lines.push(`  - ${sid}${url === '' || url === sid ? '' : ` ${url}`}`);
  }
  if (kept.length > 0) lines.push(`Left alone, with ${number} in it:`);
  for (const { key, why } of kept) lines.push(`  ! ${key}: ${WHY[why]}`);
  return lines;
}

function showDone(
  number: string,
  { calls, others, kept, expiring }: Forgotten,
  deleted: readonly string[],
  recordings: Recordings,
  bytes: OldBytes,
): string[] {
  const lines = ['', `Forgotten: ${records(calls.length + others.length)}. ${bytes.said}`];
  if (deleted.length > 0) lines.push(`Deleted at Twilio: ${String(deleted.length)} recordings.`);
  else if (recordings.length > 0) {
    lines.push(
      `${String(recordings.length)} recordings stay at Twilio, and this list is the last that names them: delete them in the console (Monitor, Logs, Call recordings), or by DELETE https://api.twilio.com/2010-04-01/Accounts/AC…/Recordings/RE….json`,
    );
  }
  if (expiring.length > 0)
    lines.push(`The store removes these keys by itself, within a minute: ${expiring.join(', ')}`);
  if (kept.length > 0) {
    lines.push(`${records(kept.length)} still ${kept.length === 1 ? 'has' : 'have'} ${number}. Run this again later.`);
  }
  return lines;
}

function toJson(parts: {
  readonly number: string;
  readonly kept: Kept;
  readonly dryRun: boolean;
  readonly result: Forgotten;
  readonly deleted: readonly string[];
  readonly bytes: OldBytes | null;
}): string {
  const { number, kept, dryRun, result, deleted, bytes } = parts;
  return JSON.stringify({ number, store: kept.name, dryRun, ...result, deletedRecordings: deleted, bytes }, null, 2);
}

function records(count: number): string {
  return `${String(count)} ${count === 1 ? 'record' : 'records'}`;
}
