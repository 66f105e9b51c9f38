import type { Stranger } from '../access/origins.js';
import { TO_THE_PAGE, type Words } from './words.js';

/** No password is set, and this request may come from anywhere. */
export const CLOSED: Words = {
  title: 'This page is off',
  text: [
    'No password is set, so the page is shown only to a browser on the machine that serves it, while PUBLIC_BASE_URL is an address of that machine too.',
    'Set DASHBOARD_PASSWORD and restart.',
  ],
};

export const LOG_IN_FIRST: Words = { title: 'Log in first', text: [] };

export const NOT_FOUND: Words = {
  title: 'Not found',
  text: ['There is nothing at this address.'],
  links: [TO_THE_PAGE],
};

export const NOT_ALLOWED: Words = {
  title: 'Method not allowed',
  text: ['This address is only for looking.'],
  links: [TO_THE_PAGE],
};

export const UNREADABLE_FORM: Words = {
  title: 'The form could not be read',
  text: [
    'It is longer than a password, or something in this app has read it before: mount the page before body parsers, or parse forms with express.urlencoded.',
  ],
  links: [TO_THE_PAGE],
};

export const LOG_OUT_THERE: Words = {
  title: 'You are not logged out',
  text: ['Log out with the button at the top of the page.'],
  links: [TO_THE_PAGE],
};

export const BROKEN: Words = {
  title: 'Internal server error',
  text: ['The page could not be served. The log of the server says why.'],
  links: [TO_THE_PAGE],
};

/** The call log does not replace the form, so there has to be a page to look at. */
export function fileReady(to: string): Words {
  return { title: 'You are logged in', text: [], links: [{ to, text: 'Save the call log' }, TO_THE_PAGE] };
}

/** Explains that a form was sent by a foreign page, as far as the browser tells. */
export function foreignForm({ from }: Stranger, address: string): Words {
  return {
    title: 'This form was refused',
    text: [
      from === null
        ? 'Your browser did not say that the form was sent by this page; an extension or a setting may keep it from doing so.'
        : `The page that sent it is at ${from}, but this server knows itself as ${address}.`,
      `Open ${address} and try again.`,
      ...(from === null ? [] : ['If the other address is the right one, set PUBLIC_BASE_URL to it and restart.']),
    ],
    links: [{ to: `${address}/`, text: `Go to ${address}` }],
  };
}
