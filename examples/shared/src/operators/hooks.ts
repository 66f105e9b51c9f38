import type { CallHooks, HookData } from '@amd/core';
import type { Logger } from 'pino';

/** Returns the hooks for voicemails and recorded talks; an app would send a mail, or fetch the file, here. */
export function recordingHooks(logger: Logger): CallHooks {
  const log =
    (code: string) =>
    ({ sid, recording }: HookData['voicemail' | 'recording']) => {
      logger.info({ code, call: sid, recording: recording.url, seconds: recording.seconds }, `a ${code} was recorded`);
    };
  return { voicemail: log('voicemail'), recording: log('talk') };
}
