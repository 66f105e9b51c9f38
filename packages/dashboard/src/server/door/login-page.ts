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

/** Why the form is there. */
export type LoginNote = keyof typeof NOTES;

const GOOD_NEWS: ReadonlySet<LoginNote> = new Set(['out']);

/**
 * The log-in form. It can stand at any of our addresses, works without a script, and has nothing in it that gets old.
 * `to`: where to go on to.
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
 * A cookie that is `SameSite=Strict` does not come along when somebody follows a link from another site. This page asks
 * once more, from our own site; the address is another one, because going to the same address with a fragment loads nothing.
 */
export function askAgainPage(title: string, again: string): string {
  return document({
    title,
    head: `<noscript><meta http-equiv="refresh" content="0;url=${escaped(again)}"></noscript>\n`,
    body: `<p><a class="way" id="again" href="${escaped(again)}">Go on</a></p>`,
  });
}
