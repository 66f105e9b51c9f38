import { RestRefusal, unsupported } from '../../rest/errors.js';
import type { RestReply } from '../../rest/errors.js';
import type { RestRequest } from '../../rest/router.js';
import type { World } from '../../voice/world.js';
import type { Workspace } from '../model.js';
import { createWorkspace, deleteWorkspace, updateWorkspace } from '../workspace.js';
import { handlerOf, type Collection } from './collection.js';
import { collectionOf } from './collections.js';
import { Fields } from './fields.js';
import { workspaceJson } from './json.js';

function workspaces(world: World): Collection<Workspace> {
  const known =
    'FriendlyName EventCallbackUrl EventsFilter MultiTaskEnabled Template PrioritizeQueueOrder DefaultActivitySid TimeoutActivitySid';
  return {
    key: 'workspaces',
    items: () => [...world.workspaces.values()],
    json: (workspace) => workspaceJson(world, workspace),
    find: (id) => world.workspaces.get(id),
    create(form) {
      const fields = new Fields(form, 'Workspaces', known);
      if ((fields.choice('Template', ['NONE', 'FIFO']) ?? 'NONE') !== 'NONE') throw unsupported('Template=FIFO');
      if (fields.flag('MultiTaskEnabled') === false) {
        throw new RestRefusal(20001, 'MultiTaskEnabled=false is not possible for new workspaces');
      }
      return createWorkspace(world, {
        friendlyName: fields.required('FriendlyName'),
        eventCallbackUrl: fields.url('EventCallbackUrl'),
        eventsFilter: fields.text('EventsFilter'),
        prioritizeQueueOrder: fields.choice('PrioritizeQueueOrder', ['FIFO', 'LIFO']),
      });
    },
    update(workspace, form) {
      const fields = new Fields(form, 'Workspaces/{Sid}', known);
      updateWorkspace(world, workspace, {
        friendlyName: fields.text('FriendlyName'),
        eventCallbackUrl: fields.url('EventCallbackUrl'),
        eventsFilter: fields.text('EventsFilter'),
        multiTaskEnabled: fields.flag('MultiTaskEnabled'),
        defaultActivitySid: fields.text('DefaultActivitySid'),
        timeoutActivitySid: fields.text('TimeoutActivitySid'),
        prioritizeQueueOrder: fields.choice('PrioritizeQueueOrder', ['FIFO', 'LIFO']),
      });
    },
    remove: (workspace) => {
      deleteWorkspace(world, workspace);
    },
    selection: { filters: { FriendlyName: (workspace, value) => workspace.friendlyName === value } },
    below: (workspace, name) => collectionOf(world, workspace, name),
  };
}

/** TaskRouter's REST, from `/v1/Workspaces` on (twilio.com/docs/taskrouter/api). */
export function taskRouter(world: World, request: RestRequest): RestReply {
  const [, , , ...rest] = request.path.replace(/\/$/, '').split('/');
  return handlerOf(workspaces(world))(request, rest);
}
