import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  callSettings,
  DEFAULT_TEXTS,
  encodeState,
  forwarding,
  taskSettings,
  type CallOptions,
  type LiveForwarding,
} from '@amd/core';
import { events, given, NUMBERS, playCall } from '@amd/core/testing';
import { sayingMs } from '../../src/flows/call/say.js';
import { ENGLISH_KEYS } from '../../src/flows/settings/keys.js';
import { LANGUAGES } from '../../src/flows/settings/languages/languages.js';
import type { Language } from '../../src/flows/settings/languages/language.js';
import { checkFallbackTexts } from '../../src/http/fallback-twiml.js';
import { at, TWO } from './scenes.js';

const ENGLISH = {
  ...DEFAULT_TEXTS,
  busy: checkFallbackTexts().busy,
  ...{ 'keys.accept': ENGLISH_KEYS.accept, 'keys.decline': ENGLISH_KEYS.decline, 'keys.both': ENGLISH_KEYS.both },
};
const LOCALES = { de: 'de-DE', es: 'es-ES', fr: 'fr-FR', ja: 'ja-JP', pt: 'pt-BR' } as const;
type Name = keyof typeof LOCALES;
const NAMES = Object.keys(LOCALES) as Name[];

function languageOf(name: Name): Language {
  const language = LANGUAGES.get(name);
  if (language === undefined) throw new Error(name);
  return language;
}

/** Every sentence of a language, by its name. */
function sentencesOf({ texts, busy, keys }: Language): Readonly<Record<string, string>> {
  return { ...texts, busy, 'keys.accept': keys.accept, 'keys.decline': keys.decline, 'keys.both': keys.both };
}
const sentences = NAMES.flatMap((name) =>
  Object.entries(sentencesOf(languageOf(name))).map(([of, text]) => ({ name, of, text })),
);
const placeholders = (text: string): string[] => [...new Set(text.match(/\{\w*\}?/g))].sort();
const textsOf = (options: Partial<CallOptions>) => callSettings({ forwardTo: [], ...options }).texts;

describe('the texts in other languages', () => {
  it.each(NAMES)('every text exists: %s', (name) => {
    expect(Object.keys(sentencesOf(languageOf(name))).sort()).toEqual(Object.keys(ENGLISH).sort());
    expect([...LANGUAGES.keys()].sort()).toEqual(NAMES);
  });

  it.each(sentences.filter(({ of }) => of !== 'connected'))(
    '$name $of is a translation: $text',
    ({ name, of, text }) => {
      const english = ENGLISH[of as keyof typeof ENGLISH];
      expect(text.trim()).toBe(text);
      expect(text).not.toBe('');
      expect(text).not.toBe(english);
      expect(placeholders(text)).toEqual(placeholders(english));
      // Nothing that is read aloud as a sign, or in another way than it is meant; Polly and Google take 3,000 characters.
      expect(text.replace(/\{\w+\}/g, '')).not.toMatch(/[()[\]（）「」{}<>&/*#\d"„“”«»…]|\b\p{L}{1,3}\.(?!$| )/u);
      expect(text.length).toBeLessThan(200);
      const others = NAMES.filter((other) => other !== name).map((other) => sentencesOf(languageOf(other))[of]);
      if (of !== 'somebody') expect(others).not.toContain(text);
    },
  );

  it('nothing is said by default where English says nothing', () => {
    for (const name of NAMES) expect(languageOf(name).texts.connected).toBe(DEFAULT_TEXTS.connected);
  });

  it.each(NAMES)('a voice is known to Twilio and belongs to the language: %s', (name) => {
    const client = readFileSync(
      new URL('../../../../node_modules/twilio/lib/twiml/VoiceResponse.d.ts', import.meta.url),
      'utf8',
    );
    const { voices } = languageOf(name);
    expect(Object.keys(voices)[0]).toBe(LOCALES[name]);
    for (const [locale, voice] of Object.entries(voices)) {
      expect(locale.split('-')[0]).toBe(name);
      expect(/type SayLanguage = .*/.exec(client)?.[0]).toContain(`"${locale}"`);
      expect(/type SayVoice = .*/.exec(client)?.[0]).toContain(`"${voice}"`);
    }
  });
});

