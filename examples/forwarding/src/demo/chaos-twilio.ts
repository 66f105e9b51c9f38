import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  createSimulator,
  createSimulatorServer,
  fetchTransport,
  type Person,
  type RealClock,
  type Simulator,
  type WebhookTransport,
} from '@amd/simulator';
import { webhookUrls } from '@amd/core/http';
import { BIN } from './bin.js';
import { momentOf, momentOfAnswer } from './chaos-moments.js';
import type { Moment } from './chaos-scenarios.js';
import { OUR_NUMBER } from './team.js';

/** A simulated Twilio on a port that reports every moment at which an app may die. */
export interface ChaosTwilio {
  readonly sim: Simulator;
  /** The address of its REST API. */
  readonly apiUrl: string;
  /** Webhooks not answered so far, including repeats. */
  readonly inVain: number;
  close(): void;
}

/**
 * Starts it. `happens` answers `true` if the app was killed for it: Twilio then never receives what the app has just answered.
 */
export async function startChaosTwilio(parts: {
  readonly appUrl: string;
  readonly clock: RealClock;
  readonly people: (to: string) => Person | undefined;
  readonly happens: (moment: Moment) => boolean;
}): Promise<ChaosTwilio> {
  const { appUrl, clock, people, happens } = parts;
  const urls = webhookUrls(appUrl);
  let inVain = 0;

  const transport: WebhookTransport = async (request) => {
    if (request.url === BIN.url) return { status: 200, headers: { 'content-type': 'text/xml' }, body: BIN.twiml };
    try {
      const response = await fetchTransport(request);
      const moment = momentOfAnswer(request.url, request.body);
      if (moment !== null && happens(moment)) {
        throw Object.assign(new Error('the app died before Twilio had its answer'), { code: 'ECONNRESET' });
      }
      return response;
    } catch (error) {
      inVain += 1;
      throw error;
    }
  };
  const sim = createSimulator({
    clock,
    transport,
    people,
    numbers: [
      { phoneNumber: OUR_NUMBER, voiceUrl: urls.voice, voiceFallbackUrl: BIN.url, statusCallback: urls.status },
    ],
  });
  sim.on('entry', (entry) => {
    const moment = momentOf(entry, (sid) => sim.call(sid)?.direction === 'inbound');
    if (moment !== null) happens(moment);
  });
  const server = createSimulatorServer(sim);
  const apiUrl = await addressOf(server);

  return {
    sim,
    apiUrl,
    get inVain() {
      return inVain;
    },
    close() {
      sim.close();
      server.close();
      server.closeAllConnections();
    },
  };
}

async function addressOf(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
}
