const words = (text: string): ReadonlySet<string> => new Set(text.split(' '));

const BOOLEANS = words(
  'startConferenceOnEnter endConferenceOnExit muted actionOnEmptyResult hangupOnStar answerOnBridge sequential',
);
const NUMBERS = words('timeout length numDigits maxParticipants loop timeLimit maxLength');
const CHOICES: Readonly<Record<string, ReadonlySet<string>>> = {
  'Number.machineDetection': words('Enable DetectMessageEnd'),
  'Dial.record': words(
    'do-not-record record-from-answer record-from-answer-dual record-from-ringing record-from-ringing-dual',
  ),
  'Conference.record': words('do-not-record record-from-start'),
};
/** Detection of a `<Number>`: seconds for the time-out, else ms (twilio.com/docs/voice/twiml/number). */
const RANGES: Readonly<Record<string, readonly [number, number]>> = {
  machineDetectionTimeout: [3, 60],
  machineDetectionSpeechThreshold: [1000, 6000],
  machineDetectionSpeechEndThreshold: [500, 5000],
  machineDetectionSilenceTimeout: [2000, 10_000],
};

/** Describes what is wrong with the value of an attribute; undefined if it is usable. */
export function valueProblem(element: string, name: string, value: string): string | undefined {
  if (BOOLEANS.has(name) && value !== 'true' && value !== 'false') return `"${value}" is not true or false`;
  if (NUMBERS.has(name) && !/^\d+$/.test(value) && value !== 'auto') return `"${value}" is not a number`;
  const choice = CHOICES[`${element}.${name}`];
  if (choice?.has(value) === false) return `"${value}" is not one of ${[...choice].join(', ')}`;
  const range = RANGES[name];
  if (range === undefined) return undefined;
  const [low, high] = range;
  const good = /^\d+$/.test(value) && Number(value) >= low && Number(value) <= high;
  return good ? undefined : `"${value}" is not a number from ${low} to ${high}`;
}
