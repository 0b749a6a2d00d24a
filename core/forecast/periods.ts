/**
 * The periods of a forecast: those that have ended and those that come.
 */

import type { Interval, TimeBucket, TimeRange } from "../analytics/query.ts";
import { CostopsError } from "../error.ts";
import { LIMITS } from "../limits.ts";
import { parseRange, splitRange } from "../time.ts";
import { startOfDay, toZoned } from "../time/zone.ts";

/** What is learned from, and what is forecast. */
export interface ForecastPeriods {
  /** Whole periods that have ended, ascending and gapless. */
  readonly history: readonly TimeBucket[];
  /** The periods after them; the first may have begun already. */
  readonly future: readonly TimeBucket[];
}

/** How time is cut. */
export interface PeriodOptions {
  readonly interval: Interval;
  readonly tz: string;
  /** How many periods are forecast. */
  readonly horizon: number;
  /** Milliseconds since 1970 UTC. */
  readonly now: number;
}

const HOUR_MS = 3_600_000;
/** The longest that each can be: clocks go back by at most two hours. */
const LONGEST_MS: Readonly<Record<Interval, number>> = {
  hour: 2 * HOUR_MS,
  day: 26 * HOUR_MS,
  week: (7 * 24 + 2) * HOUR_MS,
  month: (31 * 24 + 2) * HOUR_MS,
};

/** How much is learned from unless somebody says: what a pattern of hours, of days or of a year needs, and is still true. */
const HISTORY: Readonly<Record<Interval, Temporal.DurationLike>> = {
  hour: { days: 56 },
  day: { years: 2 },
  week: { years: 5 },
  month: { years: 10 },
};

/**
 * The range that is learned from: as written, else up to now and as long as its interval wants. Fails with `invalid` on
 * what cannot be read.
 */
export function readHistory(
  texts: { readonly since?: string; readonly until?: string },
  { interval, tz, now }: PeriodOptions,
): TimeRange {
  const { since, until } = texts;
  if (since !== undefined) {
    const range = parseRange({ since, until, tz }, now);
    return { since: range.since, until: until === undefined ? now : Math.min(range.until, now) };
  }
  const end = until === undefined ? now : Math.min(parseRange({ since: "2015-01-01", until, tz }, now).until, now);
  const first = toZoned(end, tz).toPlainDate().subtract(HISTORY[interval]);
  return { since: startOfDay(first, tz), until: end };
}

/**
 * Cuts a range into whole periods and adds those to come. A period that has not ended is no history: it is the first that
 * is forecast. Fails with `too_large` beyond LIMITS.query_buckets.
 */
export function planForecast(range: TimeRange, options: PeriodOptions): ForecastPeriods {
  const { interval, tz, horizon, now } = options;
  const longest = LONGEST_MS[interval];
  const until = Math.min(range.until, now);
  // The first is cut by the range's own start; the last one shows what has not ended.
  const around = splitRange({ since: range.since - longest, until: until + longest }, interval, tz).slice(1);
  const history = around.filter((bucket) => bucket.since >= range.since && bucket.until <= until);
  const first = history.at(-1)?.until ?? around.find((bucket) => bucket.until > until)!.since;
  const future = splitRange({ since: first, until: first + (horizon + 1) * longest }, interval, tz).slice(0, horizon);
  return { history, future };
}

/** Checks how many periods are wanted. Fails with `invalid`. */
export function readHorizon(horizon: number): number {
  if (Number.isInteger(horizon) && horizon >= 1 && horizon <= LIMITS.forecast_periods) return horizon;
  throw new CostopsError(
    "invalid",
    `Cannot forecast a horizon of "${horizon}" periods: write a whole number from 1 to ${LIMITS.forecast_periods}`,
  );
}