describe('the option language', () => {
  it.each([
    ['de', 'de', 'de-DE', 'Polly.Vicki'],
    ['de-DE', 'de', 'de-DE', 'Polly.Vicki'],
    ['de-AT', 'de', 'de-AT', 'Polly.Hannah-Neural'],
    ['de-CH', 'de', 'de-DE', 'Polly.Vicki'],
    ['DE-at', 'de', 'de-AT', 'Polly.Hannah-Neural'],
    ['es', 'es', 'es-ES', 'Polly.Lucia'],
    ['es-MX', 'es', 'es-MX', 'Polly.Mia'],
    ['es-US', 'es', 'es-US', 'Polly.Lupe'],
    ['fr-FR', 'fr', 'fr-FR', 'Polly.Lea'],
    ['fr-CA', 'fr', 'fr-CA', 'Polly.Chantal'],
    ['pt', 'pt', 'pt-BR', 'Polly.Camila'],
    ['pt-BR', 'pt', 'pt-BR', 'Polly.Camila'],
    ['pt-PT', 'pt', 'pt-PT', 'Polly.Ines'],
    ['ja-JP', 'ja', 'ja-JP', 'Polly.Mizuki'],
    ['ja', 'ja', 'ja-JP', 'Polly.Mizuki'],
  ] as const)('language %s: the texts of %s, as %s, by %s', (language, name, locale, voice) => {
    expect(callSettings({ forwardTo: [], language })).toMatchObject({
      texts: languageOf(name).texts,
      language: locale,
      voice,
    });
  });

  it.each([undefined, '', 'en', 'en-US', 'en-GB', 'it-IT', 'deu', 'd', 'toString', '-de'])(
    'language %s: English, and what Twilio is told is as before',
    (language) => {
      const settings = callSettings({ forwardTo: [], language });
      expect(settings).toEqual({ ...callSettings({ forwardTo: [] }), language: language ?? null });
      expect(settings).toMatchObject({ texts: DEFAULT_TEXTS, voice: null });
    },
  );

  it('a voice of your own speaks the texts, and its language is sent as you wrote it', () => {
    for (const language of ['de', 'de-CH', 'de-DE']) {
      const settings = callSettings({ forwardTo: [], language, voice: 'Polly.Hans' });
      expect(settings).toMatchObject({ texts: languageOf('de').texts, language, voice: 'Polly.Hans' });
    }
    expect(callSettings({ forwardTo: [], voice: 'Polly.Hans' })).toMatchObject({
      texts: DEFAULT_TEXTS,
      language: null,
    });
  });

  it.each(NAMES)('texts of your own win one by one, even those that are as the English ones: %s', (name) => {
    const texts = { greeting: 'Moin.', taken: DEFAULT_TEXTS.taken, confirm: DEFAULT_TEXTS.confirm, consent: '' };
    const language = LOCALES[name];
    expect(textsOf({ language, texts })).toEqual({ ...languageOf(name).texts, ...texts });
    expect(textsOf({ language, texts, keys: { accept: '1' } })).toEqual({ ...languageOf(name).texts, ...texts });
    expect(textsOf({ language, texts: {} })).toEqual(languageOf(name).texts);
  });

  it.each<[language: string, accept: string, decline: string, both: string]>([
    [
      'de-DE',
      'Drücken Sie 1 oder Stern, um ihn anzunehmen.',
      'Drücken Sie 2 oder Raute, um ihn abzulehnen, oder eine andere Taste, um ihn anzunehmen.',
      'Drücken Sie 1, um ihn anzunehmen, oder 2, um ihn abzulehnen.',
    ],
    [
      'es-MX',
      'Pulse 1 o bien asterisco para aceptarla.',
      'Pulse 2 o bien almohadilla para rechazarla, o cualquier otra tecla para aceptarla.',
      'Pulse 1 para aceptarla. Para rechazarla, pulse 2.',
    ],
    [
      'fr-FR',
      'Appuyez sur 1 ou étoile pour le prendre.',
      'Appuyez sur 2 ou dièse pour le refuser, ou sur une autre touche pour le prendre.',
      'Appuyez sur 1 pour le prendre, ou sur 2 pour le refuser.',
    ],
    [
      'pt-BR',
      'Pressione 1 ou asterisco para atender.',
      'Pressione 2 ou cerquilha para recusar, ou qualquer outra tecla para atender.',
      'Pressione 1 para atender, ou 2 para recusar.',
    ],
    [
      'ja-JP',
      'お受けになる場合は、1、またはこめじるしを押してください。',
      'お断りになる場合は、2、またはシャープを押してください。お受けになる場合は、ほかのキーを押してください。',
      'お受けになる場合は、1を押してください。お断りになる場合は、2を押してください。',
    ],
  ])('the usual question names the keys: %s', (language, accept, decline, both) => {
    const ends = (keys: CallOptions['keys'], end: string) => {
      const { confirm, ...rest } = textsOf({ language, keys });
      expect(confirm.endsWith(end), confirm).toBe(true);
      expect(placeholders(confirm)).toEqual(['{caller}', '{name}']);
      expect({ ...rest, confirm: '' }).toEqual({ ...textsOf({ language }), confirm: '' });
    };
    ends({ accept: '1*1' }, accept);
    ends({ decline: '2#' }, decline);
    ends({ accept: '1', decline: '2' }, both);
  });

  it('in a queue too', () => {
    const workspace = { workflow: { reservationTimeoutSeconds: 120 } } as Parameters<typeof taskSettings>[1];
    expect(taskSettings({ language: 'ja-JP' }, workspace).texts).toEqual(languageOf('ja').texts);
    expect(taskSettings({ language: 'en-GB' }, workspace).texts.callerGone).toContain('no longer there');
  });

  it('a whole call: callee and caller hear German, and no placeholder', () => {
    const call = playCall({
      forwardTo: [NUMBERS.ann, { to: NUMBERS.ben, name: 'Ben' }],
      language: 'de-DE',
      confirm: 'always',
      keys: { accept: '1', decline: '2' },
    });
    call.leg(1).answers('human');
    call.leg(1).presses('2');
    call.leg(2).answers('human');
    call.leg(2).presses('1');
    expect(call.said(1)).toEqual([
      'Ein Anruf für Sie, von 1 2 1 2 5 5 5 0 1 2 3. Drücken Sie 1, um ihn anzunehmen, oder 2, um ihn abzulehnen.',
      'In Ordnung. Auf Wiederhören.',
    ]);
    expect(call.said(2)[0]).toMatch(/^Ein Anruf für Ben, von /);
  });

  it('every sentence is sent with the language and a voice that speaks it', () => {
    given(forwarding, [
      events.inbound({ options: { ...TWO, language: 'ja', texts: { greeting: 'もしもし。' } } }),
      events.conference({ event: 'join', at: at(1) }),
    ])
      .when(events.answered({ answeredBy: 'unknown', at: at(8) }))
      .then({
        reply: {
          verbs: [
            {
              verb: 'gather',
              prompt: [
                {
                  verb: 'say',
                  text: 'こちらの番号宛てのお電話です。発信者番号は、1 2 1 2 5 5 5 0 1 2 3です。お受けになる場合は、いずれかのキーを押してください。',
                  language: 'ja-JP',
                  voice: 'Polly.Mizuki',
                },
              ],
            },
            { verb: 'redirect' },
          ],
        },
      });
  });

  it('the record of a call has the texts it arrived with, and nothing more without a language', () => {
    const record = (options: Partial<CallOptions>): string => {
      const event = events.inbound({ options: { ...TWO, ...options } });
      const { state } = given(forwarding, []).when(event).result;
      return encodeState(forwarding, { state: state as LiveForwarding, at: 5 });
    };
    const english = record({});
    expect(english).not.toContain('"texts"');
    expect(record({ language: 'en-GB' })).not.toContain('"texts"');
    for (const name of NAMES) {
      const translated = record({ language: LOCALES[name] });
      expect(translated).toContain(languageOf(name).texts.taken);
      expect(Buffer.byteLength(translated) - Buffer.byteLength(english), name).toBeLessThan(2500);
    }
  });
});

