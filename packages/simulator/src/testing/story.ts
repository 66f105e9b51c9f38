import type { AnsweredBy } from '../people/person.js';
import { logLine } from '../server/log-line.js';
import type { Simulator } from '../simulator.js';
import type { SimulatedCall } from '../views.js';
import type { CallStatus } from '../voice/call.js';
import type { TimelineEntry } from '../voice/timeline.js';

/** Who ended the caller's call: somebody hung up, the app's TwiML or REST did, its time was up, or TwiML could not be had. */
export type EndedBy = 'caller' | 'callee' | 'app' | 'time limit' | 'application error';

/** What became of one person that was rung. */
export interface RungPerson {
  readonly to: string;
  readonly status: CallStatus;
  /** What detection said; `null`: nothing. */
  readonly answeredBy: AnsweredBy | null;
  readonly rangSeconds: number;
  /** Texts said and addresses played to them, in order. */
  readonly heard: readonly string[];
  /** The keys they pressed, heeded or not. */
  readonly pressed: string;
  readonly talkedSeconds: number;
}

/** What happened in one call: plain data, for `expect(story).toMatchObject({ … })`. Times in seconds. */
export interface Story {
  readonly from: string;
  readonly to: string;
  /** The numbers that rang for the caller, in order. */
  readonly rung: readonly string[];
  /** The same people, with what became of each. Those who were called and never rang (engaged at once, unreachable) are here, too. */
  readonly people: readonly RungPerson[];
  /** The numbers that Twilio refused to call, with its error. */
  readonly refused: readonly { readonly to: string; readonly code: number }[];
  /** The number that talked with the caller, the last if there were several; `null`: nobody. */
  readonly talkedWith: string | null;
  readonly talkedSeconds: number;
  /** From the first ring to the first talk; `null`: nobody talked with the caller. */
  readonly waitedSeconds: number | null;
  /** Texts said and addresses played to the caller, in order. */
  readonly heard: readonly string[];
  /** The keys the caller pressed. */
  readonly pressed: string;
  /** How long each message is that the caller left with `<Record>`. */
  readonly messageSeconds: readonly number[];
  readonly status: CallStatus;
  readonly endedBy: EndedBy;
  /** From the first ring to the end. */
  readonly seconds: number;
  /** What Twilio's debugger complains about, as in `error 11200: HTTP retrieval failure: got HTTP 500`. */
  readonly problems: readonly string[];
  /** The caller's call, to be looked up in the simulator. Not enumerable, nor is `text`: an `expect` does not see them. */
  readonly sid: string;
  /** Everything that happened, line by line, to be printed when a test fails. */
  readonly text: string;
}

/** From here on somebody is on the phone. */
interface Beginning {
  readonly caller: SimulatedCall;
  /** How long the simulator's lists were when the call was placed. */
  readonly calls: number;
  readonly entries: number;
  readonly complaints: number;
  /** Whether nobody else calls meanwhile: what names no caller is then this caller's. */
  readonly isAlone: boolean;
  /** Whether the app has read its clock, or set a timer on it. */
  readonly clockUsed: boolean;
}

/** Timers of such an app wait in real time, while a call of four hours is over at once. */
const NO_CLOCK =
  'the call lasted until its time limit, and the app never used the clock of the simulator: pass `clock` to what sets its timers, such as createCallForwarding({ clock })';

/** Only REST, or somebody else, gets a caller out of a room. */
const NO_REST =
  'the call lasted until its time limit, and the app sent no REST request to the simulator: pass `client` or `httpClient` to what asks Twilio, such as createCallForwarding({ client })';

const seconds = (ms: number): number => Math.round(ms / 100) / 10;
const total = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);

