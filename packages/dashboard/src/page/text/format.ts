/** Formats a duration as `3.8 s`, `1:05`, `1:02:05`. */
export function duration(ms: number): string {
  const safe = Math.max(0, ms);
  if (safe < 60_000) return `${(Math.floor(safe / 100) / 10).toFixed(1)} s`;
  const seconds = Math.floor(safe / 1000);
  const two = (n: number): string => String(n).padStart(2, '0');
  const [h, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  return h > 0 ? `${String(h)}:${two(m)}:${two(s)}` : `${String(m)}:${two(s)}`;
}

/** Like `duration`, in whole seconds, for running times. */
export function ticking(ms: number): string {
  return ms < 60_000 ? `${String(Math.max(0, Math.floor(ms / 1000)))} s` : duration(ms);
}

const TIME = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' });
const DAY = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' });

export function timeOfDay(at: number): string {
  return TIME.format(at);
}

export function day(at: number): string {
  return DAY.format(at);
}

/** Masks a number as `+14…42`; other text stays unchanged. */
export function masked(text: string): string {
  return text.replace(/(\+?[0-9]{2})[0-9]{3,}([0-9]{2})/g, '$1…$2');
}

export function percent(part: number, whole: number): string {
  return whole === 0 ? '–' : `${String(Math.round((100 * part) / whole))} %`;
}
