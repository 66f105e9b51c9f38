import type { Change, FieldChange, Kind, Request } from './change.js';

export interface Thing {
  readonly kind: Kind;
  readonly name: string;
}

/** Collects the parts of a plan while it is built. */
export class PlanBuilder {
  readonly changes: Change[] = [];
  readonly same: Thing[] = [];
  readonly alone: Thing[] = [];
  readonly notes: string[] = [];
  readonly problems: string[] = [];

  /** Adds an object with the fields that differ; `sid` is `null` if it has to be created. */
  settle(thing: Thing & { readonly sid: string | null }, fields: readonly FieldChange[], request: Request): void {
    const { kind, name, sid } = thing;
    if (sid !== null && fields.length === 0) this.same.push({ kind, name });
    else this.changes.push({ do: sid === null ? 'create' : 'update', kind, name, sid, fields, request });
  }

  /** Adds the objects that exist and that the file does not name: they are left alone. */
  leave(kind: Kind, things: readonly { readonly name: string }[], named: (name: string) => boolean): void {
    for (const { name } of things) if (!named(name)) this.alone.push({ kind, name });
  }
}

/** Finds the object of that name or SID; without a name, the only one there is. */
export function found<Found extends { readonly name: string; readonly sid: string }>(
  things: readonly Found[],
  name: string | undefined,
): Found | undefined {
  if (name !== undefined) return things.find((one) => one.name === name || one.sid === name);
  return things.length === 1 ? things[0] : undefined;
}

/** Returns `null` for an empty text, which Twilio returns for a field that is not set. */
export function orNull(text: string | undefined): string | null {
  return text === undefined || text === '' ? null : text;
}
