import { redirect, type Resolution } from '@amd/core/http';

export interface StudioOptions {
  /** The flow's webhook address, as Studio shows it at the flow's trigger. */
  readonly flowUrl: string;
  /** Rung for callers whom Studio sends. */
  readonly people: readonly string[];
  readonly isOpen: () => boolean;
}

/**
 * For `resolve`: callers whom a Studio flow sends with its widget "TwiML Redirect". They go back to the flow when we are closed, and
 * when nobody takes the call; `reason` says which.
 */
export function fromStudio({ flowUrl, people, isOpen }: StudioOptions): Resolution {
  if (!isOpen()) return redirect(backTo(flowUrl, 'closed'));
  return { forwardTo: people, fallback: { kind: 'redirect', url: backTo(flowUrl, 'nobody') } };
}

/** `FlowEvent=return` lets the flow go on after its widget. */
function backTo(flowUrl: string, reason: 'closed' | 'nobody'): string {
  const url = new URL(flowUrl);
  url.searchParams.set('FlowEvent', 'return');
  url.searchParams.set('reason', reason);
  return url.href;
}
