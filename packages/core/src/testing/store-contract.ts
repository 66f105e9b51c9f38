import type { Store } from '../store/store.js';
import { contractClaims } from './store-contract-claims.js';
import { contractList } from './store-contract-list.js';
import type { ContractTest, ReconnectTest } from './store-contract-parts.js';
import { contractReconnect } from './store-contract-reconnect.js';
import { contractRecords } from './store-contract-records.js';
import { contractRivals } from './store-contract-rivals.js';
import { contractSettle } from './store-contract-settle.js';

/** What the contract needs of a test runner; `describe` and `it` of any runner will do. */
export interface StoreContractOptions {
  readonly describe: (name: string, body: () => void) => unknown;
  readonly it: (name: string, body: () => Promise<void>) => unknown;
  /** A new, empty store for each test. */
  readonly createStore: () => Store | Promise<Store>;
  /** A second handle on the same data, as another process would have it. Default: the store itself. */
  readonly openAgain?: (store: Store) => Store | Promise<Store>;
  /** Loses the connection to the data and restores it: closes and opens a file, breaks a connection. Default: not tested. */
  readonly reconnect?: (store: Store) => Store | Promise<Store>;
  /** Called after each test with each store it used. */
  readonly dispose?: (store: Store) => void | Promise<void>;
}

/**
 * Defines the tests of the `Store` contract: `storeContract({ describe, it, createStore: () => createMyStore() })`. All times are
 * arguments, so nothing sleeps. They lie after 2030, so that a store may also expire by its server's own clock.
 */
export function storeContract(options: StoreContractOptions): void {
  const test: ContractTest = (name, body) => {
    options.it(name, async () => {
      const store = await options.createStore();
      const other = options.openAgain === undefined ? store : await options.openAgain(store);
      try {
        await body(store, other);
      } finally {
        await options.dispose?.(store);
        if (other !== store) await options.dispose?.(other);
      }
    });
  };
  const { reconnect } = options;
  const reconnectTest: ReconnectTest = (name, body) => {
    options.it(name, async () => {
      let store = await options.createStore();
      try {
        await body(store, async () => (store = (await reconnect?.(store)) ?? store));
      } finally {
        await options.dispose?.(store);
      }
    });
  };
  options.describe('store contract', () => {
    options.describe('records', () => {
      contractRecords(test);
    });
    options.describe('claims', () => {
      contractClaims(test);
    });
    options.describe('settling', () => {
      contractSettle(test);
    });
    options.describe('list', () => {
      contractList(test);
    });
    options.describe('rivals', () => {
      contractRivals(test);
    });
    if (reconnect === undefined) return;
    options.describe('lost and found again', () => {
      contractReconnect(reconnectTest);
    });
  });
}
