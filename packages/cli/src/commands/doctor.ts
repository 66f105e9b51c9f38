import { examine } from '../doctor/examine.js';
import { countFindings, showFinding } from '../doctor/show.js';
import type { CliContext } from '../context.js';
import { checkedAddresses, clientOf, readAccount, readBase, readVariables, type CommonOptions } from '../settings.js';
import { EXIT } from '../terminal/exit.js';

export interface DoctorOptions extends CommonOptions {
  readonly flow?: 'forwarding' | 'taskrouter' | undefined;
  readonly strict?: boolean | undefined;
  readonly json?: boolean | undefined;
}

export async function runDoctor(options: DoctorOptions, { terminal, environment }: CliContext): Promise<number> {
  const variables = readVariables(environment, options.envFile);
  const account = readAccount(variables);
  const base = await readBase(variables, options.url);
  const addresses = checkedAddresses(base);
  const flow = options.flow ?? (variables['FORWARD_TO'] === undefined ? 'taskrouter' : 'forwarding');
  const { apiUrl } = options;
  const target = {
    client: clientOf(account, apiUrl),
    account,
    variables,
    base,
    addresses,
    flow,
    isSimulated: apiUrl !== undefined,
    fetch,
  };
  const findings = await examine(target, {
    apiUrl,
    progress: (text) => {
      terminal.progress(text);
    },
  });
  const bad = findings.some(({ status }) => status === 'error' || (options.strict === true && status === 'warning'));
  if (options.json === true) terminal.out(JSON.stringify({ ok: !bad, flow, findings }, null, 2));
  else {
    for (const finding of findings) for (const line of showFinding(finding, terminal)) terminal.out(line);
    terminal.out(`\n${countFindings(findings)}`);
  }
  return bad ? EXIT.failed : EXIT.ok;
}
