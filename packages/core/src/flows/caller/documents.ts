import { unreachable } from '../../kernel/draft.js';
import { twiml, type Reply } from '../../wire/twiml.js';
import { say } from '../leg/documents.js';
import type { Fallback } from './work.js';

/** What the caller hears when nobody can be reached. */
export function fallbackVerbs(settings: {
  readonly fallback: Fallback;
  readonly texts: { readonly unavailable: string };
  readonly voice: string | null;
  readonly language: string | null;
}): Reply {
  const { fallback } = settings;
  switch (fallback.kind) {
    case 'say':
      return twiml(say(settings, settings.texts.unavailable), { verb: 'hangup' });
    case 'redirect':
      return twiml({ verb: 'redirect', to: { url: fallback.url } });
    default:
      return unreachable(fallback);
  }
}
