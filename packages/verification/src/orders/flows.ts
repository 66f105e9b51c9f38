import { playForwarding } from './forwarding.js';
import type { Play } from './orders.js';
import { playTaskRouter } from './taskrouter.js';
import { playWorker } from './worker.js';

/** The flows, and how one order of each is played. */
export const FLOWS = {
  forwarding: playForwarding,
  taskrouter: playTaskRouter,
  worker: playWorker,
} satisfies Readonly<Record<string, Play>>;

export type FlowName = keyof typeof FLOWS;

/** What every thousand orders have to contain: faults that any call may have, and cases in which a bug was found. */
export const CASES: Readonly<Record<FlowName, readonly string[]>> = {
  forwarding: [
    'two humans pick up in the same second',
    'somebody has the caller by a key',
    'somebody declines with a key',
    'somebody has the caller after another has declined',
    'somebody presses a key without meaning',
    'a phone that screens its calls sounds human afterwards',
    'a request of a caller who is falling back comes twice',
    'the caller hangs up',
    'both hang up at once',
    'a message is recorded',
    'the number that is the fallback was dialled',
    'a caller who was handed on comes back',
    "our own number is shown where the caller's cannot be",
    'the room is ended by an accident',
    'a Dial asks what now though its call was redirected',
    'a request for TwiML is repeated, and the first reply is acted on',
    'a request for TwiML is repeated, and the second reply is acted on',
    'a request for TwiML comes again much later',
    'we fail until the caller is told goodbye',
    'we fail a late copy, and say goodbye to nobody',
    'a notification is lost',
    'a notification is late',
    'a notification comes twice',
    'a timer rings early',
    'a timer rings twice',
    "Twilio's REST is down",
    'the answer to a request of ours is lost',
    'two processes do the same',
  ],
  taskrouter: [
    'somebody talks with the caller',
    'somebody has the caller by a key',
    'somebody declines with a key',
    'somebody has the caller after another has declined',
    'somebody presses a key without meaning',
    'the caller hangs up',
    'a request of a caller who is falling back comes twice',
    'a caller who was handed on comes back',
    'the workflow gives up on a caller who is still in the queue',
    'a reservation times out',
    'a worker is held who is not needed any more',
    'a worker takes the call in another application',
    'a worker declines in another application',
    'an assignment is lost',
    'an assignment is told twice',
    'no event of TaskRouter ever arrives',
    'no assignment ever arrives',
    'a task cannot be looked for',
    'the queue takes nobody',
    'we fail until the caller is told goodbye',
    'we fail a late copy, and say goodbye to nobody',
  ],
  worker: [
    'a worker is brought back',
    'a person moves a worker',
    'a person switches a worker on our page',
    'a worker is deleted',
    'somebody has touched a worker whom we are about to move',
    'an event of a worker is lost',
    'an event of a worker is late',
    'an event of a worker comes twice',
  ],
};
