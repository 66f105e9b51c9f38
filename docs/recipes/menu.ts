import type { CallOptions } from '@amd/core';
import type { ArrivingCall } from '@amd/core/http';
import express, { type Express } from 'express';
import twilio from 'twilio';

/** What a key leads to. */
export interface Choice {
  /** Said in “For …, press 1.” */
  readonly name: string;
  readonly forwardTo: readonly string[];
}

/** By key: `{ 1: { name: 'sales', forwardTo: ['+14155550142'] } }`. */
export type Menu = Readonly<Record<string, Choice>>;

/** Your own TwiML in front. Set the number's voice URL to `/menu`; its status callback stays `/inbound/status`. */
export function menuApp(menu: Menu, publicBaseUrl: string): Express {
  const app = express().use(express.urlencoded({ extended: false }));

  app.post('/menu', (_request, response) => {
    const document = new twilio.twiml.VoiceResponse();
    const question = Object.entries(menu).map(([key, { name }]) => `For ${name}, press ${key}.`);
    document.gather({ action: '/menu/key', numDigits: 1, timeout: 6 }).say(question.join(' '));
    document.redirect(`${publicBaseUrl}/inbound`); // No key: as if there were no menu.
    response.type('text/xml').send(document.toString());
  });

  app.post('/menu/key', (request, response) => {
    const key = String((request.body as Record<string, unknown>)['Digits'] ?? '');
    const document = new twilio.twiml.VoiceResponse();
    // A key that is not on the menu hears the menu again.
    document.redirect(key in menu ? `${publicBaseUrl}/inbound?choice=${key}` : `${publicBaseUrl}/menu`);
    response.type('text/xml').send(document.toString());
  });
  return app;
}

/** For `resolve`: the people behind the key, or everybody. Twilio's signature covers the query. */
export function chosen(menu: Menu, { query }: ArrivingCall): CallOptions {
  const choice = query['choice'];
  const found = choice === undefined ? undefined : menu[choice];
  return { forwardTo: found?.forwardTo ?? [...new Set(Object.values(menu).flatMap(({ forwardTo }) => forwardTo))] };
}
