import type { Change, FieldChange, Kind, Request } from './change.js';

export interface Thing {
  readonly kind: Kind;
  readonly name: string;
}

/** A plan while it is drawn. */
export class Draft {
  readonly changes: Change[] = [];
  readonly same: Thing[] = [];
  readonly alone: Thing[] = [];
  readonly notes: string[] = [];
  readonly problems: string[] = [];

  /** A thing with what is wrong about it; `sid`: `null` when it is to be made. */
  settle(thing: Thing & { readonly sid: string | null }, fields: readonly FieldChange[], request: Request): void {
    const { kind, name, sid } = thing;
    if (sid !== null && fields.length === 0) this.same.push({ kind, name });
    else this.changes.push({ do: sid === null ? 'create' : 'update', kind, name, sid, fields, request });
  }

  /** What is there and not in the file. */
  leave(kind: Kind, things: readonly { readonly name: string }[], named: (name: string) => boolean): void {
    for (const { name } of things) if (!named(name)) this.alone.push({ kind, name });
  }
}

/** The one of that name or SID; without a name the only one there is. */
export function found<Found extends { readonly name: string; readonly sid: string }>(
  things: readonly Found[],
  name: string | undefined,
): Found | undefined {
  if (name !== undefined) return things.find((one) => one.name === name || one.sid === name);
  return things.length === 1 ? things[0] : undefined;
}

/** Twilio has empty for nothing. */
export function orNull(text: string | undefined): string | null {
  return text === undefined || text === '' ? null : text;
}
