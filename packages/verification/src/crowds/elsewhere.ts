/** An application of the user's own that a fallback may hand callers to. */
export const ELSEWHERE = 'https://elsewhere.example.com/menu';

/** Returns its answer; undefined for one of our addresses. */
export function elsewhere(request: Request): Response | undefined {
  if (request.url !== ELSEWHERE) return undefined;
  const document = '<Response><Say>This is the menu.</Say><Pause length="5"/></Response>';
  return new Response(document, { headers: { 'content-type': 'text/xml' } });
}
