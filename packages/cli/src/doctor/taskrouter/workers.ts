import { phoneIn, PHONE_ATTRIBUTES } from '@amd/core/twilio';
import type { ActualWorkspace } from '../../taskrouter/actual.js';
import { parse } from '../../taskrouter/routing.js';
import type { Destination } from '../destinations.js';
import { error, ok, warning, type Finding } from '../finding.js';
import type { DoctorTarget } from '../target.js';
import { APPLY } from './apply-hint.js';

export function workers(
  { workers: all, activities }: ActualWorkspace,
  { variables }: Pick<DoctorTarget, 'variables'>,
  findings: Finding[],
): readonly Destination[] {
  const names = variables['PHONE_ATTRIBUTES']?.split(',').map((name) => name.trim()) ?? PHONE_ATTRIBUTES;
  const [first = 'phone'] = names;
  if (all.length === 0) {
    findings.push(
      error(
        'workers',
        'The workspace has no workers: nobody can be rung',
        `Create some, each with the attribute ${JSON.stringify(first)}, ${APPLY}`,
      ),
    );
    return [];
  }
  const phones = all.map(({ name, attributes }) => {
    const { phone, attribute } = phoneIn(attributes, names);
    const given = attribute === null ? null : (parse(attributes) as Record<string, unknown>)[attribute];
    // A number with an extension, or half a number, is reported where numbers are checked.
    const looksLikeOne = typeof given === 'string' && /^[^a-z:]*[0-9]/i.test(given);
    return {
      where: `worker ${JSON.stringify(name)}`,
      phone: phone ?? (looksLikeOne ? given.trim() : null),
      attribute,
    };
  });
  const without = phones.filter(({ phone }) => phone === null);
  if (without.length > 0) {
    const list = without
      .slice(0, 5)
      .map(({ where, attribute }) =>
        attribute === null ? where : `${where} (${JSON.stringify(attribute)} is not a number)`,
      );
    findings.push(
      error(
        'workers',
        `${list.join(', ')}${without.length > 5 ? ` and ${String(without.length - 5)} more` : ''}: no phone number in ${names.join(' or ')}, so they are moved to Offline when a call is offered`,
        `Give each the attribute {${JSON.stringify(first)}: "+14155550142"}, or delete them`,
      ),
    );
  }
  const ready = all.filter(({ activity }) => activities.find(({ sid }) => sid === activity)?.available === true).length;
  if (ready === 0) {
    findings.push(
      warning(
        'workers',
        `None of the ${String(all.length)} workers is available: callers wait`,
        'Switch a worker on, on the page or at the console',
      ),
    );
  } else if (without.length === 0) {
    findings.push(ok('workers', `${String(ready)} of ${String(all.length)} workers are available, all with a phone`));
  }
  return phones.flatMap(({ where, phone }) => (phone === null ? [] : [{ where, phone }]));
}
