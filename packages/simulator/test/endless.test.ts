import { describe, expect, it } from 'vitest';
import type { Simulator } from '../src/index.js';
import { CALLER, NUMBER, world, xml } from './app.js';

const reasonOf = async (run: Promise<void>): Promise<string> =>
  run.then(
    () => 'it came to an end',
    (error: unknown) => (error as Error).message,
  );

/** An application that polls its work and never stops. */
function pollsForEver(sim: Simulator, everyMs: number): { readonly polls: () => number } {
  let polls = 0;
  const poll = (): void => {
    polls += 1;
    sim.clock.wakeAt(sim.clock.now() + everyMs, poll);
  };
  poll();
  return { polls: () => polls };
}

describe('settle() that cannot come to an end', () => {
  it('settle() throws and names the timer that is started again and again, its period, and what to set', async () => {
    const { sim } = world({ '/inbound': () => xml('<Say>Hi</Say>') });
    const { polls } = pollsForEver(sim, 1000);
    const caller = sim.placeCall({ from: CALLER, to: NUMBER });
    const reason = await reasonOf(sim.settle());
    expect(caller.status).toBe('completed');
    expect(polls()).toBeLessThan(11_000);
    expect(reason).toMatch(/nothing has happened at Twilio in \d+ turns\. Virtual time has moved by 2\.8 h/);
    expect(reason).toMatch(/The last thing that happened at Twilio: .*completed/);
    expect(reason).toMatch(/every 1000 ms {2}at .*\bpoll\b.*endless\.test\.ts:\d+/);
    expect(reason).toContain('{ clock: sim.clock, pollMs: null }');
    expect(reason).toContain('settle(until)');
  });

  it('settle() throws for a timer that lets no time pass, even while Twilio has something planned', async () => {
    const { sim } = world({ '/inbound': () => xml('<Pause length="60"/>') });
    pollsForEver(sim, 0);
    sim.placeCall({ from: CALLER, to: NUMBER });
    expect(await reasonOf(sim.advance(90_000))).toMatch(/every 0 ms {2}at/);
  });

  it('settle() throws for an application that sends Twilio endless requests and changes nothing', async () => {
    const { sim, client } = world({ '/inbound': () => xml('') });
    const look = (): void => {
      void client.calls.list().then(() => sim.clock.wakeAt(sim.clock.now() + 60_000, look));
    };
    look();
    expect(await reasonOf(sim.settle())).toContain('does not come to an end');
  });

  it('settle() throws after 30 days of a slow timer', async () => {
    const { sim } = world({ '/inbound': () => xml('') });
    pollsForEver(sim, 3_600_000);
    const reason = await reasonOf(sim.settle());
    expect(reason).toMatch(/still busy after 30 days\. Virtual time has moved by 720\.0 h/);
    expect(reason).toMatch(/every 3600000 ms {2}at .*endless\.test\.ts/);
  });

  it('a run can continue after settle() threw, which names some of many timers', async () => {
    const { sim } = world({ '/inbound': () => xml('<Say>Hi</Say>') });
    for (let n = 1; n <= 5; n += 1) pollsForEver(sim, n * 100);
    expect(await reasonOf(sim.settle())).toMatch(/every 100, 200, 300 … ms/);
    const caller = sim.placeCall({ from: CALLER, to: NUMBER });
    await sim.advance(60_000);
    expect(caller.heard).toEqual(['Hi']);
  });
});

describe('settle() that takes long', () => {
  it('settle() waits for what Twilio has planned, however often an application polls meanwhile', async () => {
    const { sim } = world({ '/inbound': () => xml('<Pause length="14000"/><Say>At last.</Say>') });
    let stop = (): void => undefined;
    const poll = (): void => {
      stop = sim.clock.wakeAt(sim.clock.now() + 500, poll);
    };
    poll();
    const caller = sim.placeCall({ from: CALLER, to: NUMBER });
    void caller.done.then(() => {
      stop();
    });
    await sim.settle();
    expect(caller.heard).toEqual(['At last.']);
  });

  it('goes as far as Twilio has something to do, if asked for no more', async () => {
    const { sim } = world({ '/inbound': () => xml('<Record action="/done"/>'), '/done': () => xml('') });
    const { polls } = pollsForEver(sim, 1000);
    const caller = sim.placeCall({ from: CALLER, to: NUMBER });
    await sim.settleCalls();
    expect(caller.status).toBe('completed');
    expect(polls()).toBeLessThan(60);
  });

  it('settle() goes as far as it is told, whatever an application polls', async () => {
    const { sim } = world({ '/inbound': () => xml('') });
    const { polls } = pollsForEver(sim, 1000);
    await sim.advance(24 * 3_600_000);
    expect(polls()).toBe(24 * 3600 + 1);
  });
});
