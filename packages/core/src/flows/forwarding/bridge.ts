import { callbackRef, RETRIED_MS } from '../call/call.js';
import { isInRoom, isUnanswered, type LegDraft, legTimer, stamp } from '../call/leg.js';
import { consent, sayingMs } from '../call/say.js';
import { refreshCaller } from '../caller/caller.js';
import { refreshLeg, hangUpLeg, redirectToFarewell, expectHangup, sayFarewell } from '../leg/actions.js';
import { startTimer, stopTimer } from '../timers.js';
import { hunt, STEP_TIMER } from './hunt.js';
import type { ForwardingContext } from './state.js';

/** Gives the caller to this leg. The commit of this step decides: exactly one human wins. */
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
  // Ringing legs are ended; legs in detection continue until the verdict; callees who are being asked are told.
  for (const other of state.legs) {
    if (isUnanswered(other.phase)) hangUpLeg(ctx, other);
    else if (other.phase === 'confirming') sayFarewell(ctx, other, 'taken');
  }
}

/** Marks both as connected once both are in the room, as far as we can tell. */
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

/** Sets when a fetch proves that the leg is in the room: only after the time in which Twilio may retry its request. */
export function expectInRoom(ctx: ForwardingContext, leg: LegDraft): void {
  const by = ctx.at + sayingMs(consent(ctx.state.settings)) + ctx.config.graceMs;
  // By then the answer to a retry has been played as well.
  if (by <= (leg.inRoomBy ?? 0)) return;
  leg.seenAlive = false;
  leg.inRoomBy = by + RETRIED_MS;
}

/** Takes back `connected`: two fetches suggested that they talk, but the leg's own request shows that it is still on its way. */
export function notYetTogether(ctx: ForwardingContext, leg: LegDraft): void {
  if (leg.phase !== 'bridged' || ctx.state.winner !== leg.id || ctx.state.caller.phase !== 'connected') return;
  ctx.state.caller.phase = 'joining';
  leg.phase = 'joining';
  leg.result = null;
  startTimer(ctx, 'caller', ctx.config.bridgeCheckMs);
}

/**
 * Tells the caller who took the call. This needs the conference SID, which only conference events report; without it nothing is
 * said.
 */
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

/** The winning leg has left: the hunt goes on unless the two had talked. */
export function onWinnerLeft(ctx: ForwardingContext, leg: LegDraft): void {
  const { state } = ctx;
  if (state.winner !== leg.id) return;
  if (state.caller.phase === 'joining') {
    state.winner = null;
    state.caller.phase = state.caller.held ? 'held' : 'arriving';
    stopTimer(ctx, 'caller');
    hunt(ctx);
  } else if (state.caller.phase === 'connected') {
    // The room ends with the leg, and the caller's call with it; the timer ends the call of a caller who is left alone in the
    // room.
    startTimer(ctx, 'caller', ctx.config.graceMs);
  }
}

/** The leg's `<Dial>` is over but its call goes on: the room has ended. */
export function onDialReturned(ctx: ForwardingContext, leg: LegDraft): void {
  if (leg.phase === 'bridged') {
    expectHangup(ctx, leg, { kind: 'bridged' });
    onWinnerLeft(ctx, leg);
  } else if (leg.phase === 'joining') {
    // A room ends when a participant leaves, and it was not this leg.
    verifyCaller(ctx);
    sayFarewell(ctx, leg, 'lost');
    onWinnerLeft(ctx, leg);
  }
}

/** Fetches both calls, as conference events may be lost. */
export function verifyBoth(ctx: ForwardingContext): void {
  const leg = ctx.state.legs.find((candidate) => candidate.id === ctx.state.winner);
  if (leg !== undefined && leg.inFlight.redirect !== null) {
    // Its redirect never took effect: it is not in the room, and another callee can have the caller.
    sayFarewell(ctx, leg, 'lost');
    redirectToFarewell(ctx, leg);
    onWinnerLeft(ctx, leg);
    return;
  }
  refreshCaller(ctx);
  if (leg !== undefined) refreshLeg(ctx, leg);
}

/** Something suggests that the caller may be gone: no new leg is rung until a fetch tells. */
export function verifyCaller(ctx: ForwardingContext): void {
  ctx.state.caller.isUnverified = true;
  refreshCaller(ctx);
}

/** Decides what happens to each leg when the caller is gone. */
export function dismissLegs(ctx: ForwardingContext): void {
  for (const leg of ctx.state.legs) {
    if (isUnanswered(leg.phase) || leg.phase === 'detecting') hangUpLeg(ctx, leg);
    else if (leg.phase === 'confirming') sayFarewell(ctx, leg, 'callerGone');
    else if (leg.phase === 'farewell' && leg.farewell === 'lost' && !leg.farewellDelivered) leg.farewell = 'callerGone';
    // The room has ended and the leg's Dial will ask what to do; the timer is for a leg that stays in the room alone.
    else if (leg.phase === 'bridged') startTimer(ctx, legTimer(leg), ctx.config.graceMs);
    else if (isInRoom(leg.phase)) {
      sayFarewell(ctx, leg, 'callerGone');
      redirectToFarewell(ctx, leg);
    }
  }
}
