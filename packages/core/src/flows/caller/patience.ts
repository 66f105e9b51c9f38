/**
 * So long, in ms, a caller is asked to wait while the store or our code fails, from the first failure. Nobody is told goodbye
 * before, so that whoever is rung by then is rung for somebody who is still there.
 */
export const PATIENCE_MS = 20_000;

/**
 * So long, in ms, Twilio may retry a request for TwiML and act on the second answer instead of the first. Until then a call in
 * progress may not have heard what we answered (twilio.com/docs/usage/webhooks/webhooks-overview).
 */
export const RETRIED_MS = 15_000;
