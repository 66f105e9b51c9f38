import type { IncomingMessage, ServerResponse } from 'node:http';
import { PATHS } from '../../shared/protocol.js';

/** A message to a person or a program in place of the page. */
export interface Words {
  readonly title: string;
  /** Sentences: what happened, then what to do. */
  readonly text: readonly string[];
  /** Links to go on. */
  readonly links?: readonly { readonly to: string; readonly text: string }[];
}

export const TO_THE_PAGE = { to: PATHS.page, text: 'Go to the page' } as const;

/** Sends a page to a browser, and plain text to everything else. */
export function sendWords(request: IncomingMessage, response: ServerResponse, status: number, words: Words): void {
  const { title, text, links = [] } = words;
  if (!wantsPage(request)) {
    send(response, status, 'text/plain', `${[title, ...text].map(asSentence).join(' ')}\n`);
    return;
  }
  const paragraphs = text.map((sentence) => `<p>${escaped(sentence)}</p>`);
  const ways = links.map(({ to, text: label }) => `<p><a class="way" href="${escaped(to)}">${escaped(label)}</a></p>`);
  send(response, status, 'text/html', document({ title, body: [...paragraphs, ...ways].join('\n') }));
}

/** True for a browser navigation; false for a program, and for a page's script. */
export function wantsPage({ headers }: IncomingMessage): boolean {
  return headers.accept?.includes('text/html') ?? false;
}

/** Builds a page of the door. `head` and `body` are markup. */
export function document(parts: {
  readonly title: string;
  /** Default: the title. */
  readonly heading?: string;
  readonly head?: string;
  readonly body: string;
}): string {
  const { title, heading = title, head = '', body } = parts;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escaped(title)}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="${PATHS.doorStyle}">
<script src="${PATHS.doorScript}" defer></script>
${head}</head>
<body>
<main>
<p class="brand"><span class="mark" aria-hidden="true"></span>First human wins</p>
<h1>${escaped(heading)}</h1>
${body}
</main>
</body>
</html>
`;
}

/** Escapes text for content and for attributes in double quotes. */
export function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${String(character.charCodeAt(0))};`);
}

export function send(response: ServerResponse, status: number, type: string, body: string): void {
  response.statusCode = status;
  response.setHeader('content-type', `${type}; charset=utf-8`);
  response.end(body);
}

export function redirect(response: ServerResponse, to: string): void {
  response.setHeader('location', to);
  send(response, 303, 'text/plain', 'See other\n');
}

function asSentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
