import type { Element } from '../twiml/element.js';
import { gatherBegins } from '../people/behaviour.js';
import { goTo, methodOf, NEXT, numberOf, playSound } from './verbs.js';
import type { VerbContext, Step } from './verbs.js';

const SOUNDS = new Set(['Say', 'Play', 'Pause']);

/**
 * Executes `<Gather>` for keys and speech (twilio.com/docs/voice/twiml/gather). Listens from the beginning of the nested prompt
 * on; the timeout counts from the end of the prompt, and again from each key.
 */
export async function playGather(ctx: VerbContext, gather: Element): Promise<Step> {
  const { world, call, run } = ctx;
  const input = (gather.attributes['input'] ?? 'dtmf').split(/\s+/);
  if (!input.every((kind) => kind === 'dtmf' || kind === 'speech')) {
    world.debug({
      code: 0,
      level: 'error',
      message: `The simulator does not support <Gather input="${input.join(' ')}">`,
      url: ctx.base,
      callSid: call.sid,
    });
    return { to: 'error' };
  }
  const finishOnKey = gather.attributes['finishOnKey'] ?? '#';
  const limit = numberOf(gather, 'numDigits', Infinity);
  const timeoutMs = numberOf(gather, 'timeout', 5) * 1000;
  let digits = '';
  let words: string | undefined;
  let promptOver = false;
  let stopTimer: (() => void) | undefined;
  world.record('verb', call.sid, 'Gather', { verb: 'Gather' });

  await new Promise<void>((resolve) => {
    const finish = (): void => {
      stopTimer?.();
      call.listener = undefined;
      call.hears = undefined;
      if (run.alive) resolve();
    };
    const restart = (): void => {
      stopTimer?.();
      stopTimer = world.clock.wakeAt(world.clock.now() + timeoutMs, finish);
    };
    run.onCancel(() => {
      stopTimer?.();
      if (call.listener === takes) call.listener = undefined;
      if (call.hears === understands) call.hears = undefined;
    });
    const understands = (said: string): void => {
      interrupt();
      words = said;
      finish();
    };
    const takes = (digit: string): boolean => {
      if (!input.includes('dtmf')) return false;
      interrupt();
      if (finishOnKey !== '' && finishOnKey.includes(digit)) {
        finish();
        return true;
      }
      digits += digit;
      if (digits.length >= limit) finish();
      else restart();
      return true;
    };
    if (input.includes('speech')) call.hears = understands;
    call.listener = takes;
    // The prompt is a run of its own, so that a key can cut it short.
    const prompt = run.part();
    const interrupt = (): void => {
      promptOver = true;
      prompt.cancel();
    };
    gatherBegins(world, call);
    void (async () => {
      for (const sound of gather.children) {
        if (SOUNDS.has(sound.name)) await playSound({ ...ctx, run: prompt }, sound);
      }
      if (!promptOver) restart();
    })();
  });

  const action = gather.attributes['action'];
  if (words !== undefined) {
    world.record('verb', call.sid, `Gather heard "${words}"`, { verb: 'Gather', words });
    return goTo(ctx, action, methodOf(gather), [
      ['SpeechResult', words],
      ['Confidence', '0.91'],
    ]);
  }
  if (digits === '' && gather.attributes['actionOnEmptyResult'] !== 'true') return NEXT;
  world.record('verb', call.sid, `Gather got "${digits}"`, { verb: 'Gather', digits });
  return goTo(ctx, action, methodOf(gather), [['Digits', digits]]);
}
