import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { callbackUrls, createXmlRenderer, maskNumbers } from '../../src/http/index.js';
import { recordKey } from '../../src/kernel/record-key.js';
import { ROUTES } from '../../src/http/routes.js';
import { CALLBACKS, type CallbackPurpose, type CallbackRef } from '../../src/wire/callbacks.js';
import { parseSince, withSince } from '../../src/wire/failing-since.js';
import { stripForbidden } from '../../src/wire/xml-text.js';
import { CALLER } from '../helpers/webhooks.js';
import { parseXml } from '../helpers/xml.js';

describe('the time of the first failure in an address', () => {
  test.each([
    ['https://a.example/x', 'https://a.example/x?failingSince=17'],
    ['https://a.example/x?ref=r#rc=3', 'https://a.example/x?ref=r&failingSince=17#rc=3'],
    ['https://a.example/x?ref=r&failingSince=3#rc=3', 'https://a.example/x?ref=r&failingSince=17#rc=3'],
    ['https://a.example/x?failingSince=x&failingSince=3', 'https://a.example/x?failingSince=17'],
    [
      "https://a.example/x?who=O'Neil&&a=%C3%BC+b&a#rc=3",
      "https://a.example/x?who=O'Neil&&a=%C3%BC+b&a&failingSince=17#rc=3",
    ],
    ['https://a.example/x?', 'https://a.example/x?&failingSince=17'],
  ])('the time of the first failure leaves the rest of an address unchanged: %s', (url, expected) => {
    expect(withSince(url, 17)).toBe(expected);
  });

  test.each([
    ['1748886000000', 1_748_886_000_000],
    ['0', 0],
    ['', undefined],
    ['-1', undefined],
    ['1e9', undefined],
    ['9'.repeat(16), undefined],
  ])('the time "%s" is read as %s', (text, expected) => {
    expect(parseSince(text)).toBe(expected);
  });
});

describe('an escaped address', () => {
  test.each(['https://a.example', 'https://a.example/voice/', `http://me&you:'<"p">'@a.example:8080/v`])(
    'an address escaped in advance reads the same in a document, under %s',
    async (base) => {
      // Given
      const url = callbackUrls(base);
      const render = createXmlRenderer();
      fc.assert(
        fc.property(
          fc.constantFrom(...(Object.keys(CALLBACKS) as CallbackPurpose[])),
          fc.string({ unit: 'binary', maxLength: 10 }),
          fc.option(fc.nat({ max: 9 }), { nil: undefined }),
          (purpose, flow, part) => {
            const to: CallbackRef = {
              flow,
              key: CALLER,
              visit: 1,
              leg: 2,
              ...(part === undefined ? {} : { part }),
              purpose,
            };
            // When
            const { children } = parseXml(
              render(
                [
                  { verb: 'redirect', to },
                  { verb: 'gather', action: to, numDigits: 1, finishOnKey: '', timeoutSeconds: 1, prompt: [] },
                ],
                url,
              ),
            );
            // Then
            const said = [children[0]?.text, children[1]?.attributes['action']];
            expect(said).toEqual([stripForbidden(url(to)), stripForbidden(url(to))]);
          },
        ),
      );
    },
  );
});

test('numbers are masked, SIDs are not', () => {
  expect(maskNumbers(`+14155550142 and "4155550142" called ${CALLER} in 1500 ms`)).toBe(
    `+14…42 and "41…42" called ${CALLER} in 1500 ms`,
  );
});

test('an address leads under the public one, with or without a slash', () => {
  const ref = { flow: 'forwarding', key: CALLER, visit: 2, leg: 3, purpose: 'leg.status' } as const;
  const expected = `https://a.example/voice/outbound/status?ref=forwarding.${CALLER}.2.3#rc=3&rp=5xx,ct,rt`;
  expect(callbackUrls('https://a.example/voice')(ref)).toBe(expected);
  expect(callbackUrls('https://a.example/voice/')(ref)).toBe(expected);
});

test('a record is found by flow and call', () => {
  expect(recordKey('forwarding', CALLER)).toBe(`forwarding:${CALLER}`);
});

test('the paths are as documented', () => {
  expect([...ROUTES].map(([path, route]) => `${path} ${route.wants}`)).toEqual([
    '/inbound twiml',
    '/incoming twiml',
    '/inbound/status nothing',
    '/inbound/ended twiml',
    '/inbound/document twiml',
    '/inbound/again twiml',
    '/inbound/fallback twiml',
    '/inbound/recording nothing',
    '/inbound/wait twiml',
    '/inbound/progress twiml',
    '/inbound/whisper twiml',
    '/recording nothing',
    '/conference nothing',
    '/outbound twiml',
    '/outbound/key twiml',
    '/outbound/poll twiml',
    '/outbound/document twiml',
    '/outbound/ended twiml',
    '/outbound/status nothing',
    '/outbound/amd nothing',
    '/outgoing twiml',
  ]);
});

test('the endpoint renders with xmlbuilder2', () => {
  const render = createXmlRenderer();
  expect(render([{ verb: 'hangup' }], () => '')).toBe(
    '<?xml version="1.0" encoding="UTF-8"?><Response><Hangup/></Response>',
  );
});
