import { useEffect, useState } from 'preact/hooks';
import type { Keyed } from '../../shared/protocol.js';
import type { Connection, Knowledge } from './connection.js';

/** Renders anew when something is known that was not before. */
export function useKnowledge<Row extends Keyed, Figures>(
  connection: Connection<Row, Figures>,
): Knowledge<Row, Figures> {
  const [knowledge, setKnowledge] = useState(connection.now);
  useEffect(
    () =>
      connection.on(() => {
        setKnowledge(connection.now);
      }),
    [connection],
  );
  return knowledge;
}

/** The server's time, once a second while `ticks`. */
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

/** A choice that outlives the page, where the browser keeps anything at all: with cookies off it throws instead. */
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
        // It holds until the page is left.
      }
      setValue(next);
    },
  ];
}
