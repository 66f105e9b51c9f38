import type { RestFault, Simulator, SimulatorHttpClient } from '@amd/simulator';
import type { Plan } from './faults.js';
import type { Life } from './life.js';

/** Faults of requests that are on their way, oldest first: what the simulator's option `rest` is told. */
export type OnTheWay = (RestFault | undefined)[];

/** One node's way to Twilio: it may die before a request, or after it; other faults are left to the simulator. */
export function plantedClient(
  { sim, plan, onTheWay }: { sim: Simulator; plan: Plan; onTheWay: OnTheWay },
  life: Life,
): SimulatorHttpClient {
  return {
    async request(options) {
      life.mustLive();
      const does = plan.next('rest')?.does;
      if (does === 'crash-before') life.die();
      onTheWay.push(does === 'crash-after' ? undefined : (does as RestFault | undefined));
      const response = await sim.httpClient.request(options);
      life.mustLive();
      if (does === 'crash-after') life.die();
      return response;
    },
  };
}
