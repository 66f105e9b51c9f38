import { CALLBACKS } from '@amd/core';
import express, { type Express } from 'express';
import twilio from 'twilio';
import { BASE, TOKEN } from './calls.js';

interface HandCall {
  readonly from: string;
  readonly legs: Map<string, string>;
}

/**
 * Handles a call without this project, as one would write it: Express, the official library for signatures and documents, a Map
 * of calls. It has no limits, metrics or storage, and makes no REST request.
 */
export function appByHand(): Express {
  const calls = new Map<string, HandCall>();
  const app = express();
  app.use(express.urlencoded({ extended: false }));
  app.use(twilio.webhook(TOKEN, { host: new URL(BASE).host, protocol: 'https' }));

  app.post('/inbound', (request, response) => {
    const { CallSid = '', From = '' } = request.body as Record<string, string>;
    const legs = new Map([[`CA${String(Math.random())}`, 'queued']]);
    calls.set(CallSid, { from: From, legs });
    const twiml = new twilio.twiml.VoiceResponse();
    twiml.say('Please hold while we connect your call.');
    twiml.dial({ action: `${BASE}/ended` }).conference(
      {
        beep: 'false',
        endConferenceOnExit: true,
        statusCallback: `${BASE}/conference`,
        statusCallbackEvent: ['join', 'leave'],
      },
      `room-${CallSid}`,
    );
    response.type('text/xml').send(twiml.toString());
  });
  app.post('/inbound/status', (request, response) => {
    calls.delete((request.body as Record<string, string>)['CallSid'] ?? '');
    response.status(204).end();
  });
  app.post(CALLBACKS['leg.answered'].path, (request, response) => {
    const twiml = new twilio.twiml.VoiceResponse();
    const { AnsweredBy } = request.body as Record<string, string>;
    if (AnsweredBy === 'human') twiml.dial().conference({ beep: 'false', endConferenceOnExit: true }, 'room');
    else twiml.hangup();
    response.type('text/xml').send(twiml.toString());
  });
  app.post(CALLBACKS['leg.status'].path, (request, response) => {
    const { CallSid = '', CallStatus = '' } = request.body as Record<string, string>;
    const { ref } = request.query;
    const caller = typeof ref === 'string' ? ref.split('.')[1] : undefined;
    calls.get(caller ?? '')?.legs.set(CallSid, CallStatus);
    response.status(204).end();
  });
  app.post(/.*/, (_, response) => void response.status(204).end());
  return app;
}
