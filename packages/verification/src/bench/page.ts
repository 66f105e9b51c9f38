import { setTimeout as wait } from 'node:timers/promises';
import { io, type Socket } from 'socket.io-client';
import { PATHS } from '../../../dashboard/src/shared/protocol.js';
import { startPage, type RunningPage } from './children.js';
import type { Section } from './figure.js';
import { atMost, median, minus, short } from './samples.js';

const BYTES = 'page at 100 changes a second: bytes sent';
const CPU = 'page at 100 changes a second: CPU of an open page';

/** Half of what an open page cost when first measured. */
const CPU_GOAL = 0.033;

/** One open page, while ten calls change every tenth of a second. */
export const page: Section = {
  name: 'page',
  figures: [BYTES, CPU],
  async run({ quick, progress }) {
    const [open, unseen, none] = [await startPage('page'), await startPage('page'), await startPage('no page')];
    const socket = await look(open.port);
    let rows = 0;
    socket.on('update', (update: { readonly rows?: unknown }) => {
      if (Array.isArray(update.rows)) rows += update.rows.length;
    });
    try {
      progress('warming up');
      await wait(quick ? 3000 : 8000);
      const bytes: number[] = [];
      const cpu: Record<'open' | 'unseen' | 'none', number[]> = { open: [], unseen: [], none: [] };
      rows = 0;
      const began = performance.now();
      for (let round = 0; round < (quick ? 3 : 9); round += 1) {
        progress(`round ${String(round + 1)}`);
        // At the same time: other load on the machine affects all alike.
        const [seen, without, changes] = await Promise.all([used(open), used(unseen), used(none)]);
        bytes.push(seen.bytes / 1024);
        cpu.open.push(seen.cpu);
        cpu.unseen.push(without.cpu);
        cpu.none.push(changes.cpu);
      }
      const heard = (1000 * rows) / (performance.now() - began);
      const detail = `${short(heard)} rows a second reached the page, as the server's sockets count them`;
      return [
        atMost(BYTES, [bytes.reduce((sum, one) => sum + one, 0) / bytes.length], 31, ' KB/s', detail),
        atMost(CPU, minus(cpu.open, cpu.unseen), CPU_GOAL, ' % of a core', ofCore(cpu)),
      ];
    } finally {
      socket.close();
      open.stop();
      unseen.stop();
      none.stop();
    }
  },
};

function ofCore({ open, unseen, none }: Record<'open' | 'unseen' | 'none', readonly number[]>): string {
  const percent = (samples: readonly number[]): string => `${short(median(samples))} %`;
  return `${percent(open)} with a page, ${percent(unseen)} when nobody looks, ${percent(none)} for the changes alone`;
}

/** Opens the page's socket, as the page does. */
async function look(port: number): Promise<Socket> {
  const url = `http://127.0.0.1:${String(port)}`;
  const socket = io(url, { path: PATHS.socket, transports: ['websocket'], extraHeaders: { origin: url } });
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('connect_error', reject);
  });
  await socket.emitWithAck('sync', null);
  return socket;
}

/**
 * Measures over a third of the time that all calls take from their first change to their last: percent of a core, and bytes per
 * second.
 */
async function used(server: RunningPage): Promise<{ readonly cpu: number; readonly bytes: number }> {
  const begin = performance.now();
  const before = await server.used();
  await wait(8000);
  const after = await server.used();
  const seconds = (performance.now() - begin) / 1000;
  return { cpu: (100 * (after.cpu - before.cpu)) / 1e6 / seconds, bytes: (after.bytes - before.bytes) / seconds };
}
