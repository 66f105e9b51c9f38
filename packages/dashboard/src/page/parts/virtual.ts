import type { RefObject } from 'preact';
import { useLayoutEffect, useState } from 'preact/hooks';

/** Rendered above and below the visible part, in px. */
const BEYOND = 400;

export interface Seen {
  /** Below the list's top, in px. */
  readonly from: number;
  readonly to: number;
}

/** Returns which part of a long list is visible, with a margin above and below. Only that is rendered. */
export function useSeen(list: RefObject<HTMLElement | null>, rows: number): Seen {
  const [seen, setSeen] = useState<Seen>({ from: 0, to: 1200 });
  useLayoutEffect(() => {
    const look = (): void => {
      const top = list.current?.getBoundingClientRect().top ?? 0;
      const from = Math.floor((-top - BEYOND) / 100) * 100;
      const to = Math.ceil((innerHeight - top + BEYOND) / 100) * 100;
      setSeen((old) => (old.from === from && old.to === to ? old : { from, to }));
    };
    look();
    addEventListener('scroll', look, { passive: true });
    addEventListener('resize', look);
    return () => {
      removeEventListener('scroll', look);
      removeEventListener('resize', look);
    };
  }, [rows]);
  return seen;
}

/** True while the page matches the media query. */
export function useMedia(query: string): boolean {
  const [is, setIs] = useState(() => matchMedia(query).matches);
  useLayoutEffect(() => {
    const media = matchMedia(query);
    const changed = (): void => {
      setIs(media.matches);
    };
    changed();
    media.addEventListener('change', changed);
    return () => {
      media.removeEventListener('change', changed);
    };
  }, [query]);
  return is;
}

/** Moves the focus from row to row by arrow keys; rows just outside the visible part are rendered already. */
export function moveFocus(event: KeyboardEvent): void {
  if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return;
  const target = event.target as HTMLElement;
  const item = target.closest('li');
  const next = event.key === 'ArrowDown' ? item?.nextElementSibling : item?.previousElementSibling;
  // From switch to switch, or from the first control to the first control.
  const button = next?.querySelector<HTMLElement>(target.role === 'switch' ? '[role=switch]' : 'button');
  if (button === null || button === undefined) return;
  event.preventDefault();
  button.focus();
}
