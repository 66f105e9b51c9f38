import type { Clock, Store, StoredRecord } from '@amd/core';
import type { Simulator, SimulatorHttpClient, WebhookRequest, WebhookResponse } from '@amd/simulator';
import { handlerTransport } from '@amd/simulator';
import type { FaultSchedule } from './faults.js';
import { ProcessLife } from './process-life.js';
import { faultyClient, type OnTheWay } from './faulty-client.js';
import { faultyStore, type Outage } from './faulty-store.js';
import { Replies } from './replies.js';
import { Failovers, watched } from './failovers.js';

/** The parts of a node. */
export interface NodeParts {
  readonly store: Store;
  readonly clock: Clock;
  readonly httpClient: SimulatorHttpClient;
}

/** The application as one process runs it. */
export interface AppNode {
  readonly fetch: (request: Request) => Promise<Response>;
  readonly idle: () => Promise<void>;
}

export type BuildNode = (parts: NodeParts) => AppNode | Promise<AppNode>;

/** Where the nodes keep their state: each opens it anew. */
export interface Database {
  readonly open: () => Promise<Store>;
  /** Reads its present content, without any fault. */
  readonly look: (prefix: string) => Promise<readonly StoredRecord[]>;
  /** Closes it for good, at the end of the run. */
  readonly close: () => Promise<void>;
}

export interface ClusterOptions {
  readonly sim: Simulator;
  readonly schedule: FaultSchedule;
  readonly onTheWay: OnTheWay;
  readonly database: Database;
  readonly build: BuildNode;
  /** Default 1. */
  readonly nodes?: number;
  /** From a crash to the next start, in ms. Default 0. */
  readonly downMs?: number;
  /** How far each node's clock is ahead, in ms. */
  readonly skewMs?: readonly number[];
  /** Handles every webhook twice, the second time as if Twilio had not received the first reply. */
  readonly everyWebhookTwice?: boolean;
}

/** From a failed start to the next, in ms. */
const START_AGAIN_MS = 1000;

interface Running {
  readonly life: ProcessLife;
  readonly node: Promise<AppNode>;
}

/**
 * Nodes of one application behind a load balancer that knows which of them are alive. They crash as scheduled and are started
 * again.
 */
export class Cluster {
  readonly #options: ClusterOptions;
  readonly #nodes: (Running | undefined)[] = [];
  readonly #outage: Outage = { until: 0, does: 'fail' };
  readonly failovers: Failovers;
  readonly replies = new Replies();
  #turn = 0;
  #deaths = 0;

  constructor(options: ClusterOptions) {
    this.#options = options;
    this.failovers = new Failovers(() => options.sim.clock.now());
  }

  get deaths(): number {
    return this.#deaths;
  }

  start(): void {
    for (let index = 0; index < (this.#options.nodes ?? 1); index += 1) this.#startNode(index);
  }

  /** Sends a webhook through the load balancer, with the fault that is scheduled for it. */
  transport = async (request: WebhookRequest): Promise<WebhookResponse> => {
    const fault = this.#options.schedule.next('webhook')?.does;
    if (fault === 'refuse') throw broken('ECONNREFUSED');
    const twice = this.#options.everyWebhookTwice === true || fault === 'twice';
    const first = this.#send(request);
    const reply = twice ? await this.#again(request, first) : await first;
    if (fault === 'lose-reply') throw broken('ECONNRESET');
    return reply;
  };

  /** Resolves when no living node has work in progress. */
  async idle(): Promise<void> {
    for (const running of this.#nodes) {
      if (running === undefined || running.life.dead) continue;
      try {
        await (await running.node).idle();
      } catch {
        // It crashed meanwhile, or could not start: its successor is waited for instead.
      }
    }
  }

  /** Ends the run: no node does anything after it. */
  end(): void {
    for (const running of this.#nodes) running?.life.end();
  }

  async #again(request: WebhookRequest, first: Promise<WebhookResponse>): Promise<WebhookResponse> {
    // With several nodes both run at once, as when Twilio stops waiting and asks another.
    if ((this.#options.nodes ?? 1) === 1) await first.catch(() => undefined);
    const second = this.#send(request);
    await Promise.allSettled([first, second]);
    return second.catch(() => first);
  }

  /** Sends it to the next living node. */
  async #send(request: WebhookRequest): Promise<WebhookResponse> {
    const living = this.#nodes.filter((running) => running?.life.dead === false);
    this.#turn += 1;
    const running = living[this.#turn % living.length];
    if (running === undefined) throw broken('ECONNREFUSED');
    try {
      const node = await running.node;
      const askedAt = this.#options.sim.clock.now();
      const response = await handlerTransport(node.fetch)(request);
      running.life.mustLive();
      this.replies.heard(request, response, this.#options.sim.clock.now() - askedAt);
      return response;
    } catch {
      throw broken('ECONNRESET');
    }
  }

  #startNode(index: number): void {
    const { sim, schedule, database, build, downMs = 0, skewMs = [] } = this.#options;
    const startAgain = (afterMs: number): void => {
      if (afterMs === 0) this.#startNode(index);
      else {
        sim.clock.wakeAt(sim.clock.now() + afterMs, () => {
          this.#startNode(index);
        });
      }
    };
    const life: ProcessLife = new ProcessLife(() => {
      this.#deaths += 1;
      this.failovers.died(life);
      startAgain(downMs);
    });
    const start = async (): Promise<AppNode> => {
      const faulty = faultyStore(await sim.hold(database.open()), { sim, schedule, life, outage: this.#outage });
      return build({
        store: watched(faulty, this.failovers, life),
        clock: life.clock(sim.clock, skewMs[index] ?? 0),
        httpClient: faultyClient(this.#options, life),
      });
    };
    const node = start();
    node.catch(() => {
      // The store was down when it started: the supervisor starts it again.
      if (life.dead) return;
      life.end();
      startAgain(START_AGAIN_MS);
    });
    this.#nodes[index] = { life, node };
  }
}

function broken(code: string): Error {
  return Object.assign(new Error(code), { code });
}
