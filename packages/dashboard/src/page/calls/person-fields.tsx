import type { VNode } from 'preact';
import { useRef } from 'preact/hooks';
import type { PeopleProblem } from '../../shared/protocol.js';
import type { FormPerson } from './people-form.js';

interface PersonProps {
  readonly person: FormPerson;
  readonly place: number;
  readonly last: number;
  readonly problems: readonly PeopleProblem[];
  readonly change: (person: FormPerson) => void;
  readonly move: (place: number) => void;
  readonly remove: () => void;
  readonly drag: () => void;
  readonly drop: () => void;
}

/** A person is moved by its handle, by its buttons, or with Alt and an arrow key from anywhere in it. */
export function PersonFields(props: PersonProps): VNode {
  const { person, place, last, problems, change, move, remove, drag, drop } = props;
  const item = useRef<HTMLLIElement>(null);
  const who = person.name || person.to || `person ${String(place + 1)}`;
  const onKeyDown = (event: KeyboardEvent): void => {
    if (!event.altKey || (event.key !== 'ArrowUp' && event.key !== 'ArrowDown')) return;
    event.preventDefault();
    move(place + (event.key === 'ArrowUp' ? -1 : 1));
  };
  return (
    <li
      ref={item}
      class="person"
      onKeyDown={onKeyDown}
      onDragOver={(event) => {
        event.preventDefault();
      }}
      onDrop={(event) => {
        event.preventDefault();
        drop();
      }}
    >
      <span
        class="handle"
        draggable
        aria-hidden="true"
        title="Drag to move"
        onDragStart={(event) => {
          if (item.current !== null) event.dataTransfer?.setDragImage(item.current, 0, 0);
          event.dataTransfer?.setData('text/plain', who);
          drag();
        }}
      >
        ⠿
      </span>
      <Field label={`Name of ${who}`} field="name" placeholder="Name" {...{ person, problems, change }} />
      <Field label={`Number of ${who}`} field="to" placeholder="+14155550142" {...{ person, problems, change }} />
      <span class="moves">
        <button
          type="button"
          aria-label={`Move ${who} up`}
          disabled={place === 0}
          onClick={() => {
            move(place - 1);
          }}
        >
          ↑
        </button>
        <button
          type="button"
          aria-label={`Move ${who} down`}
          disabled={place === last}
          onClick={() => {
            move(place + 1);
          }}
        >
          ↓
        </button>
        <button type="button" aria-label={`Remove ${who}`} onClick={remove}>
          ✕
        </button>
      </span>
    </li>
  );
}

function Field(props: {
  readonly label: string;
  readonly field: 'name' | 'to';
  readonly placeholder: string;
  readonly person: FormPerson;
  readonly problems: readonly PeopleProblem[];
  readonly change: (person: FormPerson) => void;
}): VNode {
  const { label, field, placeholder, person, change } = props;
  const problems = props.problems.filter((problem) => problem.field === field).map(({ message }) => message);
  const self = useRef<HTMLSpanElement>(null);
  const described = `problem-${field}-${String(person.id)}-${person.to}`.replaceAll(/[^\w-]/g, '_');
  return (
    <span class="field" data-field={field} ref={self}>
      <input
        aria-label={label}
        placeholder={placeholder}
        value={person[field]}
        inputMode={field === 'to' ? 'tel' : 'text'}
        autocomplete="off"
        aria-invalid={problems.length > 0}
        aria-describedby={problems.length > 0 ? described : undefined}
        onInput={(event) => {
          change({ ...person, [field]: event.currentTarget.value });
        }}
      />
      {problems.length > 0 && (
        <span class="problem" id={described}>
          {problems.join(' ')}
        </span>
      )}
    </span>
  );
}
