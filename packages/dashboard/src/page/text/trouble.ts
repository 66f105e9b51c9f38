import type { Trouble } from '../connection/trouble.js';

/** Says what is wrong, and what to do about it. */
export function troubleText(trouble: Trouble, here: string): string {
  switch (trouble.why) {
    case 'offline':
      return 'This computer is offline.';
    case 'silent':
      return 'The server does not answer. Is it running?';
    case 'proxy':
      return trouble.status === 0
        ? 'A proxy on the way to the server redirects the browser, perhaps to log in there: load the page again.'
        : `The server cannot be reached: a proxy on the way answers in its place, with status ${String(trouble.status)}.`;
    case 'elsewhere':
      return `The server does not know this page’s address, ${here}. Open the page at its own address. If this is the right one, set PUBLIC_BASE_URL to it.`;
    case 'unsticky':
      return 'Websockets are blocked, and without them requests reach different servers. Allow websockets, or have the balancer send each browser to one server.';
    case 'blocked':
      return 'The server answers, but the page’s live connection fails. A proxy on the way may block websockets, or cut off long requests.';
  }
}
