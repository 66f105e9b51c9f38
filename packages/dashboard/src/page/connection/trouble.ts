import { PATHS, type DoorState } from '../../shared/protocol.js';
import type { Failure } from './plan.js';

/** Why the page is not live. */
export type Trouble =
  | { readonly why: 'offline' | 'silent' | 'unsticky' | 'blocked' }
  /** Something between the page and the server answers in its place; status 0: it redirects the browser elsewhere. */
  | { readonly why: 'proxy'; readonly status: number }
  /** The page works at another address only. */
  | { readonly why: 'elsewhere'; readonly address: string };

const PATIENCE_MS = 5000;

/** Asks the server why the page is not live. `out`: the login has ended. */
export async function findTrouble(failure: Failure): Promise<Trouble | 'out'> {
  let response: Response;
  try {
    // By POST, because browsers send no origin with a GET.
    response = await fetch(PATHS.door, {
      method: 'POST',
      redirect: 'manual',
      cache: 'no-store',
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
  } catch {
    // Not before: a server on this very machine answers offline too.
    return { why: navigator.onLine ? 'silent' : 'offline' };
  }
  const state = await doorState(response);
  if (state === null) return { why: 'proxy', status: response.status };
  if (state.door === 'out') return 'out';
  if (state.door === 'elsewhere') return { why: 'elsewhere', address: state.address };
  return { why: failure === 'unknown' ? 'unsticky' : 'blocked' };
}

async function doorState(response: Response): Promise<DoorState | null> {
  if (!response.ok) return null;
  try {
    return (await response.json()) as DoorState;
  } catch {
    return null;
  }
}
