/**
 * When a message that was not taken is sent again: eight tries over a day.
 */

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** From one try to the next; together 23 hours and 36 minutes. */
const WAITS_MS = [
  MINUTE_MS,
  5 * MINUTE_MS,
  30 * MINUTE_MS,
  2 * HOUR_MS,
  4 * HOUR_MS,
  7 * HOUR_MS,
  10 * HOUR_MS,
] as const;

/** How often a message is sent at most. */
export const MOST_TRIES = WAITS_MS.length + 1;

/** When to send again after so many tries, from 1; undefined after the last one. */
export function nextTry(tries: number, now: number): number | undefined {
  const wait = WAITS_MS[tries - 1];
  return wait === undefined ? undefined : now + wait;
}
