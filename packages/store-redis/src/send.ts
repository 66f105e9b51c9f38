/** Sends one command, its name first, and resolves with the reply as in the protocol: strings, numbers, lists, null. */
export type Send = (args: readonly string[]) => Promise<unknown>;

/** A client of ioredis: it sends a command with `call`. */
export interface CallingClient {
  call(command: string, ...args: string[]): Promise<unknown>;
}

/** A client of node-redis: it sends a command with `sendCommand`. */
export interface SendingClient {
  sendCommand(args: string[]): Promise<unknown>;
}

/** A client that the store can use: ioredis (`call`) or node-redis (`sendCommand`). */
export type RedisClient = CallingClient | SendingClient;

/** Returns how a client or a function sends commands. @throws TypeError naming `client` or `send` */
export function sendOf(options: { readonly client?: unknown; readonly send?: unknown }): Send {
  const { client, send } = options;
  if (client === undefined && typeof send === 'function') return send as Send;
  if (send === undefined && client !== null && typeof client === 'object') {
    // ioredis has a different `sendCommand` as well.
    if ('call' in client && typeof client.call === 'function') {
      const calling = client as CallingClient;
      return ([command = '', ...args]) => calling.call(command, ...args);
    }
    if ('sendCommand' in client && typeof client.sendCommand === 'function') {
      const sending = client as SendingClient;
      return (args) => sending.sendCommand([...args]);
    }
  }
  throw new TypeError(
    'either "client" (of ioredis or node-redis) or "send" (a function that sends one command) must be given',
  );
}
