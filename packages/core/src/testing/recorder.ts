import type { AnsweredBy } from '../wire/answered-by.js';
import type { CallStatus } from '../wire/call-status.js';
import type { CallSid } from '../kernel/ids.js';
import type { CallEffect } from '../flows/effects.js';
import type { Execution, Executor } from '../runtime/executor.js';
import { sids } from './sids.js';

type Typed<Type extends CallEffect['type']> = Extract<CallEffect, { type: Type }>;
type Answer<Type extends CallEffect['type']> =
  | ((effect: Typed<Type>) => Execution | Promise<Execution>)
  /** One for each attempt; the last one repeats. */
  | readonly Execution[];

/** The answers to each kind of effect. Kinds that are left out succeed. */
export type RecorderScript = { readonly [Type in CallEffect['type']]?: Answer<Type> };

export interface Recorder extends Executor {
  /** Every attempt, in order, including repetitions. */
  readonly effects: readonly CallEffect[];
  /** The same, for one kind. */
  of<Type extends CallEffect['type']>(type: Type): readonly Typed<Type>[];
}

/** Creates an executor that contacts no service: it records its effects, and answers by a script. */
export function recorder(script: RecorderScript = {}): Recorder {
  const effects: CallEffect[] = [];
  const execute = async (effect: CallEffect): Promise<Execution> => {
    effects.push(effect);
    const answer = script[effect.type];
    if (answer === undefined) return succeeded(effect);
    if (typeof answer === 'function') return answer(effect as never);
    const tries = effects.filter(({ type }) => type === effect.type).length;
    return answer[Math.min(tries, answer.length) - 1] ?? succeeded(effect);
  };
  return Object.assign(execute, {
    effects,
    of: <Type extends CallEffect['type']>(type: Type) =>
      effects.filter((effect): effect is Typed<Type> => effect.type === type),
  });
}

/** Executions by name, for scripts. */
export const executions = {
  created: (sid: CallSid, status: CallStatus = 'queued'): Execution => outcome({ kind: 'created', sid, status }),
  refused: (code: number | null, reason = 'refused'): Execution => outcome({ kind: 'refused', code, reason }),
  done: (status: CallStatus | null = null): Execution => outcome({ kind: 'done', status }),
  gone: (): Execution => outcome({ kind: 'gone' }),
  fetched: (status: CallStatus, answeredBy: AnsweredBy | null = null): Execution =>
    outcome({ kind: 'fetched', status, answeredBy }),
  notExecuted: (afterMs: number | null = null): Execution => ({ kind: 'notExecuted', reason: '429', afterMs }),
  ambiguous: (reason = 'socket hang up'): Execution => ({ kind: 'ambiguous', reason }),
};

function outcome(value: Extract<Execution, { kind: 'outcome' }>['outcome']): Execution {
  return { kind: 'outcome', outcome: value };
}

/** Returns a success: SIDs follow the leg's number, and a fetched call is in progress. */
function succeeded(effect: CallEffect): Execution {
  switch (effect.type) {
    case 'call.create':
      return executions.created(sids.call(effect.leg));
    case 'call.end':
      return executions.done('completed');
    case 'call.redirect':
    case 'call.announce':
      return executions.done('in-progress');
    case 'call.fetch':
      return executions.fetched('in-progress');
  }
}
