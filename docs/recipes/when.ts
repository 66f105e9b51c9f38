import { DateTime, IANAZone } from 'luxon';

/** `'09:00'` to `'17:30'`, on these days of the week (1 is Monday). `'22:00'` to `'06:00'` ends on the next day. */
export interface Hours {
  readonly days: readonly number[];
  readonly from: string;
  readonly to: string;
}

/** Hours of a place, which keeps its own summer time. `closed`: its holidays, as `'2026-12-25'`. */
export interface Calendar {
  /** An IANA zone, such as `'Europe/Berlin'`. */
  readonly zone: string;
  readonly hours: readonly Hours[];
  readonly closed?: readonly string[];
}

/**
 * Whether the place is open at a moment (epoch ms). A time that a change to summer time leaves out begins when the clock has
 * jumped; one that a change back repeats counts both times.
 * @throws RangeError naming the zone or the time
 */
export function isOpen({ zone, hours, closed = [] }: Calendar, at: number): boolean {
  const now = inZone(zone, at);
  return hours.some((entry) => {
    const from = minutesOf(entry.from);
    const to = minutesOf(entry.to);
    const minute = now.hour * 60 + now.minute;
    const isOf = (day: DateTime): boolean =>
      entry.days.includes(day.weekday) && !closed.includes(day.toISODate() ?? '');
    if (from < to) return isOf(now) && minute >= from && minute < to;
    // Over midnight: the evening belongs to its own day, the morning to the day before.
    return (isOf(now) && minute >= from) || (isOf(now.minus({ days: 1 })) && minute < to);
  });
}

/** Who is on call: one after the other for so many days each, since `start`; everybody changes at that time of day there. */
export interface Rota<Person> {
  readonly zone: string;
  /** The first hand-over, as local time: `'2026-01-05T09:00'`. */
  readonly start: string;
  readonly days: number;
  readonly people: readonly Person[];
}

/**
 * Whoever is on call first, then the others in the order in which they will be.
 * @throws RangeError naming what is wrong
 */
export function onCall<Person>({ zone, start, days, people }: Rota<Person>, at: number): Person[] {
  const now = inZone(zone, at);
  const first = DateTime.fromISO(start, { zone });
  if (!first.isValid)
    throw new RangeError(`"start" must be a local time such as 2026-01-05T09:00; got ${JSON.stringify(start)}`);
  if (!Number.isInteger(days) || days < 1)
    throw new RangeError(`"days" must be a whole number from 1; got ${String(days)}`);
  if (people.length === 0) return [];
  // In days of the calendar, which have 23 or 25 hours twice a year.
  const turn = Math.floor(Math.floor(now.diff(first, 'days').days) / days);
  const index = ((turn % people.length) + people.length) % people.length;
  return [...people.slice(index), ...people.slice(0, index)];
}

function inZone(zone: string, at: number): DateTime {
  if (!IANAZone.isValidZone(zone))
    throw new RangeError(`"zone" must be an IANA zone such as Europe/Berlin; got ${JSON.stringify(zone)}`);
  return DateTime.fromMillis(at, { zone });
}

function minutesOf(time: string): number {
  const [, hours = '', minutes = ''] = /^([01]\d|2[0-4]):([0-5]\d)$/.exec(time) ?? [];
  if (hours === '') throw new RangeError(`a time must be written as 09:00; got ${JSON.stringify(time)}`);
  return Number(hours) * 60 + Number(minutes);
}
