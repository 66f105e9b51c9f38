import fc from 'fast-check';
import * as xmlbuilder2 from 'xmlbuilder2';
import { describe, expect, test } from 'vitest';
import { e164, type ActivitySid, type ReservationSid, type WorkflowSid } from '../../src/kernel/ids.js';
import type { CallbackRef } from '../../src/wire/callbacks.js';
import { createRenderer, type XmlBuilderModule } from '../../src/wire/render.js';
import type { ToUrl } from '../../src/wire/tags.js';
import type { Verb } from '../../src/wire/twiml.js';
import { stripForbidden } from '../../src/wire/xml-text.js';
import { names, parseXml } from '../helpers/xml.js';

const REF: CallbackRef = {
  flow: 'forwarding',
  key: 'CA11111111aaaa4bbb8ccc222222222222',
  visit: 1,
  leg: 0,
  purpose: 'caller.ended',
};
const HEAD = '<?xml version="1.0" encoding="UTF-8"?>';
const url: ToUrl = (to) =>
  'sound' in to ? `https://x.example/${to.sound}.wav` : `https://x.example/${to.purpose}?a=1&b=${String(to.leg)}#rc=3`;
const render = createRenderer(xmlbuilder2);

const room: Extract<Verb, { verb: 'dial.conference' }> = {
  verb: 'dial.conference',
  room: 'amd-CA1',
  action: REF,
  statusCallback: { ...REF, purpose: 'conference' },
  statusCallbackEvents: ['start', 'end', 'join', 'leave'],
  startOnEnter: true,
  endOnExit: true,
  maxParticipants: 2,
};

