import { atOnce, type CallOptions } from '@amd/core';

export interface Desk {
  /** Numbers of callers who come first, as Twilio sends them. */
  readonly vips: readonly string[];
  /** Rung for them, all at once, before the team. */
  readonly forVips: readonly string[];
  /** Rung for everybody, in order. */
  readonly team: readonly string[];
}

/**
 * Whom to ring for a caller. A VIP has their own people at once, and the whole team after them. Anybody can send somebody
 * else's number: this decides who is rung first, and nothing that needs proof.
 */
export function vipsFirst({ vips, forVips, team }: Desk, from: string): CallOptions {
  if (!vips.includes(from)) return { forwardTo: team };
  const others = team.filter((to) => !forVips.includes(to));
  return { forwardTo: [...atOnce(forVips), ...others] };
}
