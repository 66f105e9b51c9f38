import { useEffect, useState } from 'preact/hooks';
import type { Keyed } from '../../shared/protocol.js';
import type { Connection, Knowledge } from './connection.js';

/** Renders again when the knowledge changes. */
export function useKnowledge<Row extends Keyed, Figures>(
  connection: Connection<Row, Figures>,
): Knowledge<Row, Figures> {
  const [knowledge, setKnowledge] = useState(connection.now);
  useEffect(() => {
    // It may have changed between the first rendering and this effect.
    setKnowledge(connection.now);
    return connection.on(() => {
      setKnowledge(connection.now);
    });
  }, [connection]);
  return knowledge;
}

/** Returns the server's time, once a second while `ticks`. */
export function useNow(offsetMs: number, ticks: boolean): number {
  const [now, setNow] = useState(() => Date.now() + offsetMs);
  useEffect(() => {
    if (!ticks) return undefined;
    setNow(Date.now() + offsetMs);
    const timer = setInterval(() => {
      setNow(Date.now() + offsetMs);
    }, 1000);
    return () => {
      clearInterval(timer);
    };
  }, [offsetMs, ticks]);
  return now;
}

/** Keeps a choice beyond the page's lifetime, where the browser stores anything at all: with cookies off it throws. */
export function useRemembered(key: string, initial: string): readonly [string, (value: string) => void] {
  const [value, setValue] = useState(() => {
    try {
      return localStorage.getItem(`amd.${key}`) ?? initial;
    } catch {
      return initial;
    }
  });
  return [
    value,
    (next) => {
      try {
        localStorage.setItem(`amd.${key}`, next);
      } catch {
        // The choice lasts until the page is left.
      }
      setValue(next);
    },
  ];
}
