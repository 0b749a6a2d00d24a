/**
 * The periods of a trend: whole ones, each with the one before it and the one a week earlier.
 */

import { formatInstant, splitRange } from "../time.ts";
import { toZoned } from "../time/zone.ts";
import type { Interval, TimeBucket, TimeRange } from "./query.ts";

/** A period, and what it is compared with, as positions in {@link TrendPeriods.buckets}. */
export interface TrendPeriod {
  readonly bucket: number;
  /** The period before. */
  readonly previous: number | null;
  /** The same day of the week before, or the same hour of it; null where the interval is wider than a day. */
  readonly same_weekday: number | null;
  /** The period and those before it that are averaged; null while it runs. */
  readonly averaged: readonly number[] | null;
}

/** What a trend reads and how its periods are compared. */
export interface TrendPeriods {
  /** The range, widened to whole periods. */
  readonly range: TimeRange;
  /** Every stretch of time whose sums are wanted, not in order; some lie inside others. */
  readonly buckets: readonly TimeBucket[];
  /** Ascending. */
  readonly periods: readonly TrendPeriod[];
}

/** How a range is cut. */
export interface TrendOptions {
  readonly interval: Interval;
  readonly tz: string;
  /** How many periods are averaged, the period itself included. */
  readonly window: number;
  /** Milliseconds since 1970 UTC. */
  readonly now: number;
}

const HOUR_MS = 3_600_000;
/** The longest that each can be: clocks go back by at most two hours. */
const LONGEST_MS: Readonly<Record<Interval, number>> = {
  hour: HOUR_MS,
  day: 26 * HOUR_MS,
  week: (7 * 24 + 2) * HOUR_MS,
  month: (31 * 24 + 2) * HOUR_MS,
};
/** Periods read before the range so that a week earlier is among them, also where clocks changed. */
const WEEK_BEFORE: Readonly<Record<Interval, number>> = { hour: 7 * 24 + 4, day: 8, week: 1, month: 1 };
const QUARTER_HOUR_MS = 900_000;

/**
 * Cuts a range, widened to whole periods, and says what each is compared with. A period that still runs is compared with
 * as much of the earlier ones as has run of it (up to the next quarter of an hour), and has no average yet. Fails as
 * splitRange does.
 */
export function planTrend(range: TimeRange, options: TrendOptions): TrendPeriods {
  const { interval, tz, now } = options;
  const before = Math.max(options.window - 1, WEEK_BEFORE[interval]) + 2;
  const longest = LONGEST_MS[interval];
  const wide = { since: range.since - before * longest, until: range.until + longest };
  // The first one is cut by the range's start, and what begins after the range is none of it.
  const buckets = splitRange(wide, interval, tz).slice(1).filter(({ since }) => since < range.until);
  const first = buckets.findIndex(({ until }) => until > range.since);
  const positions = new Map(buckets.map((bucket, at) => [bucket.label, at]));
  const clipped: TimeBucket[] = [];
  const compare = (at: number, other: number | undefined): number | null => {
    if (other === undefined || other < 0) return null;
    const { since, until } = buckets[at]!;
    if (now >= until) return other;
    if (now <= since) return null;
    const elapsed = Math.ceil((now - since) / QUARTER_HOUR_MS) * QUARTER_HOUR_MS;
    const earlier = buckets[other]!;
    clipped.push({ ...earlier, until: Math.min(earlier.since + elapsed, earlier.until) });
    return buckets.length + clipped.length - 1;
  };
  const periods = buckets.slice(first).map((bucket, index): TrendPeriod => ({
    bucket: first + index,
    previous: compare(first + index, first + index - 1),
    same_weekday: compare(first + index, positions.get(weekBefore(bucket, { interval, tz }) ?? "")),
    averaged: now < bucket.until ? null : Array.from({ length: options.window }, (_, back) => first + index - back),
  }));
  const whole = { since: buckets[first]!.since, until: buckets.at(-1)!.until };
  return { range: whole, buckets: [...buckets, ...clipped], periods };
}

/** The label of the same day, or of the same hour by the clock, seven days earlier; none where the clock skipped it. */
function weekBefore({ since, label }: TimeBucket, { interval, tz }: Pick<TrendOptions, "interval" | "tz">) {
  if (interval === "day") return Temporal.PlainDate.from(label).subtract({ days: 7 }).toString();
  if (interval !== "hour") return undefined;
  const zoned = toZoned(since, tz);
  const earlier = zoned.subtract({ days: 7 });
  if (!earlier.toPlainTime().equals(zoned.toPlainTime())) return undefined;
  return formatInstant(earlier.epochMilliseconds, tz);
}
