import type { Effect, TwilioEffect } from '@amd/core';
import type { Told } from './told.js';

export function effectOf(event: Told): string {
  const { effect, outcome, timer } = event as { effect?: { type: string }; outcome?: { kind: string }; timer?: string };
  return effect === undefined
    ? `timer ${(timer ?? '').replace(/[0-9]+$/, 'N')}`
    : `${effect.type} (${outcome?.kind ?? ''})`;
}

interface WithSettings {
  readonly settings?: unknown;
}

/** Formats a state as a store keeps it; without what is decided before a call and most of its length. */
export function written(state: unknown): string {
  const { settings: _settings, ...rest } = state as WithSettings;
  return JSON.stringify(rest);
}

export function read<State>(json: string, from: State): State {
  const { settings } = from as State & WithSettings;
  const rest = JSON.parse(json) as State & { settings?: unknown };
  if (settings !== undefined) rest.settings = settings;
  return rest;
}

/** True if two values are the same as JSON; an absent property equals one that is `undefined`. */
export function isSame(one: unknown, other: unknown): boolean {
  if (Object.is(one, other)) return true;
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null) return false;
  if (Array.isArray(one) !== Array.isArray(other)) return false;
  const [a, b] = [one as Record<string, unknown>, other as Record<string, unknown>];
  for (const name of new Set([...Object.keys(a), ...Object.keys(b)])) if (!isSame(a[name], b[name])) return false;
  return true;
}

export function difference(one: unknown, other: unknown, path = ''): string {
  if (isSame(one, other)) return '';
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null) {
    return `${path}: ${JSON.stringify(one)} → ${JSON.stringify(other)}`;
  }
  const [a, b] = [one as Record<string, unknown>, other as Record<string, unknown>];
  return [...new Set([...Object.keys(a), ...Object.keys(b)])]
    .map((name) => difference(a[name], b[name], `${path}.${name}`))
    .filter((text) => text !== '')
    .join('; ');
}

export function shown(event: Told): string {
  const { type, at: _at, settings: _settings, effect, ...more } = event as Told & Record<string, unknown>;
  const of = effect === undefined ? '' : ` ${shownEffect(effect as TwilioEffect).slice(2)}`;
  return `${type}${of} ${JSON.stringify(more)}`;
}

export function shownReply(reply: { readonly kind: string }): string {
  const { verbs } = reply as { verbs?: readonly { verb: string; text?: string; to?: { purpose?: string } }[] };
  if (verbs === undefined) return reply.kind === 'nothing' ? '' : JSON.stringify(reply);
  return `<${verbs.map(({ verb, text, to }) => [verb, to?.purpose, text?.slice(0, 24)].filter(Boolean).join(' ')).join(' | ')}>`;
}

export function shownEffect(effect: Effect<TwilioEffect>): string {
  const { id, document, leg, to } = effect as { id: string; document?: { purpose: string }; leg?: number; to?: string };
  return ` + ${[effect.type, leg === undefined ? '' : `leg ${String(leg)}`, to, document?.purpose, `(${id})`].filter(Boolean).join(' ')}`;
}
