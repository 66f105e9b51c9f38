import type { IncomingMessage, ServerResponse } from 'node:http';
import helmet from 'helmet';

export type SetHeaders = (request: IncomingMessage, response: ServerResponse) => void;

/**
 * Sets headers with which only our own files run and no text can become markup: `trusted-types 'none'` makes the browser refuse
 * `innerHTML` and the like altogether (w3.org/TR/trusted-types).
 */
export function securityHeaders(https: boolean): SetHeaders {
  const set = helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        'default-src': ["'none'"],
        'script-src': ["'self'"],
        'style-src': ["'self'"],
        'img-src': ["'self'", 'data:'],
        'connect-src': ["'self'"],
        'form-action': ["'self'"],
        'base-uri': ["'none'"],
        'object-src': ["'none'"],
        'frame-ancestors': ["'none'"],
        'require-trusted-types-for': ["'script'"],
        'trusted-types': ["'none'"],
      },
    },
    strictTransportSecurity: https ? { maxAge: 15_552_000, includeSubDomains: false } : false,
    referrerPolicy: { policy: 'same-origin' },
    xFrameOptions: { action: 'deny' },
  });
  return (request, response) => {
    set(request, response, (error) => {
      if (error !== undefined) throw error instanceof Error ? error : new Error('the headers could not be set');
    });
    response.setHeader('cache-control', 'no-store');
  };
}
