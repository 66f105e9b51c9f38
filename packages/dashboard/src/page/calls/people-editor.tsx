import type { VNode } from 'preact';
import { useRef, useState } from 'preact/hooks';
import type { ListedPerson, PeopleList, PeopleProblem, SaveResult } from '../../shared/protocol.js';
import { added, formOf, isSame, moved, toPeople, type FormPerson } from './people-form.js';
import { PersonFields } from './person-fields.js';

interface EditorProps {
  readonly list: PeopleList;
  readonly save: (save: {
    inbound: string;
    revision: number;
    people: readonly ListedPerson[] | null;
  }) => Promise<SaveResult>;
}

/** Unsaved input stays until it is saved or discarded, whatever other people save meanwhile. */
export function PeopleEditor({ list, save }: EditorProps): VNode {
  const [form, setForm] = useState<readonly FormPerson[] | null>(null);
  const [base, setBase] = useState(list);
  const [problems, setProblems] = useState<readonly PeopleProblem[]>([]);
  const [conflict, setConflict] = useState<PeopleList | null>(null);
  const [said, setSaid] = useState('');
  const [busy, setBusy] = useState(false);
  const dragged = useRef<number | null>(null);
  const title = list.inbound === '*' ? 'All other numbers' : list.inbound;
  const id = `list-${list.inbound}`;
  const people = form ?? formOf(list.people);
  const changed = form !== null && !isSame(form, base.people);

  const edit = (next: readonly FormPerson[]): void => {
    if (form === null) setBase(list);
    setForm(next);
    setSaid('');
  };
  const settle = (text: string): void => {
    setForm(null);
    setProblems([]);
    setConflict(null);
    setSaid(text);
  };
  const send = async (revision: number, wanted: readonly ListedPerson[] | null): Promise<void> => {
    setBusy(true);
    const result = await save({ inbound: list.inbound, revision, people: wanted });
    setBusy(false);
    if (result.ok) settle(wanted === null ? 'The configured list applies.' : 'Saved.');
    else if (result.code === 'conflict') setConflict(result.list);
    else if (result.code === 'invalid') {
      setProblems(result.problems);
      setSaid('Not saved: check the marked fields.');
    } else setSaid(result.message);
  };
  const move = (person: FormPerson, place: number): void => {
    edit(moved(people, person.id, place));
    if (place >= 0 && place < people.length)
      setSaid(`${person.name || person.to} is now at place ${String(place + 1)}.`);
  };

  return (
    <form
      class="editor"
      aria-labelledby={id}
      onSubmit={(event) => {
        event.preventDefault();
        void send((form === null ? list : base).revision, toPeople(people));
      }}
    >
      <h3 id={id}>
        {title} <small>{list.source === 'saved' ? 'edited here' : 'as configured'}</small>
      </h3>
      <ol>
        {people.map((person, index) => (
          <PersonFields
            key={person.id}
            person={person}
            place={index}
            last={people.length - 1}
            problems={problems.filter((problem) => problem.index === index)}
            change={(next) => {
              edit(people.map((other) => (other.id === person.id ? next : other)));
            }}
            move={(place) => {
              move(person, place);
            }}
            remove={() => {
              edit(people.filter((other) => other.id !== person.id));
              setProblems([]);
            }}
            drag={() => {
              dragged.current = person.id;
            }}
            drop={() => {
              const from = people.find((other) => other.id === dragged.current);
              dragged.current = null;
              if (from !== undefined) move(from, index);
            }}
          />
        ))}
      </ol>
      {problems
        .filter((problem) => problem.index === null)
        .map(({ message }) => (
          <p key={message} class="problem">
            {message}
          </p>
        ))}
      {conflict !== null && (
        <div class="conflict" role="alert">
          <p>
            <b>Someone else saved this list meanwhile:</b>
          </p>
          <ol>
            {conflict.people.map(({ name, to }) => (
              <li key={to}>
                {name || 'No name'} <small>{to}</small>
              </li>
            ))}
          </ol>
          <button
            type="button"
            onClick={() => {
              settle('The saved list is kept.');
            }}
          >
            Keep the saved list
          </button>
          <button
            type="button"
            onClick={() => {
              const { revision } = conflict;
              setConflict(null);
              void send(revision, toPeople(people));
            }}
          >
            Overwrite with mine
          </button>
        </div>
      )}
      <div class="actions">
        <button
          type="button"
          onClick={() => {
            edit(added(people));
          }}
        >
          Add person
        </button>
        <button type="submit" class="primary" disabled={busy || !changed || conflict !== null}>
          Save
        </button>
        {changed && (
          <button
            type="button"
            onClick={() => {
              settle('Discarded.');
            }}
          >
            Discard
          </button>
        )}
        {list.source === 'saved' && form === null && (
          <button type="button" onClick={() => void send(list.revision, null)}>
            Use configured list
          </button>
        )}
      </div>
      <p class="said" role="status">
        {said}
      </p>
    </form>
  );
}
