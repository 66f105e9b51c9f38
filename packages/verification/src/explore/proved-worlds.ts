/** The largest worlds of the explorer that fit the time of `npm run prove`. */
export const PROVED_WORLDS: Readonly<Record<'forwarding' | 'queues', readonly string[]>> = {
  forwarding: ['1 leg, 1 fault', '2 legs atOnce, 0 faults, nothing heard'],
  queues: [
    '2 reservations at once, 0 faults, heard: accepted, rescinded, canceled, task.canceled, final, quiet heartbeats, human',
    '1 reservation, 1 fault',
    'a worker: 0 moves by people, 1 rejections, 0 time-outs, 2 switches, 1 faults',
  ],
};
