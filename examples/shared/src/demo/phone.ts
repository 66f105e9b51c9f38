import type { PhoneCall, PhoneCommand, PhonePanel, PhoneResult, PhoneState } from '@amd/dashboard';
import {
  busy,
  fax,
  hangsUpDuringDetection,
  human,
  noAnswer,
  screening,
  silent,
  unreachable,
  voicemail,
  you,
  type Person,
  type SimulatedCall,
  type Simulator,
} from '@amd/simulator';

/** What may answer a phone, by kind. */
const ANSWERS: Readonly<Record<string, { readonly label: string; readonly person: () => Person }>> = {
  you: { label: 'You (answer here)', person: () => you() },
  human: { label: 'A human', person: () => human() },
  voicemail: { label: 'Voicemail', person: () => voicemail({ ringMs: 8000 }) },
  fax: { label: 'A fax', person: () => fax() },
  screening: { label: 'Call screening', person: () => screening() },
  silent: { label: 'Silent, presses 1', person: () => silent({ key: '1' }) },
  hangsUp: { label: 'Hangs up at once', person: () => hangsUpDuringDetection() },
  busy: { label: 'Busy', person: () => busy() },
  noAnswer: { label: 'No answer', person: () => noAnswer() },
  unreachable: { label: 'Not in service', person: () => unreachable() },
};

/** More would be a load test rather than a game. */
const MAX_LIVE = 20;

export interface DemoPhones {
  readonly panel: PhonePanel;
  /** Returns who answers at a number; a new number gets a person, too. */
  person(to: string): Person | undefined;
}

/** Creates the simulator's phones for users to play with. `sim` is a function, because the simulator itself needs `person`. */
export function createPhones(parts: {
  readonly sim: () => Simulator;
  readonly numbers: readonly string[];
  readonly people: readonly { readonly to: string; readonly name: string; readonly answers: string }[];
  /** Number of earlier calls, which are not shown. */
  readonly since: () => number;
}): DemoPhones {
  const { numbers, since } = parts;
  const chosen = new Map(parts.people.map(({ to, name, answers }) => [to, { name, answers }]));
  const live = (): SimulatedCall[] => parts.sim().calls.slice(since()).filter(isLive);

  function toPhone(call: SimulatedCall): PhoneCall {
    const inbound = call.direction === 'inbound';
    const isYou = chosen.get(call.to)?.answers === 'you';
    const ringing = call.status === 'ringing';
    const said = call.heard.at(-1) ?? '';
    return {
      sid: call.sid,
      direction: inbound ? 'inbound' : 'outbound',
      from: call.from,
      to: call.to,
      status: call.status,
      ringsForYou: !inbound && isYou && ringing,
      yours: inbound || (isYou && call.status === 'in-progress'),
      heard: /^https?:/.test(said) ? 'Music' : said,
      startedAt: call.createdAt,
    };
  }

  function act(command: PhoneCommand): PhoneResult {
    if (command.do === 'call') {
      const { from, to } = command;
      if (!numbers.includes(to)) return refuse('Choose one of our numbers to call.');
      if (!/^(\+[1-9][0-9]{6,14}|[A-Za-z]{3,20})$/.test(from)) {
        return refuse('The caller must be a number such as +12125550123, or a word such as anonymous.');
      }
      if (from === to) return refuse('A number cannot call itself.');
      if (live().length >= MAX_LIVE) return refuse('There are enough calls: wait until some are over.');
      parts.sim().placeCall({ from, to });
      return { ok: true };
    }
    if (command.do === 'choose') {
      const person = chosen.get(command.to);
      if (person === undefined || !(command.answers in ANSWERS)) return refuse('Nobody is known there.');
      chosen.set(command.to, { ...person, answers: command.answers });
      changed();
      return { ok: true };
    }
    const call = live().find(({ sid }) => sid === command.sid);
    const phone = call === undefined ? undefined : toPhone(call);
    if (call === undefined || phone === undefined) return refuse('This call is over.');
    if (command.do === 'answer' || command.do === 'decline') {
      if (!phone.ringsForYou) return refuse('This phone does not ring for you.');
      return (command.do === 'answer' ? call.answer() : call.decline()) ? { ok: true } : refuse('It rings no more.');
    }
    if (!phone.yours) return refuse('You are not on this call.');
    if (command.do === 'press') call.press(command.digits);
    else call.hangUp();
    return { ok: true };
  }

  const listeners = new Set<() => void>();
  const changed = (): void => {
    for (const listener of listeners) listener();
  };

  return {
    person(to) {
      const known = chosen.get(to) ?? { name: to, answers: 'human' };
      chosen.set(to, known);
      return ANSWERS[known.answers]?.person();
    },
    panel: {
      state: (): PhoneState => ({
        numbers,
        kinds: Object.entries(ANSWERS).map(([kind, { label }]) => ({ kind, label })),
        people: [...chosen].map(([to, { name, answers }]) => ({ to, name, answers })),
        calls: live().map(toPhone),
      }),
      command: act,
      onChange(listener) {
        listeners.add(listener);
        const stop = parts.sim().on('entry', listener);
        return () => {
          listeners.delete(listener);
          stop();
        };
      },
    },
  };
}

function isLive({ status }: SimulatedCall): boolean {
  return status === 'queued' || status === 'ringing' || status === 'in-progress';
}

function refuse(message: string): PhoneResult {
  return { ok: false, message };
}