/** Tells what happened in a call that is over. */
export function tellStory(simulator: Simulator, beginning: Beginning): Story {
  const { caller, isAlone } = beginning;
  const legs = simulator.calls
    .slice(beginning.calls)
    .filter(
      ({ sid, callerSid }) => sid !== caller.sid && (callerSid === caller.sid || (isAlone && callerSid === undefined)),
    );
  const sids = new Set([caller, ...legs].map(({ sid }) => sid));
  const entries = simulator.timeline.slice(beginning.entries);
  const mine = entries.filter(({ call }) => call !== undefined && sids.has(call));
  const talks = [...caller.bridgedWith].sort((a, b) => a.since - b.since);
  const [firstTalk] = talks;
  const partner = talks.at(-1)?.sid;

  const story: Omit<Story, 'sid' | 'text'> = {
    from: caller.from,
    to: caller.to,
    rung: legs
      .filter(({ ringingAt }) => ringingAt !== undefined)
      .sort((a, b) => (a.ringingAt ?? 0) - (b.ringingAt ?? 0))
      .map(({ to }) => to),
    people: legs.map((leg) => personOf(leg, mine)),
    refused: entries.flatMap((entry) => refusalOf(entry, caller.sid, isAlone)),
    talkedWith: (partner === undefined ? undefined : simulator.call(partner)?.to) ?? null,
    talkedSeconds: talked(caller),
    waitedSeconds: firstTalk === undefined ? null : seconds(firstTalk.since - caller.createdAt),
    heard: caller.heard,
    pressed: pressed(caller, mine),
    messageSeconds: mine.flatMap(({ call, detail }) =>
      call === caller.sid && detail?.['event'] === 'recorded' && detail['status'] === 'completed'
        ? [Number(detail['seconds'])]
        : [],
    ),
    status: caller.status,
    endedBy: endedBy(caller, mine),
    seconds: seconds((caller.endedAt ?? simulator.clock.now()) - caller.createdAt),
    problems: [
      ...simulator.debugger
        .slice(beginning.complaints)
        .filter(({ callSid }) => callSid === undefined || sids.has(callSid) || isAlone)
        .map(({ level, code, message }) => `${level} ${code}: ${message}`),
      ...(endedBy(caller, mine) === 'time limit' ? forgotten(simulator, beginning) : []),
    ],
  };
  return Object.defineProperties(story as Story, {
    sid: { value: caller.sid },
    text: { get: () => (isAlone ? entries : mine).map(logLine).join('\n') },
  });
}

/** What an app may have forgotten whose caller waited until the time limit. */
function forgotten(simulator: Simulator, { caller, clockUsed }: Beginning): readonly string[] {
  const asked = caller.bridgedWith.length > 0 || simulator.timeline.some(({ kind }) => kind === 'rest');
  return [...(clockUsed ? [] : [NO_CLOCK]), ...(asked ? [] : [NO_REST])];
}

function personOf(leg: SimulatedCall, entries: readonly TimelineEntry[]): RungPerson {
  const { to, status, answeredBy, ringingAt, answeredAt, endedAt, heard } = leg;
  return {
    to,
    status,
    answeredBy: answeredBy ?? null,
    rangSeconds: ringingAt === undefined ? 0 : seconds((answeredAt ?? endedAt ?? ringingAt) - ringingAt),
    heard,
    pressed: pressed(leg, entries),
    talkedSeconds: talked(leg),
  };
}

const talked = (call: SimulatedCall): number => seconds(total(call.bridgedWith.map(({ ms }) => ms)));

function pressed({ sid }: SimulatedCall, entries: readonly TimelineEntry[]): string {
  return entries
    .filter(({ call, detail }) => call === sid && detail?.['event'] === 'key')
    .map(({ detail }) => String(detail?.['digit']))
    .join('');
}

function refusalOf({ kind, detail = {} }: TimelineEntry, callerSid: string, isAlone: boolean): Story['refused'] {
  const { to, code, caller } = detail;
  if (kind !== 'rest' || typeof code !== 'number' || typeof to !== 'string') return [];
  return caller === callerSid || (isAlone && caller === undefined) ? [{ to, code }] : [];
}

function endedBy(caller: SimulatedCall, entries: readonly TimelineEntry[]): EndedBy {
  const hangUps = entries.filter(({ detail }) => detail?.['event'] === 'hang-up');
  if (hangUps.some(({ call }) => call === caller.sid)) return 'caller';
  const reason = entries.find(({ call, kind, detail }) => call === caller.sid && kind === 'call' && detail?.['reason'])
    ?.detail?.['reason'];
  if (reason === 'time limit' || reason === 'application error') return reason;
  const talk = caller.bridgedWith.reduce<(typeof caller.bridgedWith)[number] | undefined>(
    (last, one) => (last === undefined || one.since >= last.since ? one : last),
    undefined,
  );
  if (talk === undefined) return 'app';
  const until = talk.since + talk.ms;
  const hungUp = hangUps.some(({ call, at }) => call === talk.sid && at === until);
  return hungUp && !caller.sounds.some(({ at }) => at >= until) ? 'callee' : 'app';
}
