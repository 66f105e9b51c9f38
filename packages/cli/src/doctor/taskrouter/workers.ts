import type { ActualWorkspace } from '../../taskrouter/actual.js';
import { parse } from '../../taskrouter/routing.js';
import type { Destination } from '../destinations.js';
import { error, ok, warning, type Finding } from '../finding.js';
import { APPLY } from './apply-hint.js';

export function workers({ workers: all, activities }: ActualWorkspace, findings: Finding[]): readonly Destination[] {
  if (all.length === 0) {
    findings.push(
      error(
        'workers',
        'The workspace has no workers: nobody can be rung',
        `Make some, each with the attribute "phone", ${APPLY}`,
      ),
    );
    return [];
  }
  const phones = all.map(({ name, attributes }) => {
    const { phone } = (parse(attributes) ?? {}) as { phone?: unknown };
    return { where: `worker ${JSON.stringify(name)}`, phone: typeof phone === 'string' ? phone.trim() : '' };
  });
  const without = phones.filter(({ phone }) => phone === '').map(({ where }) => where);
  if (without.length > 0) {
    findings.push(
      error(
        'workers',
        `${without.slice(0, 5).join(', ')}${without.length > 5 ? ` and ${String(without.length - 5)} more` : ''}: no phone number, so that they are sent Offline when a call is offered`,
        'Give each the attribute {"phone": "+14155550142"}, or delete them',
      ),
    );
  }
  const ready = all.filter(({ activity }) => activities.find(({ sid }) => sid === activity)?.available === true).length;
  if (ready === 0) {
    findings.push(
      warning(
        'workers',
        `None of the ${String(all.length)} workers is available: callers wait`,
        'Switch somebody on, on the page or at the console',
      ),
    );
  } else if (without.length === 0) {
    findings.push(ok('workers', `${String(ready)} of ${String(all.length)} workers are available, all with a phone`));
  }
  return phones.filter(({ phone }) => phone !== '');
}
