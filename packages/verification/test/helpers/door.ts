import { createSimulator, type Simulator } from '@amd/simulator';
import { createCertificate } from './certificate.js';
import { buildExample, startExample, type ExampleProcess } from './example-process.js';
import { startFront, type Front } from './front.js';
import { TWILIO_NAMES, twilioByProxy } from './twilio-by-proxy.js';

export const PASSWORD = 'open sesame 42';
const OURS = '+14155550199';
const ANN = '+14155550142';
/** Browsers know that names below localhost are this machine; the app takes them for public names. */
const HOST = 'calls.localhost';
/** Another name of the same front. */
const OTHER_HOST = 'other.localhost';

/** An example behind a TLS proxy, started as its users start it, with a password and a public address. */
export interface DoorUnderTest {
  readonly front: Front;
  /** PUBLIC_BASE_URL. */
  readonly publicUrl: string;
  /** The same front under a name that the app does not know. */
  readonly otherUrl: string;
  /** Over http, bypassing the proxy. */
  readonly directUrl: string;
  readonly app: ExampleProcess;
  close(): Promise<void>;
}

export async function openDoor(example: 'forwarding' | 'taskrouter'): Promise<DoorUnderTest> {
  const certificate = createCertificate([HOST, OTHER_HOST, ...TWILIO_NAMES]);
  const front = await startFront(certificate);
  const publicUrl = `https://${HOST}:${String(front.port)}`;
  const sim = createSimulator({ numbers: [{ phoneNumber: OURS }] });
  if (example === 'taskrouter') addWorkspace(sim, publicUrl);
  const twilio = await twilioByProxy(sim, certificate);
  const app = await startExample(await buildExample(example), {
    ...twilio.env,
    TWILIO_ACCOUNT_SID: sim.accountSid,
    TWILIO_AUTH_TOKEN: sim.authToken,
    TWILIO_PHONE_NUMBER: OURS,
    FORWARD_TO: ANN,
    DIAL_ALLOW: ANN,
    TWILIO_WORKSPACE: 'AMD',
    DASHBOARD_PASSWORD: PASSWORD,
    PUBLIC_BASE_URL: publicUrl,
  });
  front.leadTo(app.port);
  return {
    front,
    publicUrl,
    otherUrl: `https://${OTHER_HOST}:${String(front.port)}`,
    directUrl: app.url,
    app,
    async close() {
      await app.stop();
      front.close();
      twilio.close();
      sim.close();
      certificate.remove();
    },
  };
}

function addWorkspace(sim: Simulator, url: string): void {
  sim.addWorkspace({
    friendlyName: 'AMD',
    eventCallbackUrl: `${url}/trevents`,
    assignmentCallbackUrl: `${url}/assign`,
    activities: [{ friendlyName: 'Temporarily Unavailable', available: false }],
    workers: [{ friendlyName: 'Ann', attributes: { phone: ANN }, activity: 'Offline' }],
  });
}
