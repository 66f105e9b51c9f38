import type { Language } from './language.js';

/** Not reviewed by a native speaker. */
export const GERMAN: Language = {
  texts: {
    greeting: 'Einen Moment bitte, wir verbinden Sie.',
    progress: 'Vielen Dank für Ihre Geduld. Wir versuchen weiterhin, jemanden für Sie zu erreichen.',
    offerMessage: 'Wenn Sie jetzt eine Nachricht hinterlassen möchten, drücken Sie bitte die Sterntaste.',
    connected: '',
    consent: 'Dieses Gespräch wird aufgezeichnet.',
    unavailable: 'Leider ist im Moment niemand erreichbar. Bitte versuchen Sie es später noch einmal. Auf Wiederhören.',
    voicemail: 'Leider ist im Moment niemand erreichbar. Bitte hinterlassen Sie nach dem Signalton eine Nachricht.',
    recorded: 'Vielen Dank für Ihre Nachricht. Auf Wiederhören.',
    confirm: 'Ein Anruf für {name}, von {caller}. Drücken Sie eine beliebige Taste, um ihn anzunehmen.',
    announce: 'Ein Anruf für {name}, von {caller}. Einen Moment bitte.',
    screened:
      'Dies ist ein Anruf für {name}, von {caller}. Die anrufende Person ist in der Leitung und wartet auf das Gespräch.',
    message: 'Sie haben einen Anruf von {caller} verpasst. Auf Wiederhören.',
    taken: 'Jemand anders hat den Anruf schon angenommen. Auf Wiederhören.',
    callerGone: 'Die anrufende Person ist nicht mehr in der Leitung. Auf Wiederhören.',
    lost: 'Leider konnte der Anruf nicht verbunden werden. Auf Wiederhören.',
    declined: 'In Ordnung. Auf Wiederhören.',
    withheld: 'einer unterdrückten Nummer',
    you: 'Sie',
    somebody: 'jemand',
  },
  busy: 'Leider sind alle Leitungen belegt. Bitte versuchen Sie es später noch einmal. Auf Wiederhören.',
  keys: {
    accept: 'Ein Anruf für {name}, von {caller}. Drücken Sie {accept}, um ihn anzunehmen.',
    decline:
      'Ein Anruf für {name}, von {caller}. Drücken Sie {decline}, um ihn abzulehnen, oder eine andere Taste, um ihn anzunehmen.',
    both: 'Ein Anruf für {name}, von {caller}. Drücken Sie {accept}, um ihn anzunehmen, oder {decline}, um ihn abzulehnen.',
    star: 'Stern',
    pound: 'Raute',
    or: ' oder ',
  },
  voices: { 'de-DE': 'Polly.Vicki', 'de-AT': 'Polly.Hannah-Neural' },
};
