/** Characters that XML 1.0 does not allow even as a reference: control characters, lone surrogates, U+FFFE and U+FFFF. */
const FORBIDDEN = /[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu;

/** Removes what XML 1.0 forbids (www.w3.org/TR/xml/#charsets). */
export function stripForbidden(text: string): string {
  return text.replace(FORBIDDEN, '');
}

const REFERENCES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  // As references, because a parser turns the bare characters into spaces or line feeds.
  '\t': '&#x9;',
  '\n': '&#xA;',
  '\r': '&#xD;',
};

/** Anything but printable ASCII that needs no escape. Most values contain none. */
const SPECIAL = /[^ !#-%'-;=?-~]/;
const NOT_ASCII = /[^ -~]/;

/** Escapes a text for use between tags. */
export function escapeText(text: string): string {
  return text.search(SPECIAL) === -1 ? text : allowed(text).replace(/[&<>\r]/g, reference);
}

/** Escapes a text for use between double quotes. */
export function escapeAttribute(text: string): string {
  return text.search(SPECIAL) === -1 ? text : allowed(text).replace(/[&<>"\t\n\r]/g, reference);
}

function allowed(text: string): string {
  return text.search(NOT_ASCII) === -1 ? text : stripForbidden(text);
}

function reference(character: string): string {
  return REFERENCES[character] ?? '';
}
