import { callbackRef, RETRIED_MS } from '../call/call.js';
import { isInRoom, isUnanswered, type LegDraft, legTimer, stamp } from '../call/leg.js';
import { consent, sayingMs } from '../call/say.js';
import { refreshCaller } from '../caller/caller.js';
import { refreshLeg, hangUpLeg, redirectToFarewell, expectHangup, sayFarewell } from '../leg/actions.js';
import { startTimer, stopTimer } from '../timers.js';
import { hunt, STEP_TIMER } from './hunt.js';
import type { ForwardingContext } from './state.js';

/** The commit of this step decides: one human wins, and nobody else. */
export function winCaller(ctx: ForwardingContext, leg: LegDraft): void {
  const { state } = ctx;
  state.winner = leg.id;
  state.caller.phase = 'joining';
  state.caller.seenAlive = false;
  state.timestamps.wonAt ??= ctx.at;
  leg.phase = 'joining';
  leg.seenAlive = false;
  stopTimer(ctx, legTimer(leg));
  stopTimer(ctx, STEP_TIMER);
  if (state.caller.held) startTimer(ctx, 'caller', ctx.config.bridgeCheckMs);
  // Who rings is ended; who is being detected is left until the verdict; who is being asked is told.
  for (const other of state.legs) {
    if (isUnanswered(other.phase)) hangUpLeg(ctx, other);
    else if (other.phase === 'confirming') sayFarewell(ctx, other, 'taken');
  }
}

/** Both in the room, as far as anybody can tell. */
export function connectIfTogether(ctx: ForwardingContext): void {
  const { state } = ctx;
  const leg = state.legs.find((candidate) => candidate.id === state.winner);
  if (state.caller.phase !== 'joining' || leg === undefined || !state.caller.inRoom) return;
  if (!leg.joined && !(leg.joinTwimlSent && leg.seenAlive && state.caller.seenAlive)) return;
  state.caller.phase = 'connected';
  state.timestamps.connectedAt ??= ctx.at;
  leg.phase = 'bridged';
  leg.result = { kind: 'bridged' };
  stamp(leg, 'joinedAt', ctx.at);
  stopTimer(ctx, 'caller');
  whisper(ctx, leg);
}

/** A fetch proves that the leg is in the room only after the time in which Twilio may retry its request is over. */
export function expectInRoom(ctx: ForwardingContext, leg: LegDraft): void {
  const by = ctx.at + sayingMs(consent(ctx.state.settings)) + ctx.config.graceMs;
  // The answer to a retry is heard by then as well.
  if (by <= (leg.inRoomBy ?? 0)) return;
  leg.seenAlive = false;
  leg.inRoomBy = by + RETRIED_MS;
}

/** Two fetches said that they talk, and the leg says that it is still coming: takes that back. */
export function notYetTogether(ctx: ForwardingContext, leg: LegDraft): void {
  if (leg.phase !== 'bridged' || ctx.state.winner !== leg.id || ctx.state.caller.phase !== 'connected') return;
  ctx.state.caller.phase = 'joining';
  leg.phase = 'joining';
  leg.result = null;
  startTimer(ctx, 'caller', ctx.config.bridgeCheckMs);
}

/** The caller hears who it is; without the room's name, which its events tell, they do not. */
function whisper(ctx: ForwardingContext, leg: LegDraft): void {
  const { settings, conference, call } = ctx.state;
  if (settings.texts.connected === '' || conference === null) return;
  ctx.effects.push({
    type: 'call.announce',
    id: `announce:${String(leg.id)}`,
    leg: 0,
    sid: call.sid,
    conference,
    document: callbackRef(ctx, 0, 'caller.whisper'),
    once: true,
  });
}

/** The leg that had the caller has left: hunting goes on, unless they had talked. */
export function onWinnerLeft(ctx: ForwardingContext, leg: LegDraft): void {
  const { state } = ctx;
  if (state.winner !== leg.id) return;
  if (state.caller.phase === 'joining') {
    state.winner = null;
    state.caller.phase = state.caller.held ? 'held' : 'arriving';
    stopTimer(ctx, 'caller');
    hunt(ctx);
  } else if (state.caller.phase === 'connected') {
    // The room ends with the leg and the caller's call with it; this sweeps up a caller who is left alone in there.
    startTimer(ctx, 'caller', ctx.config.graceMs);
  }
}

/** The leg's `<Dial>` is over while its call goes on: the room has ended under it. */
export function onDialReturned(ctx: ForwardingContext, leg: LegDraft): void {
  if (leg.phase === 'bridged') {
    expectHangup(ctx, leg, { kind: 'bridged' });
    onWinnerLeft(ctx, leg);
  } else if (leg.phase === 'joining') {
    // A room ends when somebody leaves it, and it was not this leg.
    verifyCaller(ctx);
    sayFarewell(ctx, leg, 'lost');
    onWinnerLeft(ctx, leg);
  }
}

/** Events may be lost: both calls are looked at. */
export function verifyBoth(ctx: ForwardingContext): void {
  const leg = ctx.state.legs.find((candidate) => candidate.id === ctx.state.winner);
  if (leg !== undefined && leg.inFlight.redirect !== null) {
    // Its document was never asked for: it is not in the room, and somebody else may be.
    sayFarewell(ctx, leg, 'lost');
    redirectToFarewell(ctx, leg);
    onWinnerLeft(ctx, leg);
    return;
  }
  refreshCaller(ctx);
  if (leg !== undefined) refreshLeg(ctx, leg);
}

/** Something hints that the caller may be gone: nobody new is rung until we know. */
export function verifyCaller(ctx: ForwardingContext): void {
  ctx.state.caller.isUnverified = true;
  refreshCaller(ctx);
}

/** What becomes of each leg when the caller is gone. */
export function dismissLegs(ctx: ForwardingContext): void {
  for (const leg of ctx.state.legs) {
    if (isUnanswered(leg.phase) || leg.phase === 'detecting') hangUpLeg(ctx, leg);
    else if (leg.phase === 'confirming') sayFarewell(ctx, leg, 'callerGone');
    else if (leg.phase === 'farewell' && leg.farewell === 'lost' && !leg.farewellDelivered) leg.farewell = 'callerGone';
    // The room has ended under it and its Dial asks what now; the timer is for who sits in there alone after all.
    else if (leg.phase === 'bridged') startTimer(ctx, legTimer(leg), ctx.config.graceMs);
    else if (isInRoom(leg.phase)) {
      sayFarewell(ctx, leg, 'callerGone');
      redirectToFarewell(ctx, leg);
    }
  }
}
