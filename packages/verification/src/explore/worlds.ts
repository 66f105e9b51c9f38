import {
  forwardingWorld,
  tasksWorld,
  workerWorld,
  type Model,
  type TasksWorldOptions,
  type WorkerWorldOptions,
  type WorldOptions,
} from '@amd/explorer';

export type AnyWorldOptions = WorldOptions | TasksWorldOptions | WorkerWorldOptions;

/** Only the world itself knows its node type. */
type AnyModel = Model<object>;

/** Events of two reservations that race each other. */
const RACING = ['accepted', 'rescinded', 'canceled', 'task.canceled', 'final'];

/** Two callees who hear who is calling, and a caller who stays. */
const TWO_IN_ASYNC = { legs: 2, ring: 'atOnce', amd: 'async', faults: 0, callerStays: true } as const;

/** Requests for TwiML that are repeated, and a room that ends under both parties. */
const ASKED_TWICE = { legs: 1, faults: 0, repeats: 1, roomEnds: 1 } as const;

/** The longest first of each flow, so that two processors are busy to the end. */
export const WORLDS: readonly AnyWorldOptions[] = [
  { ...TWO_IN_ASYNC, answers: ['human'], from: 'greeted' },
  { ...TWO_IN_ASYNC, answers: ['human'], from: 'ringing', only: ['verdict'] },
  { legs: 2, ring: 'atOnce', faults: 0 },
  { legs: 2, ring: 'inOrder', faults: 1, notificationsLost: true },
  { legs: 2, ring: 'inOrder', faults: 0 },
  { legs: 2, ring: 'atOnce', faults: 0, notificationsLost: true },
  { legs: 1, faults: 0, slowRest: true },
  { legs: 2, ring: 'staggered', faults: 0 },
  { legs: 2, ring: 'staggered', faults: 0, notificationsLost: true },
  { legs: 2, ring: 'inOrder', faults: 0, notificationsLost: true },
  { legs: 1, faults: 1 },
  { ...ASKED_TWICE, answers: ['human'] },
  { ...ASKED_TWICE, amd: 'async', callerStays: true, answers: ['human', 'machine_start'] },
  { legs: 1, faults: 0, repeats: 1, fallback: 'voicemail', answers: ['machine_start'] },
  { legs: 1, amd: 'async', faults: 1 },
  { legs: 1, faults: 0 },
  { legs: 1, amd: 'async', faults: 0 },
  { legs: 1, amd: 'async', faults: 0, callerStays: true },
  { legs: 2, ring: 'atOnce', faults: 0, notificationsLost: true, callerStays: true, answers: ['human'] },
  {
    legs: 2,
    ring: 'atOnce',
    faults: 0,
    notificationsLost: true,
    callerStays: true,
    answers: ['unknown'],
    declines: true,
  },
  {
    legs: 2,
    ring: 'inOrder',
    faults: 0,
    notificationsLost: true,
    callerStays: true,
    answers: ['human', 'machine_start'],
  },
  { ...TWO_IN_ASYNC, answers: ['human', 'machine_start'], from: 'greeted', only: ['verdict'], late: 'none' },
  { legs: 3, ring: 'atOnce', amd: 'async', faults: 0, answers: ['human', 'machine_start'] },
  { legs: 3, ring: 'atOnce', amd: 'async', faults: 0, answers: ['human'], callerStays: true },
  { reservations: 2, hears: RACING, answers: ['machine_start', 'human'], quietHeartbeats: true },
  { reservations: 2, atOnce: true, hears: RACING, answers: ['human'], quietHeartbeats: true },
  { reservations: 1, faults: 1 },
  { reservations: 2, hears: RACING, answers: ['human'], quietHeartbeats: true },
  { reservations: 1, amd: 'async' },
  { reservations: 1, amd: 'async', answers: ['human'] },
  { reservations: 2, hears: [], answers: ['unknown'], declines: true, quietHeartbeats: true },
  { reservations: 1, amd: 'async', answers: ['human'], hears: RACING, quietHeartbeats: true },
  { reservations: 1 },
  { reservations: 1, quietHeartbeats: true },
  { rejections: 1, timeouts: 1, people: 1, faults: 1 },
  { rejections: 1, timeouts: 0, people: 0, switches: 2, faults: 1 },
  { rejections: 2, timeouts: 0, people: 0, switches: 1, faults: 0 },
  { rejections: 1, timeouts: 1, people: 0, switches: 1, faults: 1 },
  { rejections: 1, timeouts: 0, people: 0, switches: 1, faults: 1 },
  { rejections: 1, timeouts: 1, people: 1, faults: 0 },
];

/** Builds the model for what it contains: legs, reservations, or one worker. */
export function modelOf(options: AnyWorldOptions): AnyModel {
  if ('legs' in options) return forwardingWorld(options) as unknown as AnyModel;
  return ('reservations' in options ? tasksWorld(options) : workerWorld(options)) as unknown as AnyModel;
}
