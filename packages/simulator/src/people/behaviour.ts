import type { Call } from '../voice/call.js';
import type { Person } from './person.js';
import { hangUp } from '../voice/hang-up.js';
import { after } from '../voice/world.js';
import type { World } from '../voice/world.js';

interface Memory {
  asked: boolean;
  owesKey: boolean;
  talking: boolean;
  /** Their speech was understood. */
  said: boolean;
  ownerCalled: boolean;
}

/** How soon a person who is asked again presses their key, ms. */
const SECOND_THOUGHT_MS = 500;

const memories = new WeakMap<Call, Memory>();
function memoryOf(call: Call): Memory {
  let memory = memories.get(call);
  if (memory === undefined)
    memories.set(call, (memory = { asked: false, owesKey: false, talking: false, said: false, ownerCalled: false }));
  return memory;
}

/** Presses a key; it is lost if no verb listens. */
export function press(world: World, call: Call, digits: string): boolean {
  let heeded = false;
  for (const digit of digits) {
    heeded = call.listener?.(digit) === true || heeded;
    world.record('person', call.sid, `presses ${digit}`, { event: 'key', digit });
  }
  return heeded;
}

/** A `<Gather>` prompt begins: a person with a key to press will press it. */
export function gatherBegins(world: World, call: Call): void {
  const person = call.person;
  if (person !== undefined) speaks(world, call, person);
  if (person?.key === undefined || person.key === false || person.key === '') return;
  const key = person.key;
  const memory = memoryOf(call);
  const attempt = (): void => {
    memory.owesKey = !press(world, call, key);
  };
  if (!memory.asked) {
    memory.asked = true;
    after(world, call, person.keyAfterMs ?? 0, attempt);
  } else if (memory.owesKey) {
    memory.owesKey = false;
    after(world, call, SECOND_THOUGHT_MS, attempt);
  }
}

/** Says what the person has to say until a verb listens; a robot that was heard fetches its owner. */
function speaks(world: World, call: Call, person: Person): void {
  const memory = memoryOf(call);
  const { says, ownerKey } = person;
  if (says === undefined) return;
  if (!memory.said) {
    const dueAt = (call.answeredAt ?? world.clock.now()) + (person.saysAfterMs ?? 0);
    after(world, call, Math.max(0, dueAt - world.clock.now()), () => {
      if (memory.said || call.hears === undefined) return;
      memory.said = true;
      world.record('person', call.sid, `says "${says}"`, { event: 'speech', says });
      call.hears(says);
    });
  } else if (ownerKey !== undefined && !memory.ownerCalled) {
    memory.ownerCalled = true;
    const attempt = (): void => {
      if (!press(world, call, ownerKey)) after(world, call, SECOND_THOUGHT_MS, attempt);
    };
    after(world, call, person.ownerAfterMs ?? 0, attempt);
  }
}

/** Two parties hear each other: they talk, then one hangs up. */
export function talks(world: World, call: Call): void {
  const memory = memoryOf(call);
  const talkMs = call.person?.talkMs;
  if (memory.talking || talkMs === undefined) return;
  memory.talking = true;
  after(world, call, talkMs, () => hangUp(world, call, 'they said goodbye'));
}

/** Ends the wait of a party alone in a conference: nobody waits forever. */
export function waitsAlone(world: World, call: Call): void {
  const patienceMs = call.person?.patienceMs;
  if (patienceMs === undefined) return;
  const bridges = call.bridges.length;
  after(world, call, patienceMs, () => {
    if (call.membership !== undefined && call.bridges.length === bridges) hangUp(world, call, 'nobody was there');
  });
}
