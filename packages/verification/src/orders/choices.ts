import type { CallOptions, CallSettings } from '@amd/core';
import type { KeyMeaning } from './call.js';
import type { Order } from './order.js';

export const CALLER = '+12125550123';
export const OURS = '+14155550199';
const LAST_NUMBER = '+14155550180';

type LegChoices = Omit<CallOptions, 'forwardTo' | 'deadlineSeconds'>;

/** The options that both flows share. */
export function legOptions(order: Order): LegChoices {
  const { pick, chance } = order;
  const mode = pick(['sync', 'async', 'async', 'off'] as const);
  const messages = mode !== 'off' && chance(0.15);
  const screening = mode !== 'sync' && chance(0.5);
  const confirms = pick(['when-unsure', 'when-unsure', 'always', 'never'] as const);
  const both = { accept: '1', decline: '2' };
  const keys = pick([{}, both, both, both, { decline: '2' }, { accept: '15' }]);
  const confirm = confirms === 'never' && (mode === 'off' || screening) ? 'when-unsure' : confirms;
  return {
    amd: { mode },
    confirm,
    // Where nobody is asked, none can be chosen.
    ...(confirm === 'never' ? {} : { keys }),
    policy: messages
      ? { machine_end_beep: 'leave a message', machine_end_silence: 'leave a message' }
      : pick(['strict', 'balanced', 'balanced', 'lenient'] as const),
    ...(messages ? { detection: { mode: 'DetectMessageEnd' as const } } : {}),
    ...(screening ? { screening: pick([{}, { listenSeconds: 6, waitSeconds: 10 }]) } : {}),
    ringSeconds: pick([5, 20, 20, 40]),
    confirmSeconds: pick([4, 12]),
    fallback: pick([
      { kind: 'say' },
      { kind: 'say' },
      { kind: 'voicemail', maxSeconds: 60 },
      { kind: 'voicemail', maxSeconds: 60 },
      { kind: 'redirect', url: 'https://example.com/twiml' },
      { kind: 'number', to: LAST_NUMBER, ringSeconds: 10 },
      { kind: 'number', to: LAST_NUMBER, ringSeconds: 10, ifUnanswered: { kind: 'voicemail' } },
      {
        kind: 'number',
        to: LAST_NUMBER,
        ringSeconds: 10,
        ifUnanswered: { kind: 'redirect', url: 'https://example.com/twiml' },
      },
      { kind: 'number', to: CALLER, ringSeconds: 10, ifUnanswered: { kind: 'voicemail' } },
    ] as const),
    record: chance(0.2),
    ...(chance(0.3) ? { texts: { greeting: '' } } : {}),
    ownNumber: OURS,
  };
}

export function isScreening({ screening }: Pick<CallSettings, 'screening'>, speech: string): boolean {
  const words = speech.toLowerCase().replace(/[^a-z0-9]+/g, ' ');
  return screening?.phrases.some((phrase) => words.includes(phrase)) === true;
}

/** Returns what a key means to us, or the first of several. */
export function meaningOf({ keys }: Pick<CallSettings, 'keys'>, digits: string): KeyMeaning {
  const [key = ''] = digits;
  if (keys.decline.includes(key)) return 'decline';
  return (keys.accept ?? '0123456789*#').includes(key) ? 'accept' : 'nothing';
}

/** Chooses when the caller hangs up; most wait for whatever comes. */
export function hangUps(order: Order): readonly number[] {
  if (!order.chance(0.35)) return [];
  order.meet('the caller hangs up');
  return [order.pick([300, 2500, 5000, 8000, 20_000, 60_000, 150_000]) + order.below(3000)];
}
