import { assign, setup } from 'xstate';
import type { AnsweredBy, CallStatus } from '@amd/core';

type Verdict = 'bridge' | 'confirm' | 'hang up';

/** What the machine asks for: a timer or a REST call, as data. */
export interface Asked {
  readonly type: 'timer.start' | 'timer.stop' | 'call.create' | 'call.end' | 'hook.run';
  readonly after?: number;
}

interface LegContext {
  readonly to: string;
  readonly sid: string | null;
  readonly answeredBy: AnsweredBy | null;
  readonly human: boolean;
  readonly result: string | null;
  readonly startedAt: number;
  readonly ringingAt: number | null;
  readonly answeredAt: number | null;
  readonly verdictAt: number | null;
  readonly joinedAt: number | null;
  readonly endedAt: number | null;
  readonly confirmUntil: number | null;
  readonly timer: number | null;
  readonly callerHeld: boolean;
}

interface Base {
  readonly at: number;
}

export type LegEvent =
  | ({ readonly type: 'created'; readonly sid: string } & Base)
  | ({ readonly type: 'caller.joined' } & Base)
  | ({ readonly type: 'status'; readonly sid: string; readonly status: CallStatus } & Base)
  | ({ readonly type: 'answered'; readonly sid: string; readonly answeredBy: AnsweredBy } & Base)
  | ({ readonly type: 'key'; readonly sid: string; readonly digits: string } & Base)
  | ({ readonly type: 'round'; readonly sid: string } & Base)
  | ({ readonly type: 'joined'; readonly sid: string } & Base)
  | ({ readonly type: 'ended'; readonly sid: string } & Base)
  | ({ readonly type: 'caller.gone' } & Base);

const POLICY: Readonly<Record<AnsweredBy, Verdict>> = {
  human: 'bridge',
  unknown: 'confirm',
  fax: 'hang up',
  machine_start: 'hang up',
  machine_end_beep: 'hang up',
  machine_end_silence: 'hang up',
  machine_end_other: 'hang up',
};

const FINAL: readonly CallStatus[] = ['completed', 'busy', 'no-answer', 'failed', 'canceled'];
const RING_MS = 30_000;
const DETECT_MS = 40_000;
const CONFIRM_MS = 12_000;
const GRACE_MS = 10_000;

const start = (after: number) =>
  [
    { type: 'setTimer', params: { after } },
    { type: 'ask', params: { type: 'timer.start', after } },
  ] as const;

const STOP = [{ type: 'stopTimer' }, { type: 'ask', params: { type: 'timer.stop' } }] as const;

/**
 * The life of one outbound leg as a state chart, for the pure `transition` of XState v5:
 * requested → placed → ringing → detecting → (confirming | told) → joining → bridged, and ending → ended from anywhere.
 * It does what the flow does for one leg: adopts the SID of the first callback, keeps its story and its one timer, follows
 * the same answer policy, and asks for work as data. Everything about the caller and other legs is left out.
 */
