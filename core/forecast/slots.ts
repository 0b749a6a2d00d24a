/**
 * Periods as the steps of a regular series: every day has 24 hours by the clock, also where clocks change.
 */

import type { Interval, TimeBucket } from "../analytics/query.ts";
import { toZoned } from "../time/zone.ts";

/** Where a period is in its series. */
export interface Slot {
  /** Its step, from 0. */
  readonly step: number;
  /** How much of a whole step the period is: half where a zone's clocks move by half an hour. */
  readonly share: number;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/**
 * Gives every period, ascending, its step. The hour that clocks repeat is two periods of one step, the hour (or the day)
 * that they skip is a step without a period; so the hours of a day and the days of a week stay where they are.
 */
export function placeInSlots(
  buckets: readonly TimeBucket[],
  { interval, tz }: { readonly interval: Interval; readonly tz: string },
): Slot[] {
  if (interval === "week" || interval === "month") return buckets.map((_, step) => ({ step, share: 1 }));
  const width = interval === "hour" ? HOUR_MS : DAY_MS;
  const steps = buckets.map(({ since }) => Math.floor(wallClock(since, tz) / width));
  return buckets.map(({ since, until }, at) => ({
    step: steps[at]! - steps[0]!,
    share: interval === "hour" ? (until - since) / HOUR_MS : 1,
  }));
}

/** What the clock on the wall shows, as if it were UTC. */
function wallClock(instant: number, tz: string): number {
  return instant + toZoned(instant, tz).offsetNanoseconds / 1e6;
}
