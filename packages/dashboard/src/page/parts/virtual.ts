import type { RefObject } from 'preact';
import { useLayoutEffect, useState } from 'preact/hooks';

/** Rendered above and below what can be seen, in px. */
const BEYOND = 400;

export interface Seen {
  /** Below the list's top, in px. */
  readonly from: number;
  readonly to: number;
}

/** Which part of a long list is in sight, a little more above and below. Only that is rendered. */
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

/** Whether the page is as the query says, now and later. */
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

/** Arrow keys go from row to row; what lies beyond the edge is rendered already. */
export function moveFocus(event: KeyboardEvent): void {
  if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return;
  const target = event.target as HTMLElement;
  const item = target.closest('li');
  const next = event.key === 'ArrowDown' ? item?.nextElementSibling : item?.previousElementSibling;
  // From switch to switch, or from whatever comes first to what comes first.
  const button = next?.querySelector<HTMLElement>(target.role === 'switch' ? '[role=switch]' : 'button');
  if (button === null || button === undefined) return;
  event.preventDefault();
  button.focus();
}
