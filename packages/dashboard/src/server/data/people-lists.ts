import { onlyKnown } from '@amd/core/internal';
import { systemClock, type Clock, type Store, type StoredRecord } from '@amd/core';
import { z } from 'zod';
import type { ListedPerson, PeopleList, SaveResult } from '../../shared/protocol.js';
import { checkPeople } from './people-input.js';

/** Whom to ring for each inbound number: as configured, until someone edits it. */
export interface PeopleLists {
  /**
   * Returns whom to ring for calls to this number: its own list, otherwise the one for `*`, otherwise no one.
   * @throws what the store throws
   */
  for(inbound: string): Promise<readonly ListedPerson[]>;
  /** Returns every list that exists or may exist, `*` last. */
  all(): Promise<readonly PeopleList[]>;
  /** Saves a list unless it was saved since `revision`. `people: null` restores the configured one. */
  save(save: unknown): Promise<SaveResult>;
  /**
   * Returns a function to call repeatedly: was a list written since the last call, by any process? The first answer is true if
   * there is any list.
   */
  watch(): () => Promise<boolean>;
}

/** Where lists of people are kept, and which numbers may have one. */
export interface PeopleListsOptions {
  readonly store: Store;
  readonly clock?: Clock | undefined;
  /** By inbound number in E.164 form; `*` is for every other number. */
  readonly configured: ReadonlyMap<string, readonly ListedPerson[]>;
  /** Numbers that may have a list of their own, besides those configured. */
  readonly inboundNumbers: readonly string[];
  /** Explains why a number may not be dialled: `problem` of `createDialRules`. */
  readonly problem: (to: string) => string | null;
}

const REST = '*';
const OPTIONS = {
  store: true,
  clock: true,
  configured: true,
  inboundNumbers: true,
  problem: true,
} as const satisfies Record<keyof PeopleListsOptions, true>;

const PREFIX = 'people:';
/** More lists than this take more than one read. */
const PAGE = 100;
const STORED = z.object({
  v: z.literal(1),
  at: z.number(),
  people: z.array(z.object({ name: z.string(), to: z.string() })).nullable(),
});

/** Creates the lists: one record each, replaced by compare-and-set like everything in the store. */
export function createPeopleLists(options: PeopleListsOptions): PeopleLists {
  onlyKnown(options, 'createPeopleLists', OPTIONS);
  const { store, configured, inboundNumbers, problem } = options;
  const clock = options.clock ?? systemClock;
  const known = new Set([...configured.keys(), ...inboundNumbers, REST]);
  const order = [...[...known].filter((inbound) => inbound !== REST), REST];

  async function read(inbound: string): Promise<PeopleList> {
    return toList(inbound, await store.read(keyOf(inbound), clock.now()));
  }

  function toList(inbound: string, record: StoredRecord | undefined): PeopleList {
    const stored = record === undefined ? null : STORED.parse(JSON.parse(record.data));
    const people = stored?.people ?? null;
    return {
      inbound,
      revision: record?.revision ?? 0,
      source: people === null ? 'configured' : 'saved',
      people: people ?? configured.get(inbound) ?? [],
      savedAt: people === null ? null : (stored?.at ?? null),
    };
  }

  return {
    async for(inbound) {
      if (known.has(inbound) && inbound !== REST) {
        const list = await read(inbound);
        if (list.people.length > 0) return list.people;
      }
      return (await read(REST)).people;
    },

    all: () => Promise.all(order.map(read)),

    async save(input) {
      const checked = checkPeople(input, known, problem);
      if (!checked.ok) return { ok: false, code: 'invalid', problems: checked.problems };
      const { inbound, revision, people } = checked.value;
      const now = clock.now();
      try {
        const result = await store.commit({
          key: keyOf(inbound),
          expected: revision,
          data: JSON.stringify({ v: 1, at: now, people } satisfies z.output<typeof STORED>),
          expiresAt: null,
          now,
          put: [],
          drop: [],
        });
        const list = await read(inbound);
        return result.ok ? { ok: true, list } : { ok: false, code: 'conflict', list };
      } catch {
        return { ok: false, code: 'failed', message: 'The list could not be stored. Nothing was changed: try again.' };
      }
    },

    watch() {
      let after: string | undefined;
      return async () => {
        const { records, cursor } = await store.list({ prefix: PREFIX, after, limit: PAGE });
        after = cursor;
        return records.length > 0;
      };
    },
  };
}

function keyOf(inbound: string): string {
  return PREFIX + inbound;
}
