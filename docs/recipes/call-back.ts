import type { CallHooks } from '@amd/core';
import express, { type Express } from 'express';
import twilio from 'twilio';

export interface CallBackOptions {
  /** The official client. */
  readonly client: {
    readonly calls: {
      create(call: { to: string; from: string; url: string; machineDetection: string }): Promise<unknown>;
    };
  };
  readonly publicBaseUrl: string;
  /** Signs Twilio's requests. */
  readonly authToken: string;
  /** Shown to both. */
  readonly ownNumber: string;
  /** Who calls back. */
  readonly person: string;
  /** Which numbers may be called back. Allow the prefixes you know: whoever calls chooses the number. */
  readonly mayCall: (to: string) => boolean;
  /** Notes an id, and tells whether it is new. Keep ids in your database: a hook may run again, on another day and process. */
  readonly isNew: (id: string) => boolean | Promise<boolean>;
}

/**
 * Calls back whoever was missed: rings a person of ours, and connects them with the caller when they press 1. Pass `missed` as a
 * hook and `app` as the app.
 */
export function callBack(options: CallBackOptions): {
  readonly missed: NonNullable<CallHooks['missed']>;
  readonly app: Express;
} {
  const { client, publicBaseUrl, authToken, ownNumber, person, mayCall, isNew } = options;
  /** No phone number stands in an address: addresses are logged. */
  const callers = new Map<string, string>();
  const app = express().use(express.urlencoded({ extended: false }));

  app.use((request, response, next) => {
    const signature = request.get('X-Twilio-Signature') ?? '';
    const body = (request.body ?? {}) as Record<string, string>;
    if (twilio.validateRequest(authToken, signature, publicBaseUrl + request.originalUrl, body)) next();
    else response.sendStatus(403);
  });

  app.post('/call-back/:id', (request, response) => {
    const { AnsweredBy } = request.body as Record<string, string>;
    const document = new twilio.twiml.VoiceResponse();
    if (AnsweredBy !== 'human') document.hangup();
    else {
      const question = document.gather({
        action: `/call-back/${encodeURIComponent(request.params.id)}/key`,
        numDigits: 1,
        timeout: 8,
      });
      question.say('A caller was missed. Press 1 to call them back.');
    }
    response.type('text/xml').send(document.toString());
  });

  app.post('/call-back/:id/key', (request, response) => {
    const { Digits } = request.body as Record<string, string>;
    const to = callers.get(request.params.id);
    callers.delete(request.params.id);
    const document = new twilio.twiml.VoiceResponse();
    if (Digits === '1' && to !== undefined) document.dial({ callerId: ownNumber }, to);
    else document.hangup();
    response.type('text/xml').send(document.toString());
  });

  return {
    app,
    async missed({ from }, id) {
      // First the note, then the call: a crash in between calls nobody, instead of somebody twice.
      if (!mayCall(from) || !(await isNew(id))) return;
      callers.set(id, from);
      const url = `${publicBaseUrl}/call-back/${encodeURIComponent(id)}`;
      await client.calls.create({ to: person, from: ownNumber, url, machineDetection: 'Enable' });
    },
  };
}