describe('rendering', () => {
  test('a document of each verb is rendered', () => {
    const cases: readonly (readonly [Verb, string])[] = [
      [{ verb: 'say', text: 'Hi' }, '<Say>Hi</Say>'],
      [
        { verb: 'say', text: 'Hi', voice: 'Polly.Joanna', language: 'en-GB' },
        '<Say voice="Polly.Joanna" language="en-GB">Hi</Say>',
      ],
      [{ verb: 'play', of: { sound: 'uk' }, times: 0 }, '<Play loop="0">https://x.example/uk.wav</Play>'],
      [{ verb: 'leave' }, '<Leave/>'],
      [{ verb: 'play', of: { url: 'https://x.example/a.mp3?a&b' } }, '<Play>https://x.example/a.mp3?a&amp;b</Play>'],
      [{ verb: 'pause', seconds: 1 }, '<Pause length="1"/>'],
      [{ verb: 'hangup' }, '<Hangup/>'],
      [{ verb: 'reject', reason: 'busy' }, '<Reject reason="busy"/>'],
      [
        { verb: 'redirect', to: REF },
        '<Redirect method="POST">https://x.example/caller.ended?a=1&amp;b=0#rc=3</Redirect>',
      ],
      [
        { verb: 'redirect', to: { url: 'https://mine.example/' } },
        '<Redirect method="POST">https://mine.example/</Redirect>',
      ],
      [
        {
          verb: 'gather',
          action: { ...REF, leg: 2, purpose: 'leg.key' },
          numDigits: 1,
          finishOnKey: '',
          timeoutSeconds: 4,
          prompt: [
            { verb: 'say', text: 'Press' },
            { verb: 'pause', seconds: 2 },
          ],
        },
        '<Gather input="dtmf" action="https://x.example/leg.key?a=1&amp;b=2#rc=3" method="POST" numDigits="1" ' +
          'finishOnKey="" timeout="4"><Say>Press</Say><Pause length="2"/></Gather>',
      ],
      [
        { ...room, wait: 'silence' },
        '<Dial action="https://x.example/caller.ended?a=1&amp;b=0#rc=3" method="POST"><Conference beep="false" ' +
          'startConferenceOnEnter="true" endConferenceOnExit="true" maxParticipants="2" waitUrl="" ' +
          'statusCallback="https://x.example/conference?a=1&amp;b=0#rc=3" statusCallbackEvent="start end join leave" ' +
          'statusCallbackMethod="POST">amd-CA1</Conference></Dial>',
      ],
      [
        {
          verb: 'gather',
          action: { url: 'https://mine.example/' },
          numDigits: 1,
          finishOnKey: '#',
          timeoutSeconds: 4,
          speech: true,
          prompt: [],
        },
        '<Gather input="dtmf speech" action="https://mine.example/" method="POST" numDigits="1" finishOnKey="#" ' +
          'timeout="4" speechTimeout="auto"/>',
      ],
      [
        { ...room, wait: { ...REF, purpose: 'caller.wait' }, recording: { ...REF, purpose: 'talk.recording' } },
        '<Dial action="https://x.example/caller.ended?a=1&amp;b=0#rc=3" method="POST"><Conference beep="false" ' +
          'startConferenceOnEnter="true" endConferenceOnExit="true" maxParticipants="2" ' +
          'waitUrl="https://x.example/caller.wait?a=1&amp;b=0#rc=3" waitMethod="POST" record="record-from-start" ' +
          'recordingStatusCallback="https://x.example/talk.recording?a=1&amp;b=0#rc=3" ' +
          'recordingStatusCallbackMethod="POST" ' +
          'statusCallback="https://x.example/conference?a=1&amp;b=0#rc=3" statusCallbackEvent="start end join leave" ' +
          'statusCallbackMethod="POST">amd-CA1</Conference></Dial>',
      ],
      [
        {
          verb: 'record',
          action: { ...REF, purpose: 'caller.fallback' },
          maxSeconds: 120,
          silenceSeconds: 5,
          statusCallback: { ...REF, purpose: 'caller.recording' },
        },
        '<Record action="https://x.example/caller.fallback?a=1&amp;b=0#rc=3" method="POST" maxLength="120" timeout="5" ' +
          'playBeep="true" recordingStatusCallback="https://x.example/caller.recording?a=1&amp;b=0#rc=3" ' +
          'recordingStatusCallbackMethod="POST"/>',
      ],
      [
        {
          verb: 'dial.number',
          to: e164('+14155550142', 'to'),
          action: { ...REF, purpose: 'caller.fallback' },
          timeoutSeconds: 30,
          timeLimitSeconds: 3600,
        },
        '<Dial action="https://x.example/caller.fallback?a=1&amp;b=0#rc=3" method="POST" timeout="30" timeLimit="3600">' +
          '<Number>+14155550142</Number></Dial>',
      ],
      [
        {
          verb: 'enqueue',
          workflow: `WW${'1'.repeat(32)}` as WorkflowSid,
          action: REF,
          attributes: { skill: 'de & fr', amd_visit: 1 },
        },
        `<Enqueue workflowSid="WW${'1'.repeat(32)}" action="https://x.example/caller.ended?a=1&amp;b=0#rc=3" ` +
          'method="POST"><Task>{"skill":"de &amp; fr","amd_visit":1}</Task></Enqueue>',
      ],
      [
        {
          verb: 'enqueue',
          workflow: `WW${'1'.repeat(32)}` as WorkflowSid,
          action: REF,
          attributes: {},
          priority: 0,
          timeoutSeconds: 600,
          wait: { ...REF, purpose: 'caller.wait' },
        },
        `<Enqueue workflowSid="WW${'1'.repeat(32)}" action="https://x.example/caller.ended?a=1&amp;b=0#rc=3" ` +
          'method="POST" waitUrl="https://x.example/caller.wait?a=1&amp;b=0#rc=3" waitUrlMethod="POST">' +
          '<Task priority="0" timeout="600">{}</Task></Enqueue>',
      ],
      [
        {
          verb: 'dial.queue',
          reservation: `WR${'1'.repeat(32)}` as ReservationSid,
          postWorkActivity: `WA${'1'.repeat(32)}` as ActivitySid,
          action: { ...REF, leg: 2, purpose: 'leg.ended' },
          whisper: { ...REF, purpose: 'caller.whisper' },
          recording: { url: 'https://mine.example/' },
        },
        '<Dial action="https://x.example/leg.ended?a=1&amp;b=2#rc=3" method="POST" record="record-from-answer-dual" ' +
          'recordingStatusCallback="https://mine.example/" recordingStatusCallbackMethod="POST"><Queue ' +
          `url="https://x.example/caller.whisper?a=1&amp;b=0#rc=3" method="POST" reservationSid="WR${'1'.repeat(32)}" ` +
          `postWorkActivitySid="WA${'1'.repeat(32)}"/></Dial>`,
      ],
      [
        {
          verb: 'dial.queue',
          reservation: `WR${'1'.repeat(32)}` as ReservationSid,
          postWorkActivity: `WA${'1'.repeat(32)}` as ActivitySid,
          action: { ...REF, leg: 2, purpose: 'leg.ended' },
        },
        `<Dial action="https://x.example/leg.ended?a=1&amp;b=2#rc=3" method="POST"><Queue reservationSid="WR${'1'.repeat(32)}" ` +
          `postWorkActivitySid="WA${'1'.repeat(32)}"/></Dial>`,
      ],
    ];
    for (const [verb, expected] of cases) {
      expect(render([verb], url)).toBe(`${HEAD}<Response>${expected}</Response>`);
    }
  });

  test('documents that differ in one fixed attribute are different documents', () => {
    // Given
    const rooms = [true, false].flatMap((startOnEnter) =>
      [true, false].map((endOnExit) => ({ ...room, startOnEnter, endOnExit })),
    );
    for (const _ of ['built', 'filled in']) {
      // When
      const documents = rooms.map((verb) => parseXml(render([verb], url)).children[0]?.children[0]?.attributes);
      // Then
      expect(documents).toMatchObject(
        rooms.map(({ startOnEnter, endOnExit }) => ({
          startConferenceOnEnter: String(startOnEnter),
          endConferenceOnExit: String(endOnExit),
        })),
      );
    }
  });

  test('without a wait address the attribute is omitted, so Twilio plays its music', () => {
    expect(render([room], url)).not.toContain('waitUrl');
  });

  test('an empty list of verbs renders an empty response', () => {
    expect(render([], url)).toBe(`${HEAD}<Response/>`);
  });

  test('text that looks like a hole stays text', () => {
    expect(parseXml(render([{ verb: 'say', text: '{{0}} {{1}}', voice: '{{1}}' }], url)).children).toEqual([
      { name: 'Say', attributes: { voice: '{{1}}' }, text: '{{0}} {{1}}', children: [] },
    ]);
  });

  test('characters that XML 1.0 forbids are left out', () => {
    const text = '\u0000a\u0008\u000B\u001Fb\uFFFE\uFFFFc\uD800d\uDC00e\u{1F600}\t\n\r\u0085';
    expect(parseXml(render([{ verb: 'say', text }], url)).children[0]?.text).toBe('abcde\u{1F600}\t\n\r\u0085');
  });
});

