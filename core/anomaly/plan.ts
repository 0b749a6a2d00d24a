/**
 * Which periods are read to judge some of them: enough before them to know what is usual.
 */

import type { Interval, TimeBucket, TimeRange } from "../analytics/query.ts";
import { CostopsError } from "../error.ts";
import { splitRange } from "../time/buckets.ts";
import { startOfDay, toZoned } from "../time/zone.ts";
import type { DetectorOptions } from "./detector.ts";
import { DAILY, HOURLY } from "./watch.ts";

/** The widths of periods that are judged. */
export const ANOMALY_INTERVALS = ["hour", "day"] as const satisfies readonly Interval[];
export type AnomalyInterval = (typeof ANOMALY_INTERVALS)[number];

/** What is read and what is judged. */
export interface AnomalyPlan {
  readonly interval: AnomalyInterval;
  readonly tz: string;
  /** From the beginning of what is read to the end of what is judged. */
  readonly range: TimeRange;
  /** Ascending, all of them begun; the last may still run. */
  readonly buckets: readonly TimeBucket[];
  /** The slot of each bucket by the clock of the zone: an hour that comes again has the slot of the first. */
  readonly slots: readonly number[];
  /** The first bucket that is judged. */
  readonly judged_from: number;
  /** Whether the last bucket still runs: it is judged only when it is already above what was expected of all of it. */
  readonly is_last_running: boolean;
  readonly watch: DetectorOptions;
}

/** Above which score a period is flagged when nothing else is asked for: one in 1,000 days, one in 10,000 hours. */
export const DEFAULT_FLAG_SCORE: Readonly<Record<AnomalyInterval, number>> = { hour: 4, day: 3 };

/** The least score that one may ask for: one period in ten is nothing unusual. */
export const LEAST_SCORE = 1;
/** The largest: nobody waits for 10^20 periods. */
export const MOST_SCORE = 20;

/** What is read before the first judged period: enough for weeks to be known well, and for cycles to be compared. */
const HISTORY_DAYS: Readonly<Record<AnomalyInterval, number>> = { hour: 42, day: 182 };
/** History begins on a day that is the same for four weeks, so that an anomaly is the same one day after day. */
const ANCHOR_DAYS = 28;
const DAY_MS = 86_400_000;

/** Plans the judging of a range. Fails with `too_large` beyond LIMITS.query_buckets periods, history included. */
export function planAnomalies(
  range: TimeRange,
  { interval, tz, now }: { readonly interval: AnomalyInterval; readonly tz: string; readonly now: number },
): AnomalyPlan {
  const first = Math.floor(range.since / DAY_MS) - HISTORY_DAYS[interval];
  const since = Math.max(0, first - first % ANCHOR_DAYS) * DAY_MS;
  const begin = startOfDay(toZoned(since, tz).toPlainDate(), tz);
  if (range.since > now) {
    throw new CostopsError("invalid", "Cannot look for anomalies in a time that has not begun: give an earlier since");
  }
  const buckets = splitRange({ since: begin, until: range.until }, interval, tz).filter(({ since }) => since <= now);
  return {
    interval,
    tz,
    range: { since: begin, until: range.until },
    buckets,
    slots: toSlots(buckets, interval, tz),
    judged_from: buckets.findIndex(({ until }) => until > range.since),
    is_last_running: buckets.at(-1)!.until > now,
    watch: interval === "day" ? DAILY : HOURLY,
  };
}

function toSlots(buckets: readonly TimeBucket[], interval: AnomalyInterval, tz: string): number[] {
  if (interval === "day") return [...buckets.keys()];
  const hours = buckets.map(({ since }) => {
    const { year, month, day, hour } = toZoned(since, tz);
    return Date.UTC(year, month - 1, day, hour) / 3_600_000;
  });
  let last = 0;
  return hours.map((hour) => last = Math.max(last, hour - hours[0]!));
}
