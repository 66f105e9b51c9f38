import { onlyKnown } from '../kernel/check.js';
import { isCallSid, isE164 } from '../kernel/ids.js';
import { parseAnsweredBy } from '../wire/answered-by.js';
import { parseCallStatus } from '../wire/call-status.js';
import type { CallbackRef } from '../wire/callbacks.js';
import type { CallEffect, CreateCall, Outcome, TaskRouterEffect, TwilioEffect } from '../flows/effects.js';
import { type Clock, systemClock, within } from '../runtime/clock.js';
import type { Execution, Executor } from '../runtime/executor.js';
import { guarded, type LogOption, rarely } from '../runtime/log.js';
import { classifyFailure, isObject, retryAfterIn } from './classify.js';
import type { TwilioCall, TwilioClient } from './client.js';
import { createParams, neverDialled } from './create-params.js';
import { sendToTaskRouter } from './taskrouter.js';

/** The client, the addresses and the rules by which effects are carried out. */
export interface TwilioExecutorOptions {
  readonly client: TwilioClient;
  /** Where callbacks lead: `callbackUrls(publicBaseUrl)` of `@amd/core/http`. */
  readonly url: (ref: CallbackRef) => string;
  /** What Twilio asks when `url` fails while a leg lives. Default: the same address, marked as a second try. */
  readonly fallbackUrl?: ((ref: CallbackRef) => string) | undefined;
  /**
   * Asked before every dial. Only `true` allows; an exception, or no answer within 2 s, refuses. There is no default: whoever
   * pays for the calls says where they may go.
   */
  readonly mayDial: (to: string) => boolean | Promise<boolean>;
  /** Never dialled: a call to one of them would come back to us. */
  readonly ownNumbers?: readonly string[] | undefined;
  /** How long one REST call may take, in ms; what takes longer may or may not have happened. Default 8000. */
  readonly timeoutMs?: number | undefined;
  readonly clock?: Clock | undefined;
  /** Told what was refused, and why. Default: the console. */
  readonly log?: LogOption | undefined;
}

const MAY_DIAL_MS = 2000;

/** What refuses one call refuses many: each kind of refusal is logged this often, in ms. */
const SAY_EVERY_MS = 60_000;

const OPTIONS = {
  client: true,
  url: true,
  fallbackUrl: true,
  mayDial: true,
  ownNumbers: true,
  timeoutMs: true,
  clock: true,
  log: true,
} as const satisfies Record<keyof TwilioExecutorOptions, true>;

/**
 * Carries out effects with the official `twilio` client.
 * @throws TypeError naming the option
 */