const hostile = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: fc.integer({ min: 0, max: 0xffff }).map((unit) => String.fromCharCode(unit)) }),
  fc.constantFrom(
    '</Say><Dial>+1900</Dial>',
    '"/><Hangup/>',
    ']]>',
    '<![CDATA[',
    '&amp;',
    '&#0;',
    '<!-- ',
    '{{3}}',
    '$&$1',
    '__proto__',
    '\r\n\t',
  ),
);

const say = fc.record({ text: hostile, voice: hostile }).map((fields) => ({ verb: 'say', ...fields }) as const);
const document = fc.array(
  fc.oneof(
    say,
    fc.record({ text: hostile }).map(({ text }) => ({ verb: 'redirect', to: { url: text } }) as const),
    fc
      .record({ prompt: fc.array(say, { maxLength: 3 }), url: hostile, finishOnKey: hostile })
      .map(
        ({ prompt, url: address, finishOnKey }) =>
          ({ verb: 'gather', action: { url: address }, numDigits: 1, finishOnKey, timeoutSeconds: 4, prompt }) as const,
      ),
    fc
      .record({ name: hostile, waitUrl: hostile })
      .map(({ name, waitUrl }) => ({ ...room, room: name, wait: { url: waitUrl } })),
  ),
  { maxLength: 6 },
);

describe('hostile text', () => {
  test('hostile text comes back exactly, without forbidden characters, and never becomes structure', () => {
    fc.assert(
      fc.property(document, (verbs) => {
        const parsed = parseXml(render(verbs, url));
        expect(parsed.children.length).toBe(verbs.length);
        for (const [index, verb] of verbs.entries()) {
          const element = parsed.children[index];
          switch (verb.verb) {
            case 'say':
              expect(element).toEqual(spokenElement(verb));
              break;
            case 'redirect':
              expect(element?.text).toBe(stripForbidden(verb.to.url));
              break;
            case 'gather':
              expect(element?.attributes['action']).toBe(stripForbidden(verb.action.url));
              expect(element?.attributes['finishOnKey']).toBe(stripForbidden(verb.finishOnKey));
              expect(element?.children).toEqual(verb.prompt.map(spokenElement));
              break;
            case 'dial.conference':
              expect(element?.children[0]?.text).toBe(stripForbidden(verb.room));
              expect(element?.children[0]?.attributes['waitUrl']).toBe(stripForbidden(verb.wait.url));
          }
        }
      }),
      { numRuns: Number(process.env['PROPERTY_RUNS'] ?? 2000) },
    );
  });

  test('a document from the cache equals one built anew', () => {
    fc.assert(
      fc.property(document, (verbs) => {
        const again = render(verbs, url);
        expect(again).toBe(createRenderer(xmlbuilder2)(verbs, url));
        expect(names(parseXml(again))).toEqual(names(parseXml(render(verbs.map(harmless), url))));
      }),
      { numRuns: 300 },
    );
  });
});

test('a shape is built once, and no more than 200 are kept', () => {
  let built = 0;
  const counting: XmlBuilderModule = {
    create: (declaration) => {
      built += 1;
      return xmlbuilder2.create(declaration);
    },
  };
  const counted = createRenderer(counting);
  const pauses = (count: number): Verb[] => Array.from({ length: count }, () => ({ verb: 'pause', seconds: count }));
  for (let visit = 0; visit < 5; visit += 1) counted([{ verb: 'say', text: String(visit) }], url);
  expect(built).toBe(1);
  for (let count = 2; count <= 202; count += 1) counted(pauses(count), url);
  expect(built).toBe(202);
  counted(pauses(202), url);
  expect(built).toBe(202);
  counted([{ verb: 'say', text: 'fell out' }], url);
  expect(built).toBe(203);
});

function spokenElement({ text, voice }: { text: string; voice: string }): object {
  return { name: 'Say', attributes: { voice: stripForbidden(voice) }, text: stripForbidden(text), children: [] };
}

function harmless(verb: Verb): Verb {
  return JSON.parse(JSON.stringify(verb), (key, value: unknown) =>
    typeof value === 'string' && key !== 'verb' ? 'x' : value,
  ) as Verb;
}
