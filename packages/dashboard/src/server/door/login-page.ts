import { PATHS } from '../../shared/protocol.js';
import { LONGEST_WAIT_SECONDS } from '../access/guess-lines.js';
import { document, escaped } from './words.js';

const NOTES = {
  none: '',
  wrong: 'That is not the password.',
  full: `Too many people are logging in at this moment, so your password was not looked at. Try again in ${String(LONGEST_WAIT_SECONDS)} seconds.`,
  out: 'You are logged out.',
  ended: 'Your log-in has ended. Log in again.',
  notKept:
    'The password was right, but your browser did not keep the cookie that shows it. Allow cookies for this site, then log in again.',
} as const;

/** Why the form is shown. */
export type LoginNote = keyof typeof NOTES;

const GOOD_NEWS: ReadonlySet<LoginNote> = new Set(['out']);

/**
 * Builds the login form. It works at any of our addresses and without scripts, and contains nothing that expires. `to`: where to
 * go next.
 */
export function loginPage(page: { readonly title: string; readonly note: LoginNote; readonly to: string }): string {
  const { title, note, to } = page;
  const text = NOTES[note];
  const said =
    text === ''
      ? ''
      : `<p id="note" class="note${GOOD_NEWS.has(note) ? '' : ' problem'}" role="alert">${escaped(text)}</p>\n`;
  const described = text === '' ? '' : ' aria-describedby="note"';
  const invalid = note === 'wrong' ? ' aria-invalid="true"' : '';
  return document({
    title: `Log in · ${title}`,
    heading: `Log in to see the ${title.toLowerCase()}`,
    body: `${said}<form method="post" action="${PATHS.login}">
<input type="hidden" name="to" value="${escaped(to)}">
<label for="password">Password</label>
<input id="password" name="password" type="password" autocomplete="current-password" required autofocus${described}${invalid}>
<button type="submit">Log in</button>
</form>`,
  });
}

/**
 * Builds a page that requests the address once more, from our own site: a cookie that is `SameSite=Strict` is not sent when a
 * user follows a link from another site. The address differs, because going to the same address with a fragment loads nothing.
 */
export function askAgainPage(title: string, again: string): string {
  return document({
    title,
    head: `<noscript><meta http-equiv="refresh" content="0;url=${escaped(again)}"></noscript>\n`,
    body: `<p><a class="way" id="again" href="${escaped(again)}">Go on</a></p>`,
  });
}
