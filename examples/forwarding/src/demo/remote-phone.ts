import type { PhoneCommand, PhonePanel, PhoneResult, PhoneState } from '@amd/dashboard';
import type { FromApp, ToApp } from './chaos-messages.js';

type ToPhone = Extract<ToApp, { type: 'phone' | 'phone.result' }>;

export interface RemotePhone {
  readonly panel: PhonePanel;
  hear(message: ToPhone): void;
}

/** Gives access to the phones of a simulator in another process. */
export function remotePhone(first: PhoneState, tell: (message: FromApp) => void): RemotePhone {
  let state = first;
  let asked = 0;
  const listeners = new Set<() => void>();
  const waiting = new Map<number, (result: PhoneResult) => void>();
  return {
    panel: {
      state: () => state,
      command: (command: PhoneCommand) =>
        new Promise((resolve) => {
          asked += 1;
          waiting.set(asked, resolve);
          tell({ type: 'phone.command', id: asked, command });
        }),
      onChange(listener) {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
    },
    hear(message) {
      if (message.type === 'phone') {
        state = message.state;
        for (const listener of listeners) listener();
        return;
      }
      waiting.get(message.id)?.(message.result);
      waiting.delete(message.id);
    },
  };
}
