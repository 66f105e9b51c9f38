import type { VNode } from 'preact';

const KINDS = [
  ['calling', 'being called'],
  ['ringing', 'ringing'],
  ['detecting', 'detection'],
  ['asked', 'after the verdict'],
  ['talking', 'talk'],
] as const;

const MARKS = [
  ['human', 'a human'],
  ['machine', 'a machine'],
  ['unsure', 'unknown'],
  ['key', 'a key'],
] as const;

/** Explains the colours of the bars. */
export function Legend(): VNode {
  return (
    <ul class="legend" aria-label="What the bars mean">
      {KINDS.map(([kind, words]) => (
        <li key={kind}>
          <span class="stretch" data-kind={kind} aria-hidden="true" />
          {words}
        </li>
      ))}
      {MARKS.map(([kind, words]) => (
        <li key={kind}>
          <span class="verdict" data-answer={kind} aria-hidden="true" />
          {words}
        </li>
      ))}
    </ul>
  );
}
