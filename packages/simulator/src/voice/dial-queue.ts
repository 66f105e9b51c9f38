import type { Element } from '../twiml/element.js';
import { dequeue } from '../taskrouter/queueing.js';
import { playInBackground, QUEUE_WHISPER } from './background-document.js';
import type { BackgroundEnd } from './background-document.js';
import { openBridge } from './bridge.js';
import type { Call } from './call.js';
import type { Dialling, DialOutcome } from './dialling.js';
import { Execution } from './execution.js';
import { endCall } from './lifecycle.js';
import { part } from './queue.js';
import type { Dequeued } from './queue.js';
import { load } from './run.js';
import { methodOf, numberOf, resolveUrl } from './verbs.js';
import type { VerbContext } from './verbs.js';

/** Plays to the caller what they hear before they are connected (twilio.com/docs/voice/twiml/queue#url), in a run of its own. */
async function whisper(ctx: VerbContext, noun: Element, url: string, caller: Call): Promise<BackgroundEnd> {
  const { world, call } = ctx;
  const { queued } = caller;
  if (queued === undefined) return 'failed';
  const run = new Execution(world.clock);
  queued.waiting = run;
  const params = [
    ['QueueSid', queued.sid],
    ['QueueTime', String(Math.round((world.clock.now() - queued.since) / 1000))],
    // Twilio's own spelling.
    ['DequeingCallSid', call.sid],
  ] as const;
  const loaded = await load(world, caller, run, { url, method: methodOf(noun), params }, undefined);
  return loaded === undefined
    ? 'failed'
    : playInBackground({ world, call: caller, run, base: loaded.base }, loaded, QUEUE_WHISPER);
}

/**
 * Executes `<Dial><Queue reservationSid>` (twilio.com/docs/voice/twiml/queue): the reservation is accepted, the caller hears the
 * document of `url`, then the two are connected, even if the document could not be fetched.
 */
export async function dialQueue(
  ctx: VerbContext,
  dial: Element,
  noun: Element,
  dialling: Dialling,
): Promise<DialOutcome> {
  const { world, call, run } = ctx;
  const sid = noun.attributes['reservationSid'];
  const failure: DialOutcome = { status: world.toggles.dialQueueFailureStatus };
  const failed = (code: number, message: string): DialOutcome => {
    world.debug({ code, level: 'warning', message, url: ctx.base, callSid: call.sid });
    return failure;
  };
  if (sid === undefined) return failed(0, 'The simulator does not support <Dial><Queue> without reservationSid');
  const address = noun.attributes['url'];
  const url = address === undefined || address === '' ? undefined : resolveUrl(ctx, address);
  const result = dequeue(world, sid, call, noun.attributes['postWorkActivitySid']);
  if (!result.ok) return failed(result.code, result.message);
  const { caller, reservation } = result;
  const { queued } = caller;
  dialling.recording.rings();
  await new Promise<void>((resolve) => {
    const dequeued: Dequeued = {
      caller,
      reservation,
      release() {
        stopLimit();
        if (call.dequeued === dequeued) call.dequeued = undefined;
        if (run.alive) resolve();
      },
    };
    const stopLimit = world.clock.wakeAt(world.clock.now() + numberOf(dial, 'timeLimit', 14_400) * 1000, () => {
      part(world, call, caller, reservation);
      dequeued.release();
    });
    run.onCancel(stopLimit);
    const connect = (): void => {
      if (queued !== undefined) queued.with = { leg: call, reservation, bridged: true };
      dialling.recording.answered();
      world.record('conference', call.sid, `${call.to} takes the caller ${caller.from}`, { event: 'bridge' });
      openBridge(world, caller, call);
      world.moment('bridged', caller);
      if (call.live) world.moment('bridged', call);
    };
    call.dequeued = dequeued;
    queued?.waiting?.cancel();
    if (queued !== undefined) queued.with = { leg: call, reservation, bridged: false };
    if (url === undefined) {
      connect();
      return;
    }
    void whisper(ctx, noun, url, caller).then((end) => {
      if (call.dequeued !== dequeued) return;
      if (end !== 'hangup') connect();
      else endCall(world, caller, { status: 'completed', sip: 200, reason: '<Hangup/> in the whisper' });
    });
  });
  return dialling.bridged() ? { status: 'answered' } : failure;
}
