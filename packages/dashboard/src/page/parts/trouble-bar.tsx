import type { VNode } from 'preact';
import type { Trouble } from '../connection/trouble.js';
import { useNow } from '../connection/hooks.js';
import { troubleText } from '../text/trouble.js';

/** Says why the page is not live. The reason is read out once; the seconds, which change all the time, are not. */
export function TroubleBar(props: { readonly trouble: Trouble | null; readonly nextTryAt: number | null }): VNode {
  const { trouble, nextTryAt } = props;
  const now = useNow(0, trouble !== null);
  const seconds = nextTryAt === null ? 0 : Math.ceil((nextTryAt - now) / 1000);
  // The element stays, so that a screen reader notices the change of its text.
  return (
    <div class={trouble === null ? 'hidden' : 'trouble'}>
      <p role="status">{trouble !== null && troubleText(trouble, location.origin)}</p>
      {trouble?.why === 'elsewhere' && <a href={`${trouble.address}/${location.hash}`}>{trouble.address}</a>}
      {trouble !== null && (
        <p class="again" aria-hidden="true">
          {seconds > 0 ? `Next try in ${String(seconds)} s.` : 'Trying again…'}
        </p>
      )}
    </div>
  );
}
