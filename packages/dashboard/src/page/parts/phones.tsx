import type { VNode } from 'preact';
import { useState } from 'preact/hooks';
import type { PhoneCall, PhoneCommand, PhoneState } from '../../shared/protocol.js';
import type { Commands } from '../connection/connection.js';

const KEYS = ['1', '2', '3', '4', '5', '6', '7', '8', '9', '*', '0', '#'];

/** Shows the phones of the simulated Twilio. */
export function Phones({
  connection,
  state,
}: {
  readonly connection: Pick<Commands, 'phone'>;
  readonly state: PhoneState;
}): VNode {
  const [from, setFrom] = useState('+12125550123');
  const [to, setTo] = useState(state.numbers[0] ?? '');
  const [problem, setProblem] = useState('');
  const send = (command: PhoneCommand): void => {
    void connection.phone(command).then((result) => {
      setProblem(result.ok ? '' : result.message);
    });
  };
  return (
    <section class="panel phones" aria-labelledby="phones-title">
      <h2 id="phones-title">Phones</h2>
      <p class="hint">Twilio is simulated: place a call, choose who answers, or answer yourself.</p>
      <form
        class="place"
        onSubmit={(event) => {
          event.preventDefault();
          send({ do: 'call', from, to });
        }}
      >
        <label>
          <span>Caller</span>
          <input
            value={from}
            onInput={(event) => {
              setFrom(event.currentTarget.value);
            }}
          />
        </label>
        <label>
          <span>Calls</span>
          <select
            value={to}
            onChange={(event) => {
              setTo(event.currentTarget.value);
            }}
          >
            {state.numbers.map((number) => (
              <option key={number}>{number}</option>
            ))}
          </select>
        </label>
        <button type="submit" class="primary">
          Place call
        </button>
      </form>
      <p class="problem" role="alert">
        {problem}
      </p>
      {state.calls.length > 0 && (
        <ul class="phone-calls" aria-label="Live phones">
          {state.calls.map((call) => (
            <Phone key={call.sid} call={call} name={nameOf(state, call)} send={send} />
          ))}
        </ul>
      )}
      <h3>Who answers</h3>
      <ul class="answers">
        {state.people.map(({ to: number, name, answers }) => (
          <li key={number}>
            <label>
              <span>
                {name} <small>{number}</small>
              </span>
              <select
                value={answers}
                onChange={(event) => {
                  send({ do: 'choose', to: number, answers: event.currentTarget.value });
                }}
              >
                {state.kinds.map(({ kind, label }) => (
                  <option key={kind} value={kind}>
                    {label}
                  </option>
                ))}
              </select>
            </label>
          </li>
        ))}
      </ul>
    </section>
  );
}

function nameOf({ people }: PhoneState, { direction, from, to }: PhoneCall): string {
  if (direction === 'inbound') return `Caller ${from}`;
  return people.find((person) => person.to === to)?.name ?? to;
}

function Phone(props: {
  readonly call: PhoneCall;
  readonly name: string;
  readonly send: (command: PhoneCommand) => void;
}): VNode {
  const { call, name, send } = props;
  const { sid, status, ringsForYou, yours, heard } = call;
  return (
    <li class="phone" data-rings={ringsForYou ? '' : undefined}>
      <p>
        <b>{name}</b> <small>{status.replaceAll('-', ' ')}</small>
      </p>
      {heard !== '' && <p class="heard">“{heard}”</p>}
      <div class="keys" role="group" aria-label={`Phone of ${name}`}>
        {ringsForYou && (
          <>
            <button
              type="button"
              class="primary"
              onClick={() => {
                send({ do: 'answer', sid });
              }}
            >
              Answer
            </button>
            <button
              type="button"
              onClick={() => {
                send({ do: 'decline', sid });
              }}
            >
              Decline
            </button>
          </>
        )}
        {yours && !ringsForYou && (
          <>
            <button
              type="button"
              onClick={() => {
                send({ do: 'hangUp', sid });
              }}
            >
              Hang up
            </button>
            {KEYS.map((key) => (
              <button
                key={key}
                type="button"
                class="key"
                aria-label={`Press ${key}`}
                onClick={() => {
                  send({ do: 'press', sid, digits: key });
                }}
              >
                {key}
              </button>
            ))}
          </>
        )}
      </div>
    </li>
  );
}
