import { setTimeout } from 'node:timers/promises';
import { recoverLostCallers, type LostCallersOptions } from '@amd/core/twilio';
import type { Logger } from 'pino';

/** At the start, and when whoever was being greeted then is in their room, in ms. */
const LOOKS_MS = [0, 30_000];

/** Looks for callers who wait alone while nothing is known of them, and says what it found. Never fails. */
export async function lookForLostCallers(options: LostCallersOptions, logger: Logger): Promise<void> {
  for (const afterMs of LOOKS_MS) {
    await setTimeout(afterMs, undefined, { ref: false });
    try {
      const { recovered, leftAlone, failed } = await recoverLostCallers(options);
      const found = recovered.length;
      if (found > 0) {
        logger.warn(
          { code: 'lost.recovered', calls: found, leftAlone },
          `${String(found)} callers were served anew: their state had been lost`,
        );
      }
      for (const { sid, error } of failed) {
        logger.error({ code: 'lost.failed', call: sid, error }, 'a caller whose state was lost could not be reached');
      }
    } catch (error) {
      logger.warn(
        { code: 'lost.unknown', error },
        'conferences could not be listed: callers whose state was lost stay where they are',
      );
    }
  }
}
