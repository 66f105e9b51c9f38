import { Command, CommanderError, Option } from 'commander';
import { runDoctor, type DoctorOptions } from './commands/doctor.js';
import { runForget, type ForgetCommandOptions } from './commands/forget.js';
import { runApply, runExport, runInit, runPlan, type TaskRouterOptions } from './commands/taskrouter.js';
import type { CliContext } from './context.js';
import { CliError, EXIT } from './terminal/exit.js';

const EXITS = `
Exit codes:
  0  everything is right
  1  something is wrong, or Twilio refused
  2  the command, a file or the settings cannot be understood
  3  plan --check: there is something to change; forget: the number is still in records that were left alone`;

const SETTINGS = `
Settings come from the environment, and from .env in this folder:
  TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN        the account
  TWILIO_API_KEY, TWILIO_API_SECRET            instead of the token, for REST
  TWILIO_REGION                                us1 (default), ie1 or au1: where your calls are processed
  PUBLIC_BASE_URL                              where Twilio reaches your server; otherwise from a local ngrok`;

/** Runs one command. Resolves with the exit code; never throws. */
export async function run(args: readonly string[], context: CliContext): Promise<number> {
  const { terminal } = context;
  let exit: number = EXIT.ok;
  const program = makeProgram(context, (code) => {
    exit = code;
  });
  try {
    await program.parseAsync(args, { from: 'user' });
    return exit;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    if (error instanceof CliError) {
      terminal.stderr(error.message);
      for (const detail of error.details) terminal.stderr(`  ${detail}`);
      return error.exit;
    }
    terminal.stderr(error instanceof Error ? error.message : String(error));
    return EXIT.failed;
  }
}

