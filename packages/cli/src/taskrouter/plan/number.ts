import type { WebhookUrls } from '@amd/core/http';
import type { ActualNumber } from '../actual.js';
import type { SetUp } from '../set-up.js';
import type { FieldChange, RequestDraft } from './change.js';
import { orNull, type PlanBuilder } from './plan-builder.js';

/** Plans where the number's calls go. A number is never bought, moved or released. */
export function planNumber(
  builder: PlanBuilder,
  { phone, fallbackUrl }: NonNullable<SetUp['number']>,
  number: ActualNumber | null,
  addresses: WebhookUrls,
): void {
  if (number === null) {
    builder.problems.push(`"number": ${phone} is not a number of this account`);
    return;
  }
  if (number.answeredBy !== null) {
    builder.problems.push(
      `"number": ${phone} is answered by ${number.answeredBy} instead of by addresses: remove that at the console first`,
    );
  }
  const fields: FieldChange[] = [];
  const request: RequestDraft<'number'> = { kind: 'number' };
  const differs = (field: string, from: string, to: string): boolean => {
    if (from !== to) fields.push({ field, from: orNull(from), to });
    return from !== to;
  };
  if (differs('voice URL', number.voiceUrl, addresses.voice)) request.voiceUrl = addresses.voice;
  if (differs('voice method', number.voiceMethod, 'POST')) request.voiceMethod = 'POST';
  if (differs('status callback', number.statusUrl, addresses.status)) request.statusCallback = addresses.status;
  if (differs('status method', number.statusMethod, 'POST')) request.statusCallbackMethod = 'POST';
  if (fallbackUrl !== undefined) {
    if (differs('fallback URL', number.fallbackUrl, fallbackUrl)) request.voiceFallbackUrl = fallbackUrl;
  } else if (number.fallbackUrl === '') {
    builder.notes.push(
      `${phone} has no fallback URL: when your server is down, callers hear an error. Set "number.fallbackUrl"`,
    );
  }
  builder.settle({ kind: 'number', name: phone, sid: number.sid }, fields, request);
}
