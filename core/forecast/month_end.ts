/**
 * The running month: what it has cost so far, exactly, and what it will have cost at its end.
 */

import type { TimeBucket, TimeRange } from "../analytics/query.ts";
import { toApproximateDollars, usdFromNanos } from "../money.ts";
import type { Figure } from "../report/report.ts";
import { startOfDay, toZoned } from "../time/zone.ts";
import type { GroupForecast } from "./group_forecast.ts";
import { columnTypes, type ForecastMeasure, toExpectedCell } from "./measure.ts";
import { shareAhead } from "./running.ts";

/** Days ahead, with the interval of their running sum. */
export interface DaysAhead {
  /** Days in order; the first is the one that runs. */
  readonly days: readonly TimeBucket[];
  readonly mean: readonly number[];
  /** Of the sum up to and including each day: how far its bounds are from its mean, both at least 0. */
  readonly below: readonly number[];
  readonly above: readonly number[];
}

/** What the rest of a month will add. */
export interface MonthRest {
  readonly mean: number;
  readonly lower: number;
  readonly upper: number;
}

/** The month that an instant is in, and its name: `2026-01`. */
export function monthAt(now: number, tz: string): TimeRange & { readonly label: string } {
  const first = toZoned(now, tz).toPlainDate().with({ day: 1 });
  return {
    since: startOfDay(first, tz),
    until: startOfDay(first.add({ months: 1 }), tz),
    label: first.toString().slice(0, 7),
  };
}

/**
 * Days that are forecast for the end of a month or of a shorter period, however few of them it has left: the longest
 * month. How far a forecast reaches bears on its values, and the same end must not be told twice in two ways.
 */
export const DAYS_TO_MONTH_END = 31;

/** Days and what a group is expected to be in them. */
export function toDaysAhead(days: readonly TimeBucket[], { periods, sums }: GroupForecast): DaysAhead {
  return {
    days,
    mean: periods.map(({ mean }) => mean),
    below: sums.map(({ mean, lower }) => mean - lower),
    above: sums.map(({ mean, upper }) => upper - mean),
  };
}

/**
 * What comes from now to the end of the month: of the day that runs as much as is left of it from the next quarter of an
 * hour on, then every other day. The
 * interval is the one of the sum of these days, by as much of it as lies ahead. Null when the days do not reach so far.
 */
export function forecastRest({ days, mean, below, above }: DaysAhead, month: TimeRange, now: number): MonthRest | null {
  const last = days.findIndex(({ until }) => until >= month.until);
  const today = days[0];
  if (last === -1 || today === undefined || now < today.since || now >= today.until) return null;
  const ahead = shareAhead(today, now);
  const whole = mean.slice(0, last + 1).reduce((sum, value) => sum + value, 0);
  const rest = whole - mean[0]! * (1 - ahead);
  const share = whole > 0 ? rest / whole : last === 0 ? ahead : 1;
  return {
    mean: rest,
    lower: Math.max(0, rest - below[last]! * share),
    upper: rest + above[last]! * share,
  };
}

/** What is said of the running month, by name. */
export type MonthFigures = Readonly<Record<string, Figure>>;

/**
 * The month so far, exactly, and as it is projected; null where only usage without a price is known of it, since then the
 * whole is not known either.
 */
export function monthFigures(
  { label, actual, rest, measure }: {
    readonly label: string;
    readonly actual: bigint | null;
    readonly rest: MonthRest;
    readonly measure: ForecastMeasure;
  },
): MonthFigures {
  const { measured, expected } = columnTypes(measure);
  const so_far = actual === null
    ? null
    : measure === "cost_usd"
    ? toApproximateDollars(usdFromNanos(actual))
    : Number(actual);
  const figure = (value: number | null): Figure => ({
    value: value === null ? null : toExpectedCell(value, measure),
    type: expected,
  });
  const projected = (value: number) => figure(so_far === null ? null : so_far + value);
  return {
    month: { value: label, type: "time" },
    [`month_actual_${measure}`]: { value: actual, type: measured },
    [`month_projected_rest_${measure}`]: figure(rest.mean),
    [`month_projected_${measure}`]: projected(rest.mean),
    [`month_projected_lower_${measure}`]: projected(rest.lower),
    [`month_projected_upper_${measure}`]: projected(rest.upper),
  };
}
