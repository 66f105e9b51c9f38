import type { EpochMs } from '../kernel/flow.js';
import { isFinalStatus, type CallStatus, type FinalCallStatus } from '../wire/call-status.js';
import type { CallbackRef } from '../wire/callbacks.js';
import type { Verb } from '../wire/twiml.js';
import type { Outcome, CallEffect } from '../flows/effects.js';
import type { ForwardingEvent } from '../flows/forwarding/events.js';
import { events } from './events.js';
import { playDocument, sentences } from './played-document.js';
import { sids } from './sids.js';

const NOTHING = { keys: false, speech: false };

/** One call as seen by the small Twilio behind `playCall`. Leg 0 is the caller. */
export interface Line {
  status: CallStatus;
  inRoom: boolean;
  /** How answering machine detection was asked for; `null`: the caller. */
  readonly detection: 'off' | 'sync' | 'async' | null;
  /** Detection has reported its verdict. */
  isHeard: boolean;
  /** What the document being played gathers. */
  listens: { readonly keys: boolean; readonly speech: boolean };
  /** What happens by itself when time passes: the ring time runs out, or a document falls through to a redirect. */
  next: { readonly at: EpochMs; readonly what: 'no-answer' | ForwardingEvent } | null;
}

export interface Due {
  readonly at: EpochMs;
  readonly run: () => void;
}

/** Twilio as it usually behaves: everything works, and nothing is late. */
export class PlayedTwilio {
  readonly #now: () => EpochMs;
  readonly #happen: (leg: number, event: ForwardingEvent) => void;
  readonly #lines = new Map<number, Line>([[0, newLine(null)]]);
  readonly #said: { readonly leg: number; readonly text: string }[] = [];
  #queue: (() => void)[] = [];

  constructor(now: () => EpochMs, happen: (leg: number, event: ForwardingEvent) => void) {
    this.#now = now;
    this.#happen = happen;
  }

  line(leg: number): Line {
    const found = this.rung(leg);
    if (found !== undefined) return found;
    throw new Error(this.notRung(leg));
  }

  rung(leg: number): Line | undefined {
    return this.#lines.get(leg);
  }

  notRung(leg: number): string {
    return `leg ${String(leg)} was not rung; rung so far: ${String(this.#lines.size - 1)}`;
  }

  said(leg: number): string[] {
    return this.#said.filter((sentence) => sentence.leg === leg).map(({ text }) => text);
  }

  inRoom(): number[] {
    return [...this.#lines].filter(([, { inRoom }]) => inRoom).map(([leg]) => leg);
  }

  later(run: () => void): void {
    this.#queue.push(run);
  }

  /** Runs deferred work until none is left. */
  settle(): void {
    for (let run = this.#queue.shift(); run !== undefined; run = this.#queue.shift()) run();
  }

  /** Returns what happens by itself. */
  due(): Due[] {
    return [...this.#lines].flatMap(([leg, { next }]) => {
      if (next === null) return [];
      const run = (): void => {
        if (next.what === 'no-answer') this.end(leg, 'no-answer');
        else this.#happen(leg, next.what);
      };
      return [{ at: next.at, run }];
    });
  }

  carryOut(effect: CallEffect, scripted: Outcome | undefined): void {
    const outcome = scripted ?? this.#usual(effect);
    if (outcome.kind === 'created' && effect.type === 'call.create') {
      const ringsUntil = this.#now() + effect.ringSeconds * 1000;
      const line = newLine(effect.detection === null ? 'off' : effect.verdict === undefined ? 'sync' : 'async');
      this.#lines.set(effect.leg, { ...line, next: { at: ringsUntil, what: 'no-answer' } });
    }
    this.#happen(effect.leg, events.outcome(effect, outcome));
    if (outcome.kind !== 'done') return;
    if (effect.type === 'call.end') this.end(effect.leg, 'canceled');
    if (effect.type !== 'call.redirect') return;
    this.#leaveRoom(effect.leg, 'participant_updated_via_api');
    this.#happen(effect.leg, asking(effect.leg, effect.document));
  }

  #usual(effect: CallEffect): Outcome {
    if (effect.type === 'call.create') return { kind: 'created', sid: sids.call(effect.leg), status: 'queued' };
    const { status } = this.line(effect.leg);
    if (effect.type === 'call.fetch') return { kind: 'fetched', status, answeredBy: null };
    if (isFinalStatus(status)) return { kind: 'gone' };
    if (effect.type === 'call.end' || status === 'in-progress') return { kind: 'done', status: null };
    return { kind: 'refused', code: 21220, reason: 'Call is not in-progress. Cannot redirect.' };
  }

