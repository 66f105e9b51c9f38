import type { RestFault, Simulator, SimulatorHttpClient } from '@amd/simulator';
import type { FaultSchedule } from './faults.js';
import type { ProcessLife } from './process-life.js';

/** Faults of requests in transit, oldest first; the simulator's option `rest` takes them from here. */
export type OnTheWay = (RestFault | undefined)[];

/** Wraps one node's client: the node may crash before a request, or after it; other faults are left to the simulator. */
export function faultyClient(
  { sim, schedule, onTheWay }: { sim: Simulator; schedule: FaultSchedule; onTheWay: OnTheWay },
  life: ProcessLife,
): SimulatorHttpClient {
  return {
    async request(options) {
      life.mustLive();
      const does = schedule.next('rest')?.does;
      if (does === 'crash-before') life.die();
      onTheWay.push(does === 'crash-after' ? undefined : (does as RestFault | undefined));
      const response = await sim.httpClient.request(options);
      life.mustLive();
      if (does === 'crash-after') life.die();
      return response;
    },
  };
}