export function createTwilioExecutor(options: TwilioExecutorOptions): Executor<TwilioEffect> {
  onlyKnown(options, 'createTwilioExecutor', OPTIONS);
  const { client, url, mayDial } = options;
  const clock = options.clock ?? systemClock;
  const log = guarded(options.log, null);
  const timeoutMs = options.timeoutMs ?? 8000;
  if (!Number.isInteger(timeoutMs) || timeoutMs <= 0) throw new TypeError('"timeoutMs" must be a whole number above 0');
  if (typeof mayDial !== 'function') {
    throw new TypeError(
      '"mayDial" must be a function that says which numbers may be dialled, such as (to) => people.includes(to)',
    );
  }
  for (const number of options.ownNumbers ?? []) {
    if (!isE164(number)) throw new TypeError('"ownNumbers" must be phone numbers in E.164 form, such as +14155550142');
  }
  const ownNumbers = new Set(options.ownNumbers);
  const maySay = rarely(() => clock.now(), SAY_EVERY_MS);

  async function execute(effect: TwilioEffect, ms: number): Promise<Execution> {
    if (!isOfCall(effect)) {
      return carryOut(effect, ms, () => sendToTaskRouter(client, effect));
    }
    if (effect.type === 'call.create') {
      const no = neverDialled(effect.to, effect.from, ownNumbers) ?? (await forbidden(effect.to));
      if (no !== null) return refused(no);
    } else if (!isCallSid(effect.sid)) return refused('not a Call SID');
    return carryOut(effect, ms, async () => understand(effect, await send(effect)));
  }

  async function carryOut(effect: TwilioEffect, ms: number, run: () => Promise<Execution>): Promise<Execution> {
    try {
      return await within(clock, ms, 'Twilio', run);
    } catch (error) {
      return classifyFailure(error, effect.type, lastRetryAfter(client), clock.now());
    }
  }

  async function send(effect: CallEffect): Promise<TwilioCall> {
    switch (effect.type) {
      case 'call.create':
        return client.calls.create(createParams(effect, url, options.fallbackUrl));
      case 'call.end':
        // Works in every live state, while `canceled` does nothing once somebody answered
        // (twilio.com/docs/voice/api/call-resource#update-a-call-resource).
        return client.calls(effect.sid).update({ status: 'completed' });
      case 'call.redirect':
        return client.calls(effect.sid).update({ url: url(effect.document), method: 'POST' });
      case 'call.fetch':
        return client.calls(effect.sid).fetch();
      case 'call.announce':
        return announce(effect);
    }
  }

  async function announce(effect: Extract<CallEffect, { type: 'call.announce' }>): Promise<TwilioCall> {
    if (client.conferences === undefined) throw new TypeError('this client has no "conferences"');
    await client
      .conferences(effect.conference)
      .participants(effect.sid)
      .update({ announceUrl: url(effect.document), announceMethod: 'POST' });
    return { sid: effect.sid, status: 'in-progress' };
  }

  async function forbidden(to: CreateCall['to']): Promise<string | null> {
    try {
      // A plain `true`: an answer of JavaScript code that merely counts as true allows nothing.
      const allowed: unknown = await within(clock, MAY_DIAL_MS, '"mayDial"', async () => mayDial(to));
      return allowed === true ? null : '"mayDial" does not allow this number';
    } catch (error) {
      return `"mayDial" failed, so the number is not called: ${error instanceof Error ? error.message : String(error)}`;
    }
  }

  return async (effect, atMostMs = timeoutMs) => {
    const execution = await execute(effect, Math.min(timeoutMs, atMostMs));
    if (execution.kind === 'outcome' && execution.outcome.kind === 'refused' && maySay(kindOf(execution.outcome))) {
      const message = `${nameOf(effect)} was refused: ${execution.outcome.reason}`;
      log({ level: 'warn', code: 'rest.refused', ...callOf(effect), message });
    }
    return execution;
  };
}

/** One sentence for each of Twilio's codes, and for each reason of ours. */
function kindOf({ code, reason }: { readonly code: number | null; readonly reason: string }): string {
  return code === null ? reason : String(code);
}

function nameOf(effect: TwilioEffect): string {
  if (effect.type === 'call.create') return `calling ${effect.to}`;
  return 'leg' in effect
    ? `${effect.type} of ${effect.leg === 0 ? 'the caller' : `leg ${String(effect.leg)}`}`
    : effect.type;
}

/** The caller's own call where it is known, else the one that is worked on. */
function callOf(effect: TwilioEffect): { readonly call?: string } {
  if (effect.type === 'call.create') return { call: effect.answered.key };
  if (effect.type === 'task.find') return { call: effect.call };
  return 'sid' in effect ? { call: effect.sid } : {};
}

function isOfCall(effect: TwilioEffect): effect is Exclude<TwilioEffect, TaskRouterEffect> {
  return effect.type.startsWith('call.');
}

/** A success counts only when it can be read. */
function understand(effect: CallEffect, call: TwilioCall): Execution {
  const status = parseCallStatus(call.status);
  switch (effect.type) {
    case 'call.create':
      return isCallSid(call.sid)
        ? outcome({ kind: 'created', sid: call.sid, status: status ?? 'queued' })
        : { kind: 'ambiguous', reason: 'Twilio accepted the call but did not say its SID' };
    case 'call.end':
    case 'call.redirect':
    case 'call.announce':
      return outcome({ kind: 'done', status: status ?? null });
    case 'call.fetch': {
      if (status === undefined) return { kind: 'ambiguous', reason: 'Twilio did not say the status of the call' };
      const { answeredBy } = call;
      return outcome({
        kind: 'fetched',
        status,
        answeredBy: typeof answeredBy === 'string' ? parseAnsweredBy(answeredBy) : null,
      });
    }
  }
}

function outcome(result: Outcome): Execution {
  return { kind: 'outcome', outcome: result };
}

function refused(reason: string): Execution {
  return outcome({ kind: 'refused', code: null, reason });
}

/** A hint only: under load it may be another request's 429, which asks for the same patience. */
function lastRetryAfter(client: TwilioClient): string | null {
  const http = isObject(client.httpClient) ? client.httpClient : {};
  const last = isObject(http['lastResponse']) ? http['lastResponse'] : {};
  return last['statusCode'] === 429 ? retryAfterIn(last['headers']) : null;
}
