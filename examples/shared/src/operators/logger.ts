import { maskNumbers } from '@amd/core/http';
import { pino, type DestinationStream, type Logger } from 'pino';

/** Names of fields that hold credentials. */
const SECRET = [
  'authorization',
  'cookie',
  'set-cookie',
  'password',
  'token',
  'authToken',
  'apiSecret',
  'callToken',
  'CallToken',
  'x-twilio-signature',
];

/**
 * Creates a logger that writes one JSON object a line. Credentials are removed by name and by value, phone numbers are masked
 * wherever they occur, and of an error only its code and message are written: the HTTP client's errors carry the request, with
 * its credentials.
 */
export function createLogger(options: {
  readonly level: string;
  /** Values that must never be written, wherever they occur. */
  readonly secrets: readonly string[];
  /** Which of several processes writes the line. */
  readonly process?: string | undefined;
  readonly destination?: DestinationStream | undefined;
}): Logger {
  const secrets = options.secrets.filter((secret) => secret.length >= 6);
  const clean = (text: string): string =>
    maskNumbers(secrets.reduce((cleaned, secret) => cleaned.replaceAll(secret, '[secret]'), text));
  return pino(
    {
      level: options.level,
      base: options.process === undefined ? null : { process: options.process },
      timestamp: pino.stdTimeFunctions.isoTime,
      redact: {
        paths: SECRET.flatMap((name) => [`["${name}"]`, `*["${name}"]`, `*.*["${name}"]`]),
        censor: '[secret]',
      },
      serializers: { err: describeError, error: describeError },
      formatters: { level: (label) => ({ level: label }) },
      hooks: { streamWrite: (line) => clean(line) },
    },
    options.destination ?? pino.destination({ dest: 1, sync: true }),
  );
}

function describeError(error: unknown): { readonly code: string; readonly message: string } {
  const { code, name, message } = (typeof error === 'object' ? error : {}) as Partial<Record<string, unknown>>;
  const known = [code, name].find((value) => typeof value === 'string' || typeof value === 'number') ?? 'unknown';
  return { code: String(known), message: typeof message === 'string' ? message : String(error) };
}
