import { deepStrictEqual } from 'node:assert';
import { DEFAULT_FORWARDING_CONFIG, forwarding, type ForwardingEvent, type ForwardingState } from '@amd/core';
import { events, NUMBERS, sids, START } from '@amd/core/testing';
import { initialTransition, transition } from 'xstate';
import type { Section } from './figure.js';
import { legMachine, type LegEvent } from './leg-machine.xstate.js';
import { atLeast, interleave, median, perSecond, short, times } from './samples.js';

const NAME = 'pure transitions beside XState';

/** One leg from its request to its end, by way of a key: what Twilio tells, and nothing else. */
function ours(): readonly ForwardingEvent[] {
  const inbound = events.inbound();
  const first = forwarding.transition(forwarding.initial(), inbound, DEFAULT_FORWARDING_CONFIG);
  const create = first.effects.find((effect) => effect.type === 'call.create');
  if (create?.type !== 'call.create') throw new Error('the flow rang nobody');
  const at = (seconds: number): { at: number } => ({ at: START + seconds * 1000 });
  return [
    inbound,
    events.outcome(create, { as: 'created', sid: sids.call(1), status: 'queued' }, START + 200),
    events.conference({ event: 'join', ...at(1) }),
    events.status({ status: 'initiated', ...at(1) }),
    events.status({ status: 'ringing', ...at(2) }),
    events.status({ status: 'in-progress', ...at(8) }),
    events.answered({ answeredBy: 'unknown', ...at(12) }),
    events.round(at(16)),
    events.key(at(18)),
    events.conference({ event: 'join', leg: 1, ...at(19) }),
    events.legEnded(at(60)),
    events.status({ status: 'completed', ...at(61) }),
  ];
}

function theirs(): readonly LegEvent[] {
  const sid = sids.call(1);
  const at = (seconds: number): { sid: string; at: number } => ({ sid, at: START + seconds * 1000 });
  return [
    { type: 'created', sid, at: START + 200 },
    { type: 'caller.joined', at: START + 1000 },
    { type: 'status', status: 'initiated', ...at(1) },
    { type: 'status', status: 'ringing', ...at(2) },
    { type: 'status', status: 'in-progress', ...at(8) },
    { type: 'answered', answeredBy: 'unknown', ...at(12) },
    { type: 'round', ...at(16) },
    { type: 'key', digits: '1', ...at(18) },
    { type: 'joined', ...at(19) },
    { type: 'ended', ...at(60) },
    { type: 'status', status: 'completed', ...at(61) },
  ];
}

export const transitions: Section = {
  name: NAME,
  figures: [NAME],
  async run({ quick }) {
    const told = ours();
    const heard = theirs();
    const flow = (see?: (state: ForwardingState) => void): void => {
      let state = forwarding.initial();
      for (const event of told) {
        state = forwarding.transition(state, event, DEFAULT_FORWARDING_CONFIG).state;
        see?.(state);
      }
    };
    const chart = (see?: (phase: unknown) => void): void => {
      let [snapshot] = initialTransition(legMachine, { to: NUMBERS.ann, at: START });
      see?.(snapshot.value);
      for (const event of heard) {
        [snapshot] = transition(legMachine, snapshot, event);
        see?.(snapshot.value);
      }
    };
    sameLife(flow, chart);
    const ms = quick ? 100 : 400;
    perSecond(flow, ms);
    perSecond(chart, ms);
    const { amd, xstate } = await interleave(quick ? 3 : 9, {
      amd: () => perSecond(() => flow(), ms) * told.length,
      xstate: () => perSecond(() => chart(), ms) * told.length,
    });
    const detail = `${short(median(amd))}/s of a whole call, XState ${short(median(xstate))}/s of its one leg`;
    return [atLeast(NAME, times(amd, xstate), 100, '×', detail)];
  },
};

/** Both take the leg through the same phases, or the comparison means nothing. */
function sameLife(
  flow: (see: (state: ForwardingState) => void) => void,
  chart: (see: (phase: unknown) => void) => void,
): void {
  const phases: unknown[] = [];
  flow((state) => phases.push(state.kind === 'call' ? state.legs[0]?.phase : null));
  const theirPhases: unknown[] = [];
  chart((phase) => theirPhases.push(phase));
  deepStrictEqual(theirPhases, phases);
}
