import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  AmdError,
  type callSettings,
  decodeState,
  DEFAULT_FORWARDING_CONFIG,
  encodeState,
  forwarding,
  taskrouter,
  type ForwardingEvent,
  type ForwardingState,
  type LiveForwarding,
} from '@amd/core';
import { events, NUMBERS } from '@amd/core/testing';
import { USUAL_FORWARDING, USUAL_TASK_CALL, writeCall } from '../../src/flows/written.js';

const KEY = 'forwarding:CA1';

/** The states of a call from start to end. */
function statesOf(options: Parameters<typeof callSettings>[0]): readonly ForwardingState[] {
  const heard: ForwardingEvent[] = [
    events.inbound({ options }),
    events.conference({ event: 'join' }),
    events.status({ leg: 1, status: 'ringing' }),
    events.answered({ leg: 1 }),
    events.callerStatus(),
  ];
  let state = forwarding.initial();
  return heard.map((event) => (state = forwarding.transition(state, event, DEFAULT_FORWARDING_CONFIG).state));
}

describe('a call that is written down', () => {
  it.each([
    ['as most are', { forwardTo: [NUMBERS.ann] }],
    [
      'with everything otherwise than usual',
      {
        forwardTo: [{ targets: [NUMBERS.ann, { to: NUMBERS.ben, name: 'Ben', ringSeconds: 10 }] }],
        policy: 'lenient',
        amd: { mode: 'async' },
        screening: {},
        callerId: NUMBERS.ann,
        ringSeconds: 30,
        detection: { timeoutSeconds: 20, speechThresholdMs: 2000 },
        fallback: { kind: 'voicemail' },
        texts: { greeting: '', connected: 'Here they are.' },
        voice: 'alice',
        deadlineSeconds: 60,
        record: true,
        progress: {},
      },
    ],
  ] as const)('a stored call is read as it was, %s', (_, options) => {
    for (const state of statesOf(options)) {
      const data = encodeState(forwarding, { state, at: 5 });
      expect(decodeState(forwarding, KEY, data)).toEqual({
        state: JSON.parse(JSON.stringify(state)) as unknown,
        at: 5,
      });
    }
  });

  it('a stored call contains nothing that every call has', () => {
    const [, , state] = statesOf({ forwardTo: [NUMBERS.ann] });
    const data = encodeState(forwarding, { state: state as ForwardingState, at: 5 });
    expect(data).not.toContain('Please hold');
    expect(data).not.toContain('hang up');
    expect(data).not.toContain('null,"human"');
    expect(data.length).toBeLessThan(1000);
  });

  it("a stored call contains chosen texts, even if they are another flow's defaults", () => {
    const said = { callerGone: String(USUAL_TASK_CALL.texts['callerGone']) };
    const [state] = statesOf({ forwardTo: [NUMBERS.ann], texts: said });
    const { state: read } = decodeState(
      forwarding,
      KEY,
      encodeState(forwarding, { state: state as LiveForwarding, at: 5 }),
    );
    expect(read).toMatchObject({ settings: { texts: said } });
  });

  it('a stored call is serialised anew only when one of its legs has changed', () => {
    const [, before, after] = statesOf({ forwardTo: [{ targets: [NUMBERS.ann, NUMBERS.ben] }] }) as LiveForwarding[];
    expect(after?.legs[1], 'whom nothing happened to is the same leg').toBe(before?.legs[1]);
    expect(after?.legs[0]).not.toBe(before?.legs[0]);
    expect(writeCall(after as LiveForwarding, USUAL_FORWARDING, new WeakMap())).toContain('"ringingAt"');
  });

  it.each(['{}', 'null', '[]', '{"kind":"call"}', '{"kind":"call","settings":{},"caller":{}}', '"call"'])(
    'a stored call is not ours if its state is %s',
    (state) => {
      const read = (): unknown =>
        decodeState(forwarding, KEY, `{"v":${String(forwarding.schema)},"at":1,"state":${state}}`);
      expect(read).toThrow(AmdError);
      expect(read).toThrow(expect.objectContaining({ code: 'ERR_STORE_CORRUPT' }) as Error);
    },
  );
});

describe('what is not written down', () => {
  it('the usual values are part of the format: once a version is published, changing them is a new schema', () => {
    const digest = (usual: object): string =>
      createHash('sha256').update(JSON.stringify(usual)).digest('hex').slice(0, 12);
    const tables = { forwarding: digest(USUAL_FORWARDING), taskrouter: digest(USUAL_TASK_CALL) };
    expect({ ...tables, schemas: [forwarding.schema, taskrouter.schema] }).toMatchInlineSnapshot(`
      {
        "forwarding": "82728a6bbd5c",
        "schemas": [
          1,
          1,
        ],
        "taskrouter": "506865fc0419",
      }
    `);
  });
});
