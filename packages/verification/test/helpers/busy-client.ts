import { Agent, request, type IncomingMessage } from 'node:http';
import { sign } from '@amd/core/http';

/** Twilio's webhooks over connections that are never idle, as those of a proxy or a load balancer. */
export interface BusyClient {
  /** The result of each request: the status of its answer, or its error code. */
  readonly seen: Readonly<Record<string, number>>;
  /** How many requests have a result. */
  answers(): number;
  /** Answers to requests made after {@link BusyClient.leave} that did not say they were the last of their connection. */
  readonly kept: number;
  /** Stops opening connections, as when `/readyz` says no: open ones are used for as long as they are kept. */
  leave(): void;
  /** Resolves when every connection has ended. */
  readonly over: Promise<unknown>;
}

/** Begins a call on each of `connections`, ends it, and begins the next one, without a pause. */
export function busyClient(options: {
  readonly port: number;
  readonly connections: number;
  readonly publicBaseUrl: string;
  readonly accountSid: string;
  readonly authToken: string;
  readonly to: string;
}): BusyClient {
  const { port, connections, publicBaseUrl, accountSid, authToken, to } = options;
  const seen: Record<string, number> = {};
  let calls = 0;
  let kept = 0;
  let leaving = false;

  function post(agent: Agent, path: string, params: Readonly<Record<string, string>>): Promise<boolean> {
    const signature = sign(authToken, publicBaseUrl + path, new Map(Object.entries(params)));
    const headers = { 'content-type': 'application/x-www-form-urlencoded', 'x-twilio-signature': signature };
    const mustEnd = leaving;
    return new Promise((resolve) => {
      const count = (what: string, open: boolean): void => {
        seen[what] = (seen[what] ?? 0) + 1;
        resolve(open);
      };
      const answered = (answer: IncomingMessage): void => {
        const isLast = answer.headers.connection === 'close';
        if (mustEnd && !isLast) kept += 1;
        answer.on('error', (error) => {
          count(error.message, false);
        });
        answer.resume().on('end', () => {
          count(String(answer.statusCode), !isLast && !mustEnd);
        });
      };
      request({ host: '127.0.0.1', port, path, method: 'POST', agent, headers }, answered)
        .on('error', (error: NodeJS.ErrnoException) => {
          count(error.code ?? error.message, false);
        })
        .end(new URLSearchParams(params).toString());
    });
  }

  async function keepBusy(): Promise<void> {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    for (let open = false; open || !leaving;) {
      calls += 1;
      const call = {
        AccountSid: accountSid,
        CallSid: `CA${calls.toString(16).padStart(32, '0')}`,
        From: `+1212${String(5_550_000 + calls)}`,
        To: to,
        Direction: 'inbound',
        ApiVersion: '2010-04-01',
      };
      open = await post(agent, '/inbound', { ...call, CallStatus: 'ringing' });
      if (open || !leaving) open = await post(agent, '/inbound/status', { ...call, CallStatus: 'completed' });
    }
    agent.destroy();
  }

  return {
    seen,
    answers: () => Object.values(seen).reduce((sum, count) => sum + count, 0),
    get kept() {
      return kept;
    },
    leave() {
      leaving = true;
    },
    over: Promise.all(Array.from({ length: connections }, keepBusy)),
  };
}
