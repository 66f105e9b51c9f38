import type { TimelineEntry } from '../voice/timeline.js';

const clock = (ms: number): string => {
  const seconds = Math.floor(ms / 1000);
  const part = (value: number): string => String(value).padStart(2, '0');
  return `${part(Math.floor(seconds / 60))}:${part(seconds % 60)}.${String(Math.floor(ms % 1000)).padStart(3, '0')}`;
};

/** Formats one entry of the timeline as a line that is safe for a terminal: `00:06.020  CA12ab…9f  call       ringing +1415…`. */
export function logLine(entry: TimelineEntry): string {
  const sid = entry.call === undefined ? '' : `${entry.call.slice(0, 6)}…${entry.call.slice(-2)}`;
  // eslint-disable-next-line no-control-regex -- what a caller can choose (names, digits) must not steer the terminal
  const text = entry.text.replace(/[\u0000-\u001f\u007f-\u009f]/g, ' ');
  return `${clock(entry.ms)}  ${sid.padEnd(9)}  ${entry.kind.padEnd(10)}  ${text}`;
}
