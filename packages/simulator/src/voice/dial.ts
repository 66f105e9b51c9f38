import type { Element } from '../twiml/element.js';
import { allowsChild } from '../twiml/schema.js';
import { dialConference } from './dial-conference.js';
import { dialNumbers } from './dial-number.js';
import { dialQueue } from './dial-queue.js';
import { dialRecording } from './dial-recording.js';
import { dialParams } from './dialling.js';
import type { Dialling } from './dialling.js';
import { goTo, methodOf, NEXT, resolveUrl, unsupported } from './verbs.js';
import type { VerbContext, Step } from './verbs.js';

/** Numbers in one `<Dial>` at most (twilio.com/docs/voice/twiml/number). */
const MOST_NUMBERS = 10;
const NOUNS = new Set(['Number', 'Conference', 'Queue']);

/** Returns what is dialled: a number may also be the text of the `<Dial>` itself. */
function nounsOf(dial: Element): readonly Element[] {
  const nouns = dial.children.filter((child) => allowsChild('Dial', child.name));
  if (nouns.length > 0 || dial.text === '') return nouns;
  return [{ name: 'Number', attributes: {}, children: [], text: dial.text }];
}

/** True if `answerOnBridge` lets the caller's phone ring until they are connected (twilio.com/docs/voice/twiml/dial). */
export const ringsOn = (dial: Element): boolean =>
  dial.attributes['answerOnBridge'] === 'true' && nounsOf(dial)[0]?.name === 'Number';

function refusal(nouns: readonly Element[]): string | undefined {
  const [first] = nouns;
  if (first === undefined) return '<Dial> without a noun';
  const strange = nouns.find(({ name }) => !NOUNS.has(name));
  if (strange !== undefined) return `<Dial><${strange.name}>`;
  const other = nouns.find(({ name }, index) => index > 0 && (first.name !== 'Number' || name !== 'Number'));
  if (other !== undefined) return `<Dial><${other.name}> beside <${first.name}>`;
  if (first.name === 'Number' && nouns.length > MOST_NUMBERS) return `more than ${MOST_NUMBERS} <Number>s in a <Dial>`;
  const attribute = ['sendDigits', 'byoc'].find((name) => nouns.some(({ attributes }) => name in attributes));
  return attribute === undefined ? undefined : `<Number ${attribute}>`;
}

async function playNouns(
  ctx: VerbContext,
  dial: Element,
  nouns: readonly Element[],
  dialling: Dialling,
): Promise<void> {
  const [noun] = nouns as readonly [Element];
  if (noun.name === 'Number') await dialNumbers(ctx, dial, nouns, dialling);
  else {
    const play = noun.name === 'Queue' ? dialQueue : dialConference;
    dialling.outcome = await play(ctx, dial, noun, dialling);
  }
}

/** Executes `<Dial>` (twilio.com/docs/voice/twiml/dial): numbers, a conference, or a caller of TaskRouter. */
export async function playDial(ctx: VerbContext, dial: Element): Promise<Step> {
  const { world, call, run } = ctx;
  const nouns = nounsOf(dial);
  const refused = refusal(nouns);
  if (refused !== undefined) return unsupported(ctx, refused);
  const address = dial.attributes['action'];
  const url = address === undefined || address === '' ? undefined : resolveUrl(ctx, address);
  if (address !== undefined && address !== '' && url === undefined) return { to: 'error' };
  const method = methodOf(dial);
  const kind = (nouns[0]?.name ?? '').toLowerCase();
  const what = nouns.map(({ text, attributes }) => attributes['reservationSid'] ?? text).join(', ');
  world.record('verb', call.sid, `Dial ${kind} ${what}`, { verb: 'Dial', [kind]: what });
  const bridgesBefore = call.bridges.length;
  const dialling: Dialling = {
    action: url === undefined ? undefined : { url, method },
    recording: dialRecording(ctx, dial),
    outcome: { status: 'answered' },
    bridged: () => call.bridges.length > bridgesBefore,
  };
  const endRecording = (): void => dialling.recording.end(dialling.bridged());
  call.dialling = dialling;
  run.onCancel(endRecording);
  await playNouns(ctx, dial, nouns, dialling);
  endRecording();
  call.dialling = undefined;
  return url === undefined ? NEXT : goTo(ctx, url, method, dialParams(dialling));
}
