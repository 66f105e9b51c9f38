import type { WebhookRequest, WebhookResponse } from '@amd/simulator';
import { SaxesParser } from 'saxes';

/** Paths that answer with TwiML; the others are notifications and assignments. */
const TWIML = /^\/(inbound|outbound)(\/(ended|document|fallback|wait|progress|key|whisper|poll|again))?$/;

/** Checks what living nodes answer: a request for TwiML gets TwiML, whatever fails behind it. */
export class Replies {
  readonly problems: string[] = [];
  slowestMs = 0;

  heard({ url }: WebhookRequest, { status, headers, body }: WebhookResponse, tookMs: number): void {
    const { pathname } = new URL(url);
    if (!TWIML.test(pathname)) return;
    this.slowestMs = Math.max(this.slowestMs, tookMs);
    const type = headers['content-type'] ?? '';
    if (status !== 200 || !type.startsWith('text/xml')) {
      this.problems.push(`${pathname} was answered with ${String(status)}, ${type}`);
    } else if (!isDocument(body))
      this.problems.push(`${pathname} was answered with XML that is none: ${body.slice(0, 200)}`);
  }
}

/** Checks a document with an independent parser. */
function isDocument(body: string): boolean {
  const parser = new SaxesParser();
  const seen = { errors: 0, root: '' };
  parser.on('error', () => (seen.errors += 1));
  parser.on('opentag', ({ name }) => (seen.root ||= name));
  parser.write(body).close();
  return seen.errors === 0 && seen.root === 'Response';
}