  hear(leg: number, verbs: readonly Verb[]): void {
    const line = this.line(leg);
    if (isFinalStatus(line.status)) return;
    line.status = 'in-progress';
    line.next = null;
    line.listens = listening(verbs);
    for (const text of sentences(verbs)) this.#said.push({ leg, text });
    const played = playDocument(verbs);
    switch (played.kind) {
      case 'redirect':
        this.#goesOn(leg, played.afterMs, asking(leg, played.to));
        return;
      case 'hangup':
        this.later(() => {
          this.end(leg, 'completed');
        });
        return;
      case 'room':
        this.later(() => {
          this.#enterRoom(leg);
        });
        return;
      case 'elsewhere':
    }
  }

  #goesOn(leg: number, afterMs: number, what: ForwardingEvent): void {
    if (afterMs > 0) this.line(leg).next = { at: this.#now() + afterMs, what };
    else {
      this.later(() => {
        if (!isFinalStatus(this.line(leg).status)) this.#happen(leg, what);
      });
    }
  }

  pickUp(leg: number): void {
    const line = this.line(leg);
    line.status = 'in-progress';
    line.next = null;
  }

  /** Ends the call; one that was answered becomes `completed`. */
  end(leg: number, status: FinalCallStatus): void {
    const line = this.line(leg);
    if (isFinalStatus(line.status)) return;
    line.status = line.status === 'in-progress' ? 'completed' : status;
    line.next = null;
    line.listens = NOTHING;
    this.#leaveRoom(leg, 'participant_hung_up');
    const ended = { status: line.status };
    this.#happen(leg, leg === 0 ? events.callerStatus(ended) : events.status({ leg, ...ended }));
  }

  #enterRoom(leg: number): void {
    const line = this.line(leg);
    if (line.inRoom || isFinalStatus(line.status)) return;
    line.inRoom = true;
    this.#happen(leg, events.conference({ event: 'join', leg }));
  }

  /** Anyone's exit ends the room, so the others' `<Dial>` ends too. */
  #leaveRoom(leg: number, reason: string): void {
    const { inRoom, status } = this.line(leg);
    if (!inRoom) return;
    const others = this.inRoom().filter((other) => other !== leg);
    for (const each of [leg, ...others]) this.line(each).inRoom = false;
    this.#happen(leg, events.conference({ event: 'leave', leg, reason, status }));
    for (const other of others) {
      const pulled = { leg: other, reason: 'moderator_ended_conference', status: 'in-progress' } as const;
      this.#happen(other, events.conference({ event: 'leave', ...pulled }));
      this.#happen(other, other === 0 ? events.callerEnded() : events.legEnded({ leg: other }));
    }
  }
}

/** Creates the request of a call that was sent to one of our documents. */
function asking(leg: number, { purpose, part }: Pick<CallbackRef, 'purpose' | 'part'>): ForwardingEvent {
  if (leg === 0) return events.callerDocument({ part: part ?? null });
  if (purpose !== 'leg.document') return events.poll({ leg });
  return events.legDocument({ leg, ...(part === undefined ? {} : { part }) });
}

function newLine(detection: Line['detection']): Line {
  return { status: 'ringing', inRoom: false, detection, isHeard: false, listens: NOTHING, next: null };
}

function listening(verbs: readonly Verb[]): Line['listens'] {
  const gathers = verbs.filter((verb) => verb.verb === 'gather');
  return { keys: gathers.length > 0, speech: gathers.some(({ speech }) => speech === true) };
}
