/** An application of the user's own, to which a fallback may hand callers on. */
export const ELSEWHERE = 'https://elsewhere.example.com/menu';

/** What it answers; undefined for an address that is ours. */
export function elsewhere(request: Request): Response | undefined {
  if (request.url !== ELSEWHERE) return undefined;
  const document = '<Response><Say>This is the menu.</Say><Pause length="5"/></Response>';
  return new Response(document, { headers: { 'content-type': 'text/xml' } });
}
