import type { VNode } from 'preact';
import type { PeopleList } from '../../shared/protocol.js';
import type { Commands } from '../connection/connection.js';
import { PeopleEditor } from './people-editor.js';

export function People(props: {
  readonly connection: Pick<Commands, 'save'>;
  readonly lists: readonly PeopleList[];
}): VNode {
  return (
    <section class="panel people" aria-labelledby="people-title">
      <h2 id="people-title">Who is rung</h2>
      <p class="hint">
        In this order, until a human takes the call. Calls in progress keep the list they came in with.
      </p>
      {props.lists.map((list) => (
        <PeopleEditor key={list.inbound} list={list} save={(save) => props.connection.save(save)} />
      ))}
    </section>
  );
}
