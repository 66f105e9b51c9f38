import { writeFile } from 'node:fs/promises';
import type { Twilio } from 'twilio';
import type { CliContext } from '../context.js';
import {
  checkedAddresses,
  accountWithTaskRouter,
  clientOf,
  readBase,
  readVariables,
  type CommonOptions,
} from '../settings.js';
import { readNumber, readWorkspace, type ActualWorkspace } from '../taskrouter/actual.js';
import { apply } from '../taskrouter/apply.js';
import { exportSetUp, TEMPLATE } from '../taskrouter/export.js';
import type { Plan } from '../taskrouter/plan/change.js';
import { plan } from '../taskrouter/plan/plan.js';
import { readSetUp } from '../taskrouter/read-file.js';
import { showPlan, summary, title } from '../taskrouter/show.js';
import { CliError, EXIT } from '../terminal/exit.js';
import type { Terminal } from '../terminal/terminal.js';
import { twilioReason } from '../twilio-client.js';

export interface TaskRouterOptions extends CommonOptions {
  readonly file: string;
  readonly workspace?: string | undefined;
  readonly check?: boolean | undefined;
  readonly yes?: boolean | undefined;
  readonly json?: boolean | undefined;
}

interface MadePlan {
  readonly client: Twilio;
  readonly actual: ActualWorkspace | null;
  readonly plan: Plan;
  /** Reads Twilio again and makes a new plan. */
  readonly again: () => Promise<Plan>;
}

export async function runInit({ file }: TaskRouterOptions, { terminal }: CliContext): Promise<number> {
  try {
    await writeFile(file, TEMPLATE, { flag: 'wx' });
  } catch (error) {
    if ((error as { code?: unknown }).code === 'EEXIST')
      throw new CliError(`${file} already exists: it was not changed`);
    throw error;
  }
  terminal.out(`Wrote ${file}. Put your workers into it; "amd taskrouter plan" shows what it would change.`);
  return EXIT.ok;
}

export async function runExport(options: TaskRouterOptions, { terminal, environment }: CliContext): Promise<number> {
  const variables = readVariables(environment, options.envFile);
  const client = clientOf(accountWithTaskRouter(variables), options.apiUrl);
  const wanted = options.workspace ?? variables['TWILIO_WORKSPACE'] ?? 'AMD';
  const actual = await asking(() => readWorkspace(client, wanted, terminal.progress));
  if (actual === null)
    throw new CliError(`There is no workspace named ${JSON.stringify(wanted)}`, { exit: EXIT.failed });
  terminal.out(exportSetUp(actual, variables['TWILIO_WORKFLOW']).trimEnd());
  return EXIT.ok;
}

export async function runPlan(options: TaskRouterOptions, context: CliContext): Promise<number> {
  const { terminal } = context;
  const { plan: planned } = await makePlan(options, context);
  if (options.json === true) terminal.out(JSON.stringify(planned, null, 2));
  else {
    for (const line of showPlan(planned, terminal)) terminal.out(line);
    terminal.out(`\n${summary(planned)}`);
  }
  if (planned.problems.length > 0) return EXIT.failed;
  return options.check === true && planned.changes.length > 0 ? EXIT.changes : EXIT.ok;
}

export async function runApply(options: TaskRouterOptions, context: CliContext): Promise<number> {
  const { terminal } = context;
  const asJson = options.json === true;
  if (asJson && options.yes !== true) throw new CliError('--json cannot ask: pass --yes as well');
  const { client, actual, plan: planned, again } = await makePlan(options, context);
  if (!asJson) for (const line of showPlan(planned, terminal)) terminal.out(line);
  if (planned.problems.length > 0) {
    throw new CliError('Nothing was changed: this has to be solved first.', {
      exit: EXIT.failed,
      details: asJson ? planned.problems : [],
    });
  }
  if (!asJson) terminal.out(`\n${summary(planned)}`);
  const refused = planned.changes.length > 0 && options.yes !== true ? await refusal(terminal) : null;
  if (refused !== null) return refused;

  const result = await apply(client, planned, actual, (change, at) => {
    terminal.progress(`${String(at + 1)}/${String(planned.changes.length)} ${title(change)}`);
  });
  const done = `${String(result.done.length)} of ${String(planned.changes.length)}`;
  if (!result.ok) {
    throw new CliError(`${title(result.failed)} was refused: ${result.reason}`, {
      exit: EXIT.failed,
      details: [`${done} changes were made and stay. Fix this and run the same command again: it continues from there`],
    });
  }
  const left = planned.changes.length === 0 ? planned : await again();
  if (asJson) terminal.out(JSON.stringify({ done: result.done, left: left.changes }, null, 2));
  else if (result.done.length > 0) terminal.out(`Done: ${done}.`);
  if (left.changes.length > 0) {
    throw new CliError('Twilio does not show what was requested:', {
      exit: EXIT.failed,
      details: left.changes.map(title),
    });
  }
  return EXIT.ok;
}

/** Asks before changing anything: `null` for yes, otherwise the exit code. */
async function refusal({ confirm, stderr }: Terminal): Promise<number | null> {
  if (confirm === null) {
    stderr('There is no terminal to ask: pass --yes to make the changes.');
    return EXIT.usage;
  }
  if (await confirm('Change this at Twilio?')) return null;
  stderr('Nothing was changed.');
  return EXIT.failed;
}

async function makePlan(options: TaskRouterOptions, { terminal, environment }: CliContext): Promise<MadePlan> {
  const variables = readVariables(environment, options.envFile);
  const wanted = await readSetUp(options.file);
  const client = clientOf(accountWithTaskRouter(variables), options.apiUrl);
  const addresses = checkedAddresses(await readBase(variables, options.url));
  const look = () =>
    asking(async () => {
      const actual = await readWorkspace(client, wanted.workspace, terminal.progress);
      if (wanted.number !== undefined) terminal.progress('Checking the number');
      const number = wanted.number === undefined ? null : await readNumber(client, wanted.number.phone);
      return { actual, plan: plan(wanted, actual, number, addresses) };
    });
  return { client, ...(await look()), again: async () => (await look()).plan };
}

/** Runs a request; if Twilio refuses, ends the command with Twilio's reason. */
async function asking<Result>(ask: () => Promise<Result>): Promise<Result> {
  try {
    return await ask();
  } catch (error) {
    throw new CliError(`Twilio refused: ${twilioReason(error)}`, {
      exit: EXIT.failed,
      details: ['Run "amd doctor" to find the cause'],
    });
  }
}
