import {
  DEFAULT_WORKER_CONFIG,
  worker as flow,
  type LiveWorker,
  type TaskRouterOutcome,
  type TwilioEffect,
  type WorkerState,
} from '@amd/core';
import { createOrder, type Order, type OrderOptions } from './order.js';
import { AVAILABLE, of, OFFLINE, UNAVAILABLE } from './queue.js';
import { createRecord } from './record.js';
import type { Told } from './told.js';

const LONGEST_MS = 30 * 60_000;
const WORKER = of('WK', 1);
const WORKSPACE = of('WS', 0);
const ACTIVITIES = { available: AVAILABLE, unavailable: UNAVAILABLE };

/** Where a worker is, who put them there, and when. */
interface Stay {
  readonly activity: string;
  readonly by: 'person' | 'rejection' | 'talk' | 'timeout' | 'us';
  readonly since: number;
  readonly version: number;
}

/**
 * Plays some minutes of one worker: they are rejected, parked, moved by people and by us, and everything is reported in any
 * order.
 */
export function playWorker(options: OrderOptions): Order {
  const order = createOrder(options);
  let stay: Stay = { activity: AVAILABLE, by: 'person', since: order.now(), version: 1 };
  const worker = { isDeleted: false };
  /** Until then, a worker who is sent home cannot be told apart from one whom a timeout has sent there. */
  /** The last move was a request for where they were already. */
  let leftInPlace = false;
  let unclearUntil = 0;
  let reservations = 0;
  let switches = 0;
  const record = createRecord<WorkerState, { kind: string }, typeof DEFAULT_WORKER_CONFIG>({
    order,
    flow: flow,
    config: DEFAULT_WORKER_CONFIG,
    carryOut,
  });

  function event(): Told {
    return {
      type: 'worker.event',
      workspace: WORKSPACE,
      worker: {
        sid: WORKER,
        name: 'Ann',
        phone: null,
        activity: stay.activity,
        activityName: null,
        version: stay.version,
      },
      happenedAt: order.now(),
      activities: ACTIVITIES,
    } as Told;
  }

  /** Delivers an event, in any order, twice or never. */
  function tell(what: Told, mayBeLost: boolean): void {
    if (mayBeLost && order.trouble('an event of a worker is lost', 0.15)) return;
    order.after(order.trouble('an event of a worker is late', 0.1) ? order.below(90_000) : order.below(600), () =>
      record.tell(what),
    );
    if (order.trouble('an event of a worker comes twice', 0.1))
      order.after(order.below(60_000), () => record.tell(what));
  }

  function move(activity: string, by: Stay['by']): void {
    const moved = activity !== stay.activity;
    stay = { activity, by, since: moved ? order.now() : stay.since, version: stay.version + 1 };
    order.say(() => `${by} moves the worker to ${activity.slice(-1)}`);
    if (moved) tell(event(), true);
  }

  const ours = (type: string, more: object): Told =>
    ({ type, workspace: WORKSPACE, worker: WORKER, ...more }) as unknown as Told;
  const reservation = (): string => of('WR', (reservations += 1));

  /** Moves a worker by a rejection of ours; our other flow reports it once Twilio has answered. */
  function rejected(by: 'rejection' | 'talk'): void {
    move(UNAVAILABLE, by);
    tell(ours('worker.parked', { reservation: reservation(), activity: UNAVAILABLE, activities: ACTIVITIES }), false);
  }

  function timedOut(): void {
    move(OFFLINE, 'timeout');
    const sent = order.below(2000);
    unclearUntil = order.now() + sent + DEFAULT_WORKER_CONFIG.skewMs;
    const activities = { ...ACTIVITIES, timeout: OFFLINE };
    order.after(sent, () =>
      tell(ours('worker.timedOut', { reservation: reservation(), noticedAt: order.now(), activities }), false),
    );
  }

  function switched(): void {
    const on = order.chance(0.5);
    switches += 1;
    order.meet('a person switches a worker on our page');
    tell(ours('worker.switched', { request: `r${String(switches)}`, on, activity: on ? AVAILABLE : OFFLINE }), false);
  }

  function something(): void {
    const dice = order.random();
    if (dice < 0.4) {
      if (stay.activity === AVAILABLE) rejected(order.chance(0.7) ? 'rejection' : 'talk');
    } else if (dice < 0.5) {
      if (stay.activity === AVAILABLE) timedOut();
    } else if (dice < 0.75) {
      const activity = order.pick([AVAILABLE, OFFLINE, OFFLINE]);
      // To where they are already: that would not be visible.
      if (activity === stay.activity || (activity === OFFLINE && order.now() <= unclearUntil)) return;
      order.meet('a person moves a worker');
      move(activity, 'person');
      leftInPlace = false;
    } else if (dice < 0.82) switched();
    else if (dice < 0.96) {
      // Attributes change: the version increases, and an event reports it.
      stay = { ...stay, version: stay.version + 1 };
      tell(event(), true);
    } else if (order.chance(0.2) && !worker.isDeleted) {
      worker.isDeleted = true;
      order.meet('a worker is deleted');
      tell(ours('worker.deleted', {}), true);
    }
  }

  function carryOut(effect: TwilioEffect): TaskRouterOutcome {
    if (worker.isDeleted) return { kind: 'gone' };
    if (effect.type === 'worker.fetch') {
      return { kind: 'worker', activity: stay.activity as never, enteredAt: stay.since, version: String(stay.version) };
    }
    if (effect.type !== 'worker.update') return { kind: 'failed', reason: 'not played' };
    const { version, activity } = effect;
    if (version !== '*' && version !== String(stay.version)) {
      order.meet('somebody has touched a worker whom we are about to move');
      return { kind: 'changed' };
    }
    if (order.trouble('a change of a worker is refused', 0.03)) return { kind: 'refused', code: 20001, reason: 'no' };
    if (
      version !== '*' &&
      stay.by === 'person' &&
      stay.activity !== UNAVAILABLE &&
      !(leftInPlace && isToldNo(record.state()))
    ) {
      order.broke('a worker whom a person has moved is moved by us', `to ${activity.slice(-1)}`);
    }
    leftInPlace = version === '*' && activity === stay.activity;
    // On our page a person decides.
    move(activity, version === '*' ? 'person' : 'us');
    return { kind: 'done' };
  }

  const times = order.between(1, 8);
  let at = 0;
  for (let n = 0; n < times; n += 1) {
    order.after(at, something);
    at += order.pick([5, 400, 3000, 20_000, 60_000, 60_500, 100_000]);
  }
  order.run(LONGEST_MS);
  if (order.broken.length > 0) return order;

  order.say(() => 'the end');
  const state = record.state();
  const isCoolingDown = stay.activity === UNAVAILABLE || (stay.activity === OFFLINE && stay.by === 'timeout');
  if (!worker.isDeleted && isCoolingDown && stay.by !== 'person') {
    order.broke(`a worker rests for ever after a ${stay.by}`);
  }
  if (stay.by === 'us') order.meet('a worker is brought back');
  if (state.kind === 'worker' && !worker.isDeleted) judge(order, state);
  return order;
}

/** True if the answer to their request was lost, and it left them where they were: the page says that they were not moved. */
function isToldNo(state: WorkerState): boolean {
  return (
    state.kind === 'worker' &&
    state.requestedActivity?.status === 'refused' &&
    state.requestedActivity.activity === OFFLINE
  );
}

/** Checks that nothing stays open. */
function judge(
  order: Order,
  { inFlight, changeInFlight, coolDowns, timedOut, timers, requestedActivity }: LiveWorker,
): void {
  if (inFlight) order.broke('a look at a worker is never answered, in the record');
  if (changeInFlight !== null || requestedActivity?.status === 'pending')
    order.broke('a switch is never answered, in the record');
  if (coolDowns.length > 0 || timedOut !== null) order.broke('a rest never ends, in the record');
  if (Object.keys(timers).length > 0) order.broke('a timer never rings', Object.keys(timers).join());
}
