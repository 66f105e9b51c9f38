/** Whether what this process last knew of a record is likely to be what is stored. */
export interface Guesses {
  /** A commit on top of what is known, unread, is likely to be taken. */
  readonly areGood: () => boolean;
  /** What was known was what is stored, or not. */
  readonly was: (right: boolean) => void;
}

/** So many of the last records say what the next will be like. */
const REMEMBERED = 8;

/**
 * The only process is always right. Where a balancer spreads the webhooks of a call over several, a guess is wrong as often as
 * not, and decides, writes and waits for nothing: then each record is read first, until they are right again.
 */
export function createGuesses(): Guesses {
  let rightness = 1;
  return {
    areGood: () => rightness > 0.75,
    was: (right) => {
      rightness += (Number(right) - rightness) / REMEMBERED;
    },
  };
}
