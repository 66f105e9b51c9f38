import type { Hooks, Recording } from '@amd/core';
import type { Logger } from 'pino';

/** Returns the hooks for voicemails and recorded talks; an app would send a mail, or fetch the file, here. */
export function recordingHooks(logger: Logger): Hooks {
  const log = (code: string) => (data: unknown) => {
    const { sid, recording } = data as { readonly sid: string; readonly recording: Recording };
    logger.info({ code, call: sid, recording: recording.url, seconds: recording.seconds }, `a ${code} was recorded`);
  };
  return { voicemail: log('voicemail'), recording: log('talk') };
}
