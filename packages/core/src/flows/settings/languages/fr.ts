import type { Language } from './language.js';

/** Not reviewed by a native speaker. */
export const FRENCH: Language = {
  texts: {
    greeting: 'Veuillez patienter, nous vous mettons en relation.',
    progress: "Merci de votre patience. Nous cherchons toujours à joindre quelqu'un pour vous.",
    offerMessage: 'Pour laisser un message maintenant, appuyez sur la touche étoile.',
    connected: '',
    consent: 'Cet appel est enregistré.',
    unavailable:
      'Nous sommes désolés, personne ne peut prendre votre appel pour le moment. Veuillez rappeler plus tard. Au revoir.',
    voicemail:
      'Nous sommes désolés, personne ne peut prendre votre appel pour le moment. Veuillez laisser un message après le bip sonore.',
    recorded: 'Merci pour votre message. Au revoir.',
    // "depuis", because "de" would have to be "d'" before "un numéro masqué".
    confirm: "Un appel pour {name}, depuis {caller}. Appuyez sur n'importe quelle touche pour le prendre.",
    announce: 'Un appel pour {name}, depuis {caller}. Un instant, je vous prie.',
    screened: 'Ceci est un appel pour {name}, depuis {caller}. La personne est en ligne et souhaite parler.',
    message: 'Vous avez manqué un appel depuis {caller}. Au revoir.',
    taken: "Quelqu'un d'autre a déjà pris l'appel. Au revoir.",
    callerGone: "La personne qui appelait n'est plus en ligne. Au revoir.",
    lost: "Nous sommes désolés, la communication n'a pas pu être établie. Au revoir.",
    declined: "C'est entendu. Au revoir.",
    withheld: 'un numéro masqué',
    you: 'vous',
    somebody: "quelqu'un",
  },
  busy: 'Nous sommes désolés, toutes nos lignes sont occupées. Veuillez rappeler plus tard. Au revoir.',
  keys: {
    accept: 'Un appel pour {name}, depuis {caller}. Appuyez sur {accept} pour le prendre.',
    decline:
      'Un appel pour {name}, depuis {caller}. Appuyez sur {decline} pour le refuser, ou sur une autre touche pour le prendre.',
    both: 'Un appel pour {name}, depuis {caller}. Appuyez sur {accept} pour le prendre, ou sur {decline} pour le refuser.',
    star: 'étoile',
    pound: 'dièse',
    or: ' ou ',
  },
  voices: { 'fr-FR': 'Polly.Lea', 'fr-CA': 'Polly.Chantal' },
};
