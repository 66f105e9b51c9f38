import { phoneIn } from '@amd/core/twilio';
import type { ActualWorkspace } from '../actual.js';
import { parse } from '../routing.js';
import type { SetUp } from '../set-up.js';
import type { Roles } from './activities.js';
import type { PlanBuilder } from './plan-builder.js';

/** Plans workers, found by name. What the file does not mention stays unchanged, including their activity. */
export function planWorkers(builder: PlanBuilder, wanted: SetUp, actual: ActualWorkspace | null, roles: Roles): void {
  const present = actual?.workers ?? [];
  for (const { name, phone, attributes = {} } of wanted.workers) {
    const worker = present.find((one) => one.name === name);
    const old = worker === undefined ? {} : parse(worker.attributes);
    const known = typeof old === 'object' && old !== null ? (old as Readonly<Record<string, unknown>>) : {};
    // A number in another attribute that the app reads is sufficient.
    const isThere = worker !== undefined && !('phone' in known) && phoneIn(worker.attributes).phone === phone;
    const wish: Readonly<Record<string, unknown>> = { ...attributes, ...(isThere ? {} : { phone }) };
    const fields = Object.entries(wish).flatMap(([field, value]) => {
      const from = known[field] === undefined ? null : words(known[field]);
      const to = words(value);
      return from === to ? [] : [{ field, from, to }];
    });
    const activity = wanted.newWorkers === 'available' ? roles.available : roles.offline;
    if (worker === undefined) fields.push({ field: 'begins in', from: null, to: activity });
    builder.settle({ kind: 'worker', name, sid: worker?.sid ?? null }, fields, {
      kind: 'worker',
      attributes: JSON.stringify({ ...known, ...wish }),
      ...(worker === undefined ? { activity } : {}),
    });
  }
  builder.leave('worker', present, (name) => wanted.workers.some((worker) => worker.name === name));
}

function words(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