describe('the static texts', () => {
  it.each(NAMES)('fallbackTexts are English unless they have a language of their own: %s', (name) => {
    const { texts, busy, voices } = languageOf(name);
    const { unavailable, lost } = texts;
    const language = LOCALES[name];
    expect(checkFallbackTexts({ language })).toEqual({ unavailable, busy, lost, language, voice: voices[language] });
    expect(checkFallbackTexts({ language: name, voice: 'alice', busy: 'Busy.' })).toEqual({
      ...{ unavailable, busy: 'Busy.', lost, language: name, voice: 'alice' },
    });
    const { unavailable: english } = DEFAULT_TEXTS;
    expect(checkFallbackTexts({})).toMatchObject({ unavailable: english });
    expect(checkFallbackTexts({ language: 'en-GB' })).toEqual({ ...checkFallbackTexts(), language: 'en-GB' });
  });
});

describe('how long a sentence takes', () => {
  const ms = (text: string): number => sayingMs([{ verb: 'say', text }]);
  /** As kana: one for each syllable. A slow voice speaks five of them in a second, and rests for half a second at each stop. */
  const READINGS = [
    ['greeting', 'ただいまおでんわをおつなぎしております。そのままおまちください。'],
    ['consent', 'このつうわはろくおんされます。'],
    ['progress', 'おまたせしてもうしわけございません。ひきつづき、たんとうしゃをよびだしております。'],
    [
      'unavailable',
      'もうしわけございません。ただいまでんわにでることができません。しばらくしてから、もういちどおかけなおしください。しつれいいたします。',
    ],
    [
      'voicemail',
      'もうしわけございません。ただいまでんわにでることができません。はっしんおんのあとに、メッセージをおはなしください。',
    ],
    ['lost', 'もうしわけございません。おでんわをおつなぎできませんでした。しつれいいたします。'],
  ] as const;

  it.each(READINGS)('Japanese %s takes no longer than estimated', (of, reading) => {
    const stops = reading.match(/[、。]/g)?.length ?? 0;
    expect(ms(languageOf('ja').texts[of])).toBeGreaterThanOrEqual((reading.length - stops) * 200 + stops * 500);
  });

  it('a sign for a word takes longer than one for a syllable, and that longer than a letter', () => {
    expect([ms(''), ms('a'), ms('か'), ms('カ'), ms('鳴'), ms('한'), ms('。')]).toEqual([
      0, 120, 200, 200, 500, 500, 500,
    ]);
    expect(ms('Grüße, señor!')).toBe(13 * 120);
  });

  it.each(NAMES)('a caller counts as in the room only after their greeting: %s', (name) => {
    const options = { ...TWO, language: LOCALES[name], record: true };
    const { greeting, consent } = languageOf(name).texts;
    given(forwarding, [])
      .when(events.inbound({ options, at: at(0) }))
      .then({ state: { caller: { inRoomBy: at(0) + 15_000 + ms(greeting) + ms(consent) + 10_000 } } });
  });
});