function makeProgram(context: CliContext, done: (exit: number) => void): Command {
  const { terminal, version } = context;
  const program = new Command('amd')
    .description('Sets up Twilio for calls that are forwarded with answering machine detection, and finds mistakes.')
    .version(version, '-V, --version', 'show the version')
    .helpOption('-h, --help', 'show this')
    .showHelpAfterError('Try amd --help.')
    .showSuggestionAfterError()
    .exitOverride()
    .configureOutput({
      writeOut: (text) => {
        terminal.out(text.trimEnd());
      },
      writeErr: (text) => {
        terminal.stderr(text.trimEnd());
      },
    })
    .addHelpText(
      'after',
      `
Examples:
  amd doctor                     what is wrong, and what to do about it
  amd taskrouter init            write a file that describes your workers
  amd taskrouter plan            show what would change at Twilio
  amd taskrouter apply           make the changes; a second run has nothing to do
  amd forget +14155550142        remove a phone number from what is kept
${SETTINGS}
${EXITS}`,
    );

  const common = (command: Command): Command =>
    command
      .option('--env-file <path>', 'read settings from this file instead of .env')
      .option('--url <address>', 'where Twilio reaches your server (PUBLIC_BASE_URL)')
      .addOption(
        new Option('--api-url <address>', 'a server to use instead of Twilio, such as amd-simulator').env(
          'TWILIO_API_URL',
        ),
      );

  common(program.command('doctor'))
    .description(
      'Check everything that calls need: account, server, number, workspace, numbers to be rung. Changes nothing.',
    )
    .addOption(
      new Option('--flow <name>', 'what the app does; default: forwarding if FORWARD_TO is set').choices([
        'forwarding',
        'taskrouter',
      ]),
    )
    .option('--strict', 'warnings count as errors')
    .option('--json', 'print the findings as JSON')
    .addHelpText(
      'after',
      `
Checks the settings of the example apps, besides the settings below: TWILIO_PHONE_NUMBER, CALLER_ID, FORWARD_TO, DIAL_ALLOW,
RING_SECONDS, TWILIO_WORKSPACE, TWILIO_WORKFLOW, PHONE_ATTRIBUTES, ACTIVITY_AVAILABLE, ACTIVITY_UNAVAILABLE,
ACTIVITY_OFFLINE.

Each line: ✓ is right, ! a warning, ✕ an error, – could not be checked; → says what to do.

Examples:
  amd doctor
  amd doctor --flow taskrouter --url https://calls.example.com
  amd doctor --json | jq '.findings[] | select(.status == "error")'
${SETTINGS}
${EXITS}`,
    )
    .action(async (options: DoctorOptions) => {
      done(await runDoctor(options, context));
    });

  program
    .command('forget')
    .argument('<number>', 'the phone number in E.164 form, such as +14155550142')
    .description('Remove a phone number from the calls and limits that an app keeps, in SQLite or Redis.')
    .option('--env-file <path>', 'read settings from this file instead of .env')
    .option('--file <path>', 'the file of @amd/store-sqlite; default: calls.db in AMD_DATA')
    .option('--redis <address>', 'the address of Redis; default: REDIS_URL')
    .option('--prefix <text>', 'the prefix of the keys in Redis; default: {amd}')
    .option('--dry-run', 'only show what would go')
    .option('-y, --yes', 'do not ask')
    .option('--delete-recordings', 'delete the recordings of these calls at Twilio, too')
    .option('--json', 'print what was forgotten as JSON; needs --yes or --dry-run')
    .addOption(
      new Option('--api-url <address>', 'a server to use instead of Twilio, such as amd-simulator').env(
        'TWILIO_API_URL',
      ),
    )
    .addHelpText(
      'after',
      `
Goes: records of calls that are over with this number as caller, called party, forwarder or callee, their hooks that wait, and
its limits. Calls that go on are left alone and named: run it again later. A file is locked while its app runs: stop the app.
Recordings and call logs at Twilio stay, unless --delete-recordings deletes the recordings; it needs the account's credentials.

Examples:
  amd forget +14155550142 --dry-run
  AMD_DATA=/var/lib/calls amd forget +14155550142
  amd forget +14155550142 --redis redis://127.0.0.1:6379 --yes --json
${SETTINGS}
  AMD_DATA, REDIS_URL                          where the app keeps its calls
${EXITS}`,
    )
    .action(async (number: string, options: ForgetCommandOptions) => {
      done(await runForget(number, options, context));
    });

  const taskrouter = program
    .command('taskrouter')
    .description('TaskRouter as code: one file declares the workspace, workers and addresses.')
    .addHelpText(
      'after',
      `
The file is taskrouter.yaml unless --file says otherwise; "init" writes one with explanations. Existing resources are found by name
and adopted, even if made by hand; missing ones are created; resources that the file does not name are left alone.
Nothing is ever deleted.`,
    );
  const withFile = (command: Command): Command =>
    common(command).option('-f, --file <path>', 'the file that describes the set-up', 'taskrouter.yaml');

  withFile(taskrouter.command('init'))
    .description('Write a first file, with an explanation of each field.')
    .addHelpText('after', '\nAn existing file is never overwritten.')
    .action(async (options: TaskRouterOptions) => {
      done(await runInit(options, context));
    });
  withFile(taskrouter.command('export'))
    .description('Print the file that describes an existing workspace, such as one made by hand.')
    .option('-w, --workspace <name>', 'name or SID of the workspace (TWILIO_WORKSPACE, else AMD)')
    .addHelpText('after', '\nExamples:\n  amd taskrouter export --workspace AMD > taskrouter.yaml')
    .action(async (options: TaskRouterOptions) => {
      done(await runExport(options, context));
    });
  withFile(taskrouter.command('plan'))
    .description('Show what would change. Changes nothing.')
    .option('--check', 'exit with 3 if there is something to change')
    .option('--json', 'print the plan as JSON')
    .addHelpText(
      'after',
      `\nExamples:\n  amd taskrouter plan\n  amd taskrouter plan --check   # in CI: has it been changed by hand?\n${SETTINGS}\n${EXITS}`,
    )
    .action(async (options: TaskRouterOptions) => {
      done(await runPlan(options, context));
    });
  withFile(taskrouter.command('apply'))
    .description('Show what would change, ask, and make the changes.')
    .option('-y, --yes', 'do not ask')
    .option('--json', 'print what was done as JSON; needs --yes')
    .addHelpText(
      'after',
      `\nIf it fails half way, the changes so far stay; the same command continues from there.\n${SETTINGS}\n${EXITS}`,
    )
    .action(async (options: TaskRouterOptions) => {
      done(await runApply(options, context));
    });
  return program;
}
