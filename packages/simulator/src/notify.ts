import { mulberry32 } from './random.js';
import { deliver } from './voice/deliver.js';
import type { Disorder, Notification, World } from './voice/world.js';

/** Creates the function that sends notifications, with the configured disorder. */
export function createNotifier(
  world: () => World,
  disorder: Disorder | undefined,
): (notification: Notification) => void {
  const random = mulberry32(disorder?.seed ?? 0);

  function send(notification: Notification, token: string): void {
    const here = world();
    if (here.closed) return;
    const { url, method, params, about, name } = notification;
    here.record('callback', about, `${name} → ${url}`, { event: name, url });
    void deliver(here, { url, method, params, token }).then((delivery) => {
      if (delivery.ok) return;
      here.debug({
        code: notification.failureCode,
        level: notification.failureCode === 15003 ? 'warning' : 'error',
        message: `${name}: ${delivery.message}`,
        url: delivery.url,
        callSid: about,
      });
    });
  }

  return (notification) => {
    const here = world();
    const token = here.ids.token();
    if (disorder === undefined) return send(notification, token);
    if (random() < (disorder.lose ?? 0)) {
      return here.record('callback', notification.about, `${notification.name} lost`, {
        event: notification.name,
        lost: true,
      });
    }
    const copies = random() < (disorder.duplicate ?? 0) ? 2 : 1;
    for (let copy = 0; copy < copies; copy += 1) {
      const delay = Math.floor(random() * (disorder.maxDelayMs ?? 2000));
      here.clock.wakeAt(here.clock.now() + delay, () => send(notification, token));
    }
  };
}
