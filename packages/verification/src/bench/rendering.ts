import { deepStrictEqual } from 'node:assert';
import { formatRef, type CallbackRef, type Reply, DEFAULT_FORWARDING_CONFIG, forwarding } from '@amd/core';
import { callbackUrls, createXmlRenderer } from '@amd/core/http';
import { events, sids } from '@amd/core/testing';
import { SaxesParser } from 'saxes';
import twilio from 'twilio';
import type { Section } from './figure.js';
import { atLeast, interleave, median, perSecond, short, times, warmUp } from './samples.js';

const NAME = "TwiML beside twilio's VoiceResponse";
const BASE = 'https://example.com/voice';

/** What a new caller hears: a sentence and the room, for another call each time. */
export const rendering: Section = {
  name: 'TwiML',
  figures: [NAME],
  async run({ quick }) {
    const render = createXmlRenderer();
    const url = callbackUrls(BASE);
    const replies = Array.from({ length: 64 }, (_, n) => documentOf(n));
    let next = 0;
    const ours = (): string => render(replies[next++ % replies.length]?.verbs ?? [], url);
    const theirs = (): string => voiceResponse(next++ % replies.length);
    for (let n = 0; n < replies.length; n += 1) {
      next = n;
      const document = ours();
      next = n;
      deepStrictEqual(parsed(document), parsed(theirs()), 'the two documents must say the same');
    }
    const ms = quick ? 100 : 300;
    const contenders = { amd: () => perSecond(ours, ms), library: () => perSecond(theirs, ms) };
    await warmUp(contenders);
    const { amd, library } = await interleave(quick ? 3 : 9, contenders);
    const detail = `${short(median(amd))} documents/s, twilio ${short(median(library))}/s`;
    return [atLeast(NAME, times(amd, library), 15, '×', detail)];
  },
};

function documentOf(n: number): Extract<Reply, { kind: 'twiml' }> {
  const event = events.inbound({ sid: sids.call(n) });
  const { reply } = forwarding.transition(forwarding.initial(), event, DEFAULT_FORWARDING_CONFIG);
  if (reply.kind !== 'twiml') throw new Error('a new caller got no document');
  return reply;
}

/** Builds the same document with the official library. */
function voiceResponse(n: number): string {
  const key = sids.call(n);
  const refTo = (path: string): string => {
    const ref: CallbackRef = { flow: 'forwarding', key, visit: 1, leg: 0, purpose: 'conference' };
    return `${BASE}${path}?ref=${formatRef(ref)}#rc=3&rp=5xx,ct,rt`;
  };
  const response = new twilio.twiml.VoiceResponse();
  response.say('Please hold while we connect your call.');
  response.dial({ action: refTo('/inbound/ended'), method: 'POST' }).conference(
    {
      beep: 'false',
      startConferenceOnEnter: true,
      endConferenceOnExit: true,
      maxParticipants: 2,
      statusCallback: refTo('/conference'),
      statusCallbackEvent: ['start', 'end', 'join', 'leave'],
      statusCallbackMethod: 'POST',
    },
    `amd-${key}`,
  );
  return response.toString();
}

/** Lists every element with its attributes, and every text, in order. */
function parsed(xml: string): readonly unknown[] {
  const seen: unknown[] = [];
  const parser = new SaxesParser();
  parser.on('opentag', ({ name, attributes }) => seen.push([name, attributes]));
  parser.on('text', (text) => seen.push(text));
  parser.on('closetag', ({ name }) => seen.push(`/${name}`));
  parser.write(xml).close();
  return seen;
}