export const legMachine = setup({
  // The type is taken from the assertion, which the rule does not see.
  // eslint-disable-next-line @typescript-eslint/no-unnecessary-type-assertion
  types: {} as { context: LegContext; events: LegEvent; input: { readonly to: string; readonly at: number } },
  actions: {
    /** Executed by nobody: `transition` returns it as data. */
    ask: (_, _params: Asked) => undefined,
    adopt: assign(({ context, event }) => ({ sid: context.sid ?? ('sid' in event ? event.sid : null) })),
    setTimer: assign(({ event }, { after }: { readonly after: number }) => ({
      timer: 'at' in event ? event.at + after : null,
    })),
    stopTimer: assign({ timer: null }),
    hold: assign({ callerHeld: true }),
    rings: assign(({ context, event }) => ({ ringingAt: context.ringingAt ?? event.at })),
    pickedUp: assign(({ context, event }) => ({ answeredAt: context.answeredAt ?? event.at })),
    verdict: assign(({ context, event }) => ({
      answeredBy: event.type === 'answered' ? event.answeredBy : context.answeredBy,
      answeredAt: context.answeredAt ?? event.at,
      verdictAt: context.verdictAt ?? event.at,
    })),
    human: assign(({ context, event }) => ({ human: true, verdictAt: context.verdictAt ?? event.at })),
    confirms: assign(({ event }) => ({ confirmUntil: event.at + CONFIRM_MS })),
    joined: assign(({ context, event }) => ({ joinedAt: context.joinedAt ?? event.at, result: 'bridged' })),
    ends: assign(({ context, event }) => ({
      endedAt: context.endedAt ?? event.at,
      result: context.result ?? (event.type === 'status' ? event.status : 'hungUp'),
    })),
  },
  guards: {
    isOurs: ({ context, event }) => context.sid === null || !('sid' in event) || event.sid === context.sid,
    isOver: ({ context, event }) =>
      event.type === 'status' && (context.sid === null || event.sid === context.sid) && FINAL.includes(event.status),
    rings: ({ event }) => event.type === 'status' && event.status === 'ringing',
    initiated: ({ event }) => event.type === 'status' && event.status === 'initiated',
    pickedUp: ({ event }) => event.type === 'status' && event.status === 'in-progress',
    bridges: ({ event }) => event.type === 'answered' && POLICY[event.answeredBy] === 'bridge',
    confirms: ({ event }) => event.type === 'answered' && POLICY[event.answeredBy] === 'confirm',
    pressed: ({ event }) => event.type === 'key' && event.digits !== '',
    tooLate: ({ context, event }) => event.at >= (context.confirmUntil ?? 0),
  },
}).createMachine({
  id: 'leg',
  context: ({ input }) => ({
    to: input.to,
    sid: null,
    answeredBy: null,
    human: false,
    result: null,
    startedAt: input.at,
    ringingAt: null,
    answeredAt: null,
    verdictAt: null,
    joinedAt: null,
    endedAt: null,
    confirmUntil: null,
    timer: null,
    callerHeld: false,
  }),
  initial: 'requested',
  entry: [{ type: 'ask', params: { type: 'call.create' } }],
  on: {
    'caller.joined': { actions: 'hold' },
    'caller.gone': { target: '.ending', actions: { type: 'ask', params: { type: 'call.end' } } },
    status: { guard: 'isOver', target: '.ended', actions: ['adopt', 'ends', ...STOP] },
  },
  states: {
    requested: {
      on: {
        created: { target: 'placed', actions: ['adopt', ...start(RING_MS)] },
        status: [
          { guard: 'isOver', target: 'ended', actions: ['adopt', 'ends', ...STOP] },
          { guard: 'pickedUp', target: 'detecting', actions: ['adopt', 'pickedUp'] },
          { target: 'ringing', actions: 'adopt' },
        ],
      },
    },
    placed: {
      on: {
        status: [
          { guard: 'isOver', target: 'ended', actions: ['ends', ...STOP] },
          { guard: 'initiated', target: 'ringing', actions: start(RING_MS) },
          { guard: 'rings', target: 'ringing', actions: ['rings', ...start(RING_MS)] },
          {
            guard: 'pickedUp',
            target: 'detecting',
            actions: ['pickedUp', ...start(DETECT_MS)],
          },
        ],
      },
    },
    ringing: {
      on: {
        status: [
          { guard: 'isOver', target: 'ended', actions: ['ends', ...STOP] },
          { guard: 'rings', actions: 'rings' },
          {
            guard: 'pickedUp',
            target: 'detecting',
            actions: ['pickedUp', ...start(DETECT_MS)],
          },
        ],
        answered: [
          { guard: 'bridges', target: 'joining', actions: ['verdict', 'human', ...STOP] },
          {
            guard: 'confirms',
            target: 'confirming',
            actions: ['verdict', 'confirms', ...start(CONFIRM_MS + GRACE_MS)],
          },
          { target: 'ending', actions: ['verdict', ...start(GRACE_MS)] },
        ],
      },
    },
    detecting: {
      on: {
        answered: [
          { guard: 'bridges', target: 'joining', actions: ['verdict', 'human', ...STOP] },
          {
            guard: 'confirms',
            target: 'confirming',
            actions: ['verdict', 'confirms', ...start(CONFIRM_MS + GRACE_MS)],
          },
          { target: 'ending', actions: ['verdict', ...start(GRACE_MS)] },
        ],
      },
    },
    confirming: {
      on: {
        key: { guard: 'pressed', target: 'joining', actions: ['human', ...STOP] },
        round: { guard: 'tooLate', target: 'ending', actions: start(GRACE_MS) },
        'caller.gone': { target: 'told', actions: start(30_000) },
      },
    },
    told: { on: { round: { target: 'ending', actions: start(GRACE_MS) } } },
    joining: { on: { joined: { guard: 'isOurs', target: 'bridged', actions: 'joined' } } },
    bridged: {
      on: { ended: { guard: 'isOurs', target: 'ending', actions: start(GRACE_MS) } },
    },
    ending: {},
    ended: { type: 'final' },
  },
});
