import type { Server } from 'node:http';
import { createWorkspaceDirectory, type KnownWorkspace, type WorkspaceDirectory } from '@amd/core/twilio';
import { pino } from 'pino';
import type { App } from '../../../../examples/taskrouter/src/app-options.js';
import { createApp } from '../../../../examples/taskrouter/src/app.js';
import { OURS, type SimulatedTwilio } from '../../../cli/test/simulated-twilio.js';

/** Serves the TaskRouter example, with the present workspace. */
export async function serveExample(
  { sim, client }: SimulatedTwilio,
  { url, server }: { readonly url: string; readonly server: Server },
): Promise<{ readonly app: App; readonly directory: WorkspaceDirectory; readonly known: KnownWorkspace }> {
  const directory = createWorkspaceDirectory({ client });
  const known = await directory.load();
  const app = createApp({
    client,
    directory,
    accountSid: sim.accountSid,
    authTokens: [sim.authToken],
    publicBaseUrl: url,
    coolDownSeconds: 20,
    dialAllow: ['+1415555*'],
    ownNumbers: [OURS],
    callLogDays: 1,
    password: null,
    clock: sim.clock,
    logger: pino({ level: 'silent' }),
  });
  server.on('request', app.listener);
  return { app, directory, known };
}
