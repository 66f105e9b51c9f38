import type { Facts } from './facts.js';

/** Results of the explorer's worlds, added up. */
export interface Explored {
  readonly worlds: number;
  readonly states: number;
  readonly transitions: number;
  /** The largest number of orders of one world. */
  readonly orders: number;
  /** Violations, worlds that are smaller than before, and worlds that were not finished. */
  readonly failed: number;
}

export interface Results {
  /** Whether everything ran in its largest size. */
  readonly full: boolean;
  readonly part: (name: string) => Facts;
  readonly explored: (flow: 'forwarding' | 'queues') => Explored;
}

/** One promise as it is printed. */
export interface Verdict {
  readonly figure: string;
  readonly bar: string;
  readonly ok: boolean;
  /** It could not be tried here: the figure says why. */
  readonly leftOut?: true;
}

export interface Promised {
  /** The promises of docs/proof.md that it measures; empty: its speed. */
  readonly keeps: string;
  readonly what: string;
  /** Measured with --full alone. */
  readonly full?: true;
  readonly judge: (results: Results) => Verdict;
}

const count = (value: number): string => value.toLocaleString('en');
const of = (facts: Facts, name: string): number => facts.figures[name] ?? NaN;

/** Promises of the scoreboard that this program measures; each needs the parts that it names. */
export const PROMISES: readonly Promised[] = [
  {
    keeps: 'P1–P6',
    what: 'order never matters: forwarding',
    judge: ({ explored }) => ordered(explored('forwarding')),
  },
  { keeps: 'P1–P6', what: 'order never matters: queues', judge: ({ explored }) => ordered(explored('queues')) },
  {
    keeps: 'P3',
    what: 'no leg is left for nobody',
    judge: ({ part }) => {
      const heard = ['crash memory', 'REST faults', 'store faults'].map(part);
      const deaf = ['bad network', 'three nodes'].map(part);
      const sum = (parts: readonly Facts[], name: string): number =>
        parts.reduce((total, one) => total + of(one, name), 0);
      const [left, late] = [sum(heard, 'legsLeft'), sum(heard, 'legsLate')];
      // If no end is reported, the next heartbeat finds it; the ringing ends by itself before.
      const figure = `${count(late)} of ${count(left)} legs whose caller went were on the line 5 s later, and ${count(sum(deaf, 'legsLate'))} of ${count(sum(deaf, 'legsLeft'))} where 5 % of what Twilio tells is lost; none longer than it may ring`;
      return {
        figure,
        bar: '0; none longer than it may ring',
        ok: late === 0 && left > 0 && [...heard, ...deaf].every(isClean),
      };
    },
  },
  {
    keeps: 'P7',
    what: 'a crash anywhere loses nothing',
    judge: ({ part }) => {
      const parts = ['crash memory', 'crash SQLite', 'crash Redis'].map(part);
      const sum = (name: string): number => parts.reduce((total, one) => total + of(one, name), 0);
      const bad = parts.reduce((total, one) => total + one.problems.length, 0);
      const figure = `${count(sum('points'))} places, ${count(sum('deaths'))} deaths of ${count(sum('runs'))} planned on memory, SQLite and Redis: ${count(bad)} calls not well, ${percent(sum('same'), sum('calls'))} as without`;
      return {
        figure,
        bar: 'every death, 0 not well',
        ok: bad === 0 && sum('deaths') === sum('runs') && sum('runs') > 0,
      };
    },
  },
  {
    keeps: 'P1, P2',
    what: 'a bad network',
    judge: ({ part }) => {
      const facts = part('bad network');
      const figure = `${count(of(facts, 'calls'))} calls, 20 % twice, all late by up to 5 s, 5 % lost: ${count(of(facts, 'connected'))} talked with a human, ${count(facts.problems.length)} not well`;
      return {
        figure,
        bar: '10,000 calls, 0',
        ok: isClean(facts) && of(facts, 'calls') >= 10_000 && of(facts, 'connected') > 2000,
      };
    },
  },
  {
    keeps: 'P1, P3',
    what: 'every fault of REST everywhere',
    judge: ({ part }) => {
      const facts = part('REST faults');
      const figure = `${count(of(facts, 'points'))} requests, ${count(of(facts, 'runs'))} faults: ${count(facts.problems.length)} not well, none dialled twice`;
      return {
        figure: facts.problems.length === 0 ? figure : figure.replace(', none dialled twice', ''),
        bar: '0',
        ok: isClean(facts) && of(facts, 'runs') > 0,
      };
    },
  },
  {
    keeps: 'P9',
    what: 'the caller always hears something',
    judge: ({ part }) => {
      const [store, seeds] = [part('store faults'), part('seeds')];
      const slowest = of(store, 'slowestReplyMs');
      const figure = `${count(of(store, 'runs'))} faults of the store, ${count(of(seeds, 'seeds'))} seeds of everything: slowest TwiML ${count(slowest)} ms`;
      return { figure, bar: '≤ 2,000 ms, always TwiML', ok: isClean(store) && isClean(seeds) && slowest <= 2000 };
    },
  },
  {
    keeps: 'P7',
    what: 'timers and take-over',
    judge: ({ part }) => {
      const timers = part('timers');
      const worst = Math.max(...Object.values(timers.figures));
      const took = Math.max(
        ...['crash memory', 'crash SQLite', 'crash Redis'].map((name) => of(part(name), 'slowestFailoverMs')),
      );
      const late = Object.entries(timers.figures)
        .map(([name, ms]) => `${name} ${count(ms)}`)
        .join(', ');
      const figure = `p99 late (ms): ${late}; work of the dead taken up after ${(took / 1000).toFixed(1)} s`;
      return { figure, bar: '≤ 100 ms, ≤ 20 s, once', ok: worst <= 100 && took <= 20_000 && isClean(timers) };
    },
  },
  {
    keeps: 'P7',
    what: 'Redis keeps what it acknowledged',
    judge: ({ part }) => {
      const [kills, promotions] = [part('kill Redis'), part('promote replica')];
      const figure = `${count(of(kills, 'kills'))} kills, ${count(of(kills, 'lost'))} of ${count(of(kills, 'acked'))} lost; ${count(of(promotions, 'kills'))} promotions, ${count(of(promotions, 'lost'))} of ${count(of(promotions, 'acked'))} lost`;
      const enough = of(kills, 'kills') >= 25 && of(promotions, 'kills') >= 10;
      return { figure, bar: '25 and 10, 0 lost', ok: enough && isClean(kills) && isClean(promotions) };
    },
  },
  {
    keeps: 'P7',
    what: 'SQLite keeps what it acknowledged',
    judge: ({ part }) => {
      const facts = part('kill SQLite');
      const reopen = of(facts, 'slowestReopenMs');
      const figure = `${count(of(facts, 'kills'))} kills, ${count(of(facts, 'lost'))} of ${count(of(facts, 'acked'))} lost, reopened within ${count(Math.round(reopen))} ms`;
      return {
        figure,
        bar: '100, 0 lost, ≤ 1,000 ms',
        ok: of(facts, 'kills') >= 100 && isClean(facts) && reopen <= 1000,
      };
    },
  },
  {
    keeps: 'P2, P7',
    what: 'many nodes',
    judge: ({ part, full }) => {
      const facts = part('three nodes');
      const calls = full ? 10_000 : 4000;
      const figure = `${count(of(facts, 'calls'))} calls on 3 nodes: ${count(facts.problems.length)} not well; ${count(of(facts, 'conflicts'))} steps of ${count(of(facts, 'webhooks'))} webhooks decided anew`;
      return {
        figure,
        bar: `${count(calls)} calls, 0`,
        ok: isClean(facts) && of(facts, 'calls') >= calls && of(facts, 'connected') > calls / 5,
      };
    },
  },
  {
    keeps: 'P1–P5',
    what: 'crowds, whatever Twilio leaves open',
    judge: ({ part }) => {
      const parts = ['crowd', 'queue crowd', 'toggles', 'queue toggles'].map(part);
      const sum = (name: string): number => parts.reduce((total, one) => total + of(one, name), 0);
      const bad = parts.reduce((total, one) => total + one.problems.length, 0);
      const figure = `${count(sum('calls'))} calls in ${count(sum('plays'))} plays, every switch of the simulator flipped: ${count(sum('connected'))} talked with a human, ${count(bad)} not well`;
      return { figure, bar: '0', ok: bad === 0 && sum('connected') > 500 };
    },
  },
  {
    keeps: 'P2, P4',
    what: 'the first human wins',
    judge: ({ part }) => {
      const facts = part('races');
      const figure = `${count(of(facts, 'races'))} races against voicemails that pick up at once, ${count(of(facts, 'of two humans'))} of two humans in the same instant: ${count(facts.problems.length)} not won by exactly one human`;
      return { figure, bar: '0', ok: isClean(facts) && of(facts, 'races') > 0 };
    },
  },
  {
    keeps: '',
    what: 'in real time',
    judge: ({ part }) => {
      const facts = part('measured');
      const each = Object.entries(facts.figures).map(([what, ms]) => `${what} ${count(ms)} ms`);
      return { figure: each.join('; '), bar: 'each its own', ok: isClean(facts) && each.length > 0 };
    },
  },
  {
    keeps: 'P5, P8',
    what: 'guests in a foreign workspace',
    judge: ({ part }) => {
      const [requests, tasks] = [part('foreign workspaces'), part('foreign tasks')];
      const wire = `${count(of(requests, 'genuine'))} genuine requests with other people's names in them, ${count(of(requests, 'mutants'))} shifted ones: ${count(requests.problems.length)} refused or taken with another meaning (${count(of(requests, 'twoRequests'))} left out, whose bytes are two requests)`;
      const queue = `${count(of(tasks, 'calls'))} callers beside ${count(of(tasks, 'foreign'))} chats, e-mails, call-backs and agents' own calls: ${count(tasks.problems.length)} of theirs touched, or callers served later than alone`;
      const enough =
        of(requests, 'genuine') >= 10_000 && of(requests, 'mutants') >= 10_000 && of(tasks, 'foreign') >= 200;
      const ok = isClean(requests) && isClean(tasks) && enough && of(requests, 'same') > 0;
      return { figure: `${wire}; ${queue}`, bar: '10,000 and 10,000, 0', ok };
    },
  },
  {
    keeps: 'P9',
    what: 'a blink of the store loses no caller',
    judge: ({ part }) => {
      const facts = part('blink');
      const figure = `${count(of(facts, 'callers'))} callers while the store went away in ${count(of(facts, 'ways'))} ways, for up to 10 s: ${count(of(facts, 'talked'))} talked with a human, ${count(facts.problems.length)} not well`;
      return { figure, bar: 'every caller', ok: isClean(facts) && of(facts, 'callers') > 50 };
    },
  },
  {
    keeps: 'P1',
    what: 'the clock',
    judge: ({ part }) => {
      const facts = part('clock');
      const figure = `${count(of(facts, 'calls'))} calls while the clock was set back by up to an hour and forth, every second: ${count(of(facts, 'otherwise'))} ended otherwise than without, ${count(facts.problems.length)} not well`;
      return { figure, bar: '0', ok: isClean(facts) && of(facts, 'calls') > 0 && of(facts, 'otherwise') === 0 };
    },
  },
  {
    keeps: 'P6',
    what: 'repeated requests for TwiML',
    judge: ({ part }) => {
      const [each, crowds] = [part('repeats'), part('repeated crowds')];
      const bad = each.problems.length + crowds.problems.length;
      const figure = `each of ${count(of(each, 'points'))} requests in 10 ways, ${count(of(crowds, 'calls'))} calls of which 20 to 100 % are retried and copied: ${count(of(crowds, 'connected'))} talked with a human, ${count(bad)} left on hold, interrupted, rung for nobody or without an outcome`;
      return {
        figure,
        bar: '0',
        ok: bad === 0 && of(each, 'runs') > 600 && of(crowds, 'connected') > of(crowds, 'calls') / 20,
      };
    },
  },
  {
    keeps: 'P1–P6',
    what: 'random orders of all three flows',
    judge: ({ part, full }) => {
      const facts = part('random orders');
      const orders = full ? 100_000 : 10_000;
      const played = ['forwarding', 'taskrouter', 'worker'].map((flow) => of(facts, flow));
      const [forwarded, queued, workers] = played.map(count);
      const figure = `${String(forwarded)} calls forwarded, ${String(queued)} in a queue, ${String(workers)} workers, ${count(of(facts, 'steps'))} steps by an independent generator: ${count(facts.problems.length)} promises broken`;
      const isEnough = played.every((each) => each >= orders);
      return { figure, bar: `${count(orders)} each, 0`, ok: isClean(facts) && isEnough };
    },
  },
  {
    keeps: 'P6',
    what: 'told twice is told once',
    judge: ({ part }) => {
      const facts = part('told twice');
      const figure = `${count(of(facts, 'runs'))} random courses of a call, every event of them twice: ${count(facts.problems.length)} of them changed anything`;
      return { figure, bar: '20,000, 0', ok: isClean(facts) && of(facts, 'runs') >= 20_000 };
    },
  },
  {
    keeps: 'P9',
    what: 'many callers at once',
    judge: ({ part }) => {
      const facts = part('burst');
      const figure = `${count(of(facts, 'served'))} of ${count(of(facts, 'callers'))} callers served in bursts of 300 on memory, SQLite and Redis, with limits, p99 ${count(Math.round(of(facts, 'p99Ms')))} ms; 4 processes on one Redis met at the limit ${count(of(facts, 'crowds'))} times: ${count(of(facts, 'tooMany'))} too many, ${count(of(facts, 'tooFew'))} too few`;
      return {
        figure,
        bar: 'every caller, 500 ms; 0',
        ok: isClean(facts) && of(facts, 'callers') > 0 && of(facts, 'p99Ms') <= 500,
      };
    },
  },
  {
    keeps: 'P2, P3',
    what: 'many events on one call',
    judge: ({ part }) => {
      const facts = part('storm');
      const figure = `${count(of(facts, 'storms'))} calls that rang ${count(of(facts, 'people'))} people at once, told of in one instant, on memory, SQLite and Redis (also two processes): the human was given the room after ${count(Math.ceil(of(facts, 'answeredMs')))} ms at most, the last other phone stopped after ${count(Math.ceil(of(facts, 'stoppedMs')))} ms, ${count(facts.problems.length)} failures`;
      return {
        figure,
        bar: '1,000 ms; 3,000 ms; 0',
        ok:
          isClean(facts) &&
          of(facts, 'storms') > 0 &&
          of(facts, 'answeredMs') <= 1000 &&
          of(facts, 'stoppedMs') <= 3000,
      };
    },
  },
  {
    keeps: 'P1–P7',
    what: 'upgrade under traffic',
    full: true,
    judge: ({ part }) => {
      const facts = part('upgrade');
      const bar = '400 callers, more than 100 calls in both, 0';
      if (facts.leftOut !== undefined) return { figure: facts.leftOut, bar, ok: false, leftOut: true };
      const figure = `${count(of(facts, 'callers'))} callers while ${facts.tried ?? 'the release before'} was replaced by this release and back, on Redis side by side, on SQLite one after the other: ${count(of(facts, 'talked'))} talked with a human, ${count(of(facts, 'shared'))} calls had both releases write in them, ${count(of(facts, 'otherwise'))} ended otherwise than on one release, ${count(facts.problems.length)} not well; on SQLite nobody served for ${count(of(facts, 'awayMs'))} ms`;
      return { figure, bar, ok: isClean(facts) && of(facts, 'callers') === 400 && of(facts, 'shared') > 100 };
    },
  },
  {
    keeps: 'P8, P9',
    what: 'hosts as their users install them',
    full: true,
    judge: ({ part }) => {
      const parts = ['Next.js', 'NestJS on Fastify'].map(part);
      const bar = 'each call, 0';
      const out = parts.flatMap(({ leftOut }) => leftOut ?? []);
      if (out.length > 0) return { figure: out.join('; '), bar, ok: false, leftOut: true };
      const tried = parts.map((facts) => facts.tried ?? 'nothing').join('; ');
      const bad = parts.reduce((sum, { problems }) => sum + problems.length, 0);
      const figure = `${tried}: the page's program, built and started as their users do; a voicemail and then a human answer a call at its port: ${count(bad)} problems`;
      return { figure, bar, ok: parts.every((facts) => isClean(facts) && of(facts, 'calls') === 1) };
    },
  },
];

/** What checks the others. */
export const ELSEWHERE: readonly (readonly [promises: string, command: string])[] = [
  ['P8: signatures, toll fraud, secrets; pages, access, truth of the page, limits', 'npm test'],
  ['P9: latency under load', 'npm run soak'],
  ['that tests notice a change', 'npm run mutate'],
  ['the first run', 'npm run demo -- --once'],
];

function ordered({ worlds, states, transitions, orders, failed }: Explored): Verdict {
  const figure = `${count(worlds)} worlds, ${count(states)} states, ${count(transitions)} transitions, ${orders.toExponential(1)} orders: ${count(failed)} failed`;
  return {
    figure,
    bar: '≥ 1e+18 orders, none smaller than recorded, 0',
    ok: failed === 0 && worlds > 0 && orders >= 1e18,
  };
}

function isClean({ problems }: Facts): boolean {
  return problems.length === 0;
}

function percent(part: number, whole: number): string {
  return `${((100 * part) / whole).toFixed(1)} %`;
}
