/**
 * Time buckets: a range cut at the hours, days, weeks or months of a time zone.
 */

import type { Interval, TimeBucket, TimeRange } from "../analytics/query.ts";
import { CostopsError } from "../error.ts";
import { LIMITS } from "../limits.ts";
import { formatInstant, startOfDay, toZoned } from "./zone.ts";

const HOUR_MS = 3_600_000;

/**
 * Cuts a range into the zone's hours, days, ISO weeks or months: ascending, gapless, the first and last clipped to the
 * range. A day that the zone skipped is absent; the hour that is repeated when clocks go back is two buckets, told apart
 * by the offset in their labels. Where a zone moves by half an hour, the hour it moves in is cut at that instant.
 *
 * Fails with `too_large` beyond LIMITS.query_buckets.
 */
export function splitRange(range: TimeRange, interval: Interval, tz: string): TimeBucket[] {
  const buckets: TimeBucket[] = [];
  for (const { start, end, label } of walk(range.since, interval, tz)) {
    if (start >= range.until) break;
    if (end <= start || end <= range.since) continue;
    if (buckets.length === LIMITS.query_buckets) {
      throw new CostopsError(
        "too_large",
        `Cannot group this range by ${interval}: it has more than ${LIMITS.query_buckets} buckets; ` +
          "ask for a shorter range or a wider interval",
      );
    }
    buckets.push({ since: Math.max(start, range.since), until: Math.min(end, range.until), label });
  }
  return buckets;
}

interface Step {
  readonly start: number;
  readonly end: number;
  readonly label: string;
}

function walk(since: number, interval: Interval, tz: string): Iterable<Step> {
  return interval === "hour" ? walkHours(since, tz) : walkDates(since, interval, tz);
}

function* walkDates(since: number, interval: Exclude<Interval, "hour">, tz: string): Generator<Step> {
  let date = firstDate(toZoned(since, tz).toPlainDate(), interval);
  let start = startOfDay(date, tz);
  while (true) {
    const next = date.add(interval === "day" ? { days: 1 } : interval === "week" ? { days: 7 } : { months: 1 });
    const end = startOfDay(next, tz);
    yield { start, end, label: nameDate(date, interval) };
    date = next;
    start = end;
  }
}

function* walkHours(since: number, tz: string): Generator<Step> {
  let start = floorHour(since, tz);
  while (true) {
    const end = nextHour(start, tz);
    yield { start, end, label: formatInstant(start, tz) };
    start = end;
  }
}

function firstDate(date: Temporal.PlainDate, interval: Exclude<Interval, "hour">): Temporal.PlainDate {
  if (interval === "day") return date;
  return interval === "week" ? date.subtract({ days: date.dayOfWeek - 1 }) : date.with({ day: 1 });
}

function nameDate(date: Temporal.PlainDate, interval: Exclude<Interval, "hour">): string {
  if (interval === "day") return date.toString();
  if (interval === "month") return date.toString().slice(0, -3);
  return `${String(date.yearOfWeek).padStart(4, "0")}-W${String(date.weekOfYear).padStart(2, "0")}`;
}

/** The start of the local hour an instant is in, or the change of offset since then. */
function floorHour(instant: number, tz: string): number {
  const zoned = toZoned(instant, tz);
  const start = instant - msIntoHour(zoned);
  if (toZoned(start, tz).offsetNanoseconds === zoned.offsetNanoseconds) return start;
  return zoned.add({ nanoseconds: 1 }).getTimeZoneTransition("previous")?.epochMilliseconds ?? start;
}

/** The next start of a local hour, or the change of offset before it. */
function nextHour(start: number, tz: string): number {
  const zoned = toZoned(start, tz);
  const end = start + HOUR_MS - msIntoHour(zoned);
  if (toZoned(end, tz).offsetNanoseconds === zoned.offsetNanoseconds) return end;
  return zoned.getTimeZoneTransition("next")?.epochMilliseconds ?? end;
}

function msIntoHour(zoned: Temporal.ZonedDateTime): number {
  return zoned.minute * 60_000 + zoned.second * 1_000 + zoned.millisecond;
}
