import type { CallbackRef } from '../wire/callbacks.js';
import type { Verb } from '../wire/twiml.js';

/** What a document does to the call that plays it, as far as a played call goes. */
export type Played =
  | { readonly kind: 'hangup' }
  | { readonly kind: 'room' }
  | { readonly kind: 'redirect'; readonly to: CallbackRef; readonly afterMs: number }
  /** Foreign TwiML, a recording or another number takes over. */
  | { readonly kind: 'elsewhere' };

export function playDocument(verbs: readonly Verb[]): Played {
  let afterMs = 0;
  for (const verb of verbs) {
    switch (verb.verb) {
      case 'say':
      case 'play':
        break;
      case 'pause':
        afterMs += verb.seconds * 1000;
        break;
      case 'gather':
        afterMs += verb.timeoutSeconds * 1000;
        break;
      case 'dial.conference':
      case 'dial.queue':
      case 'enqueue':
        return { kind: 'room' };
      case 'record':
      case 'dial.number':
      case 'leave':
        return { kind: 'elsewhere' };
      case 'redirect':
        return 'url' in verb.to ? { kind: 'elsewhere' } : { kind: 'redirect', to: verb.to, afterMs };
      case 'hangup':
      case 'reject':
        return { kind: 'hangup' };
    }
  }
  return { kind: 'hangup' };
}

/** Returns every sentence of a document, prompts included. */
export function sentences(verbs: readonly Verb[]): string[] {
  return verbs.flatMap((verb) => {
    if (verb.verb === 'gather') return sentences(verb.prompt);
    return verb.verb === 'say' ? [verb.text] : [];
  });
}
