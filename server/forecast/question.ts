/**
 * A forecast as it is asked for, and as it is understood.
 */

import type { Principal } from "../../core/access.ts";
import { parseInterval } from "../../core/analytics/parse_interval.ts";
import { parseCostQuery } from "../../core/analytics/parse_query.ts";
import type { CostQuery, Interval, TimeBucket } from "../../core/analytics/query.ts";
import { CostopsError } from "../../core/error.ts";
import type { ForecastMeasure } from "../../core/forecast/measure.ts";
import { DAYS_TO_MONTH_END } from "../../core/forecast/month_end.ts";
import { type ForecastPeriods, planForecast, readHistory, readHorizon } from "../../core/forecast/periods.ts";
import { parseTimeZone } from "../../core/time.ts";
import { findFirstDay } from "../../db/call_facts.ts";
import type { Environment } from "../environment.ts";
import { chooseOrganization } from "../operations/reports.ts";

/** What carries a forecast of cost; `auto` is `usage` when a price is known to change in its periods. */
export const DRIVERS = ["auto", "cost", "usage"] as const;
/** How much work is put into each series. */
export const METHODS = ["auto", "fast"] as const;

/** A forecast as asked for. */
export interface ForecastQuestion {
  readonly organization_id?: string;
  readonly group_by?: readonly string[];
  readonly filter?: readonly string[];
  /** `hour`, `day`, `week` or `month`; a day when not given. */
  readonly interval?: string;
  /** How many periods; {@link HORIZONS} when not given. */
  readonly horizon?: number;
  /** The share of outcomes that the interval is to contain; 0.95 when not given. */
  readonly level?: number;
  readonly tz?: string;
  /** What is learned from; as much as the interval wants when not given. */
  readonly history?: { readonly since?: string; readonly until?: string };
  /** `fast` for many groups, `auto` for few, when not given. */
  readonly method?: (typeof METHODS)[number];
  /** Ends the work. */
  readonly signal?: AbortSignal;
  /** Told how many of all series are done. */
  readonly onProgress?: (done: number, all: number) => void;
}

/** A forecast as understood: nothing relative and nothing defaulted is left. */
export interface ForecastPlan extends ForecastPeriods {
  /** Over the history: its range, its buckets, the grouping and the filter. */
  readonly query: CostQuery & { readonly interval: Interval };
  readonly interval: Interval;
  /** How many of the periods to come are shown: all, or all but those that the month that runs needs besides. */
  readonly horizon: number;
  readonly measure: ForecastMeasure;
  readonly driver: (typeof DRIVERS)[number];
  readonly level: number;
  readonly method: (typeof METHODS)[number] | undefined;
  /** From when on the days are learned from that the end of the month is told by. */
  readonly days_since: number;
  readonly now: number;
}

/** Periods that are forecast unless somebody says: two days, a month, a quarter. */
const HORIZONS: Readonly<Record<Interval, number>> = { hour: 48, day: 30, week: 13, month: 3 };
const DEFAULT_LEVEL = 0.95;

/** What is asked, and for which measure. */
export interface Asked {
  readonly question: ForecastQuestion;
  readonly measure: ForecastMeasure;
  readonly driver: ForecastPlan["driver"];
}

/** Reads a question as far as it can be without what is stored. Fails with `invalid` on what cannot be read. */
export function parseQuestion(principal: Principal, question: ForecastQuestion, now: number) {
  const organization_id = chooseOrganization(principal, question);
  const interval = parseInterval(question.interval ?? "day");
  const tz = parseTimeZone(question.tz ?? "UTC");
  const horizon = readHorizon(question.horizon ?? HORIZONS[interval]);
  const { group_by, filter } = question;
  const query = parseCostQuery({ organization_id, tz, group_by, filter }, now);
  if (query.interval !== null) {
    throw new CostopsError(
      "invalid",
      `Cannot group a forecast by ${query.interval}: say how wide its periods are with interval, ${query.interval}`,
    );
  }
  const written = readHistory(question.history ?? {}, { interval, tz, horizon, now });
  return { query, interval, tz, horizon, written, level: readLevel(question.level ?? DEFAULT_LEVEL) };
}

/** The time that a question is about, without what is stored. Fails with `invalid` on what cannot be read. */
export function readForecastPeriod(principal: Principal, question: ForecastQuestion, now: number) {
  const { written: { until }, interval, tz, horizon } = parseQuestion(principal, question, now);
  const { future } = planForecast({ since: until, until }, { interval, tz, horizon, now });
  return { range: { since: future[0]!.since, until: future.at(-1)!.until }, tz };
}

/** Understands a question. Fails with `invalid` on what cannot be read, and as planForecast does. */
export async function readQuestion(
  environment: Environment,
  principal: Principal,
  { question, measure, driver }: Asked,
): Promise<ForecastPlan> {
  const now = environment.now();
  const { query, interval, tz, horizon, written, level } = parseQuestion(principal, question, now);
  const first_day = await findFirstDay(environment.database, query.organization_id);
  // Nothing was there before: the day before, so that the first period of any zone is whole.
  const earliest = Math.min((first_day ?? now) - DAY_MS, written.until);
  const since = Math.max(written.since, earliest);
  const days = readHistory({ since: question.history?.since }, { interval: "day", tz, horizon, now });
  // The month that runs is told to its end, however few days are shown.
  const ahead = Math.max(horizon, interval === "day" ? DAYS_TO_MONTH_END : 0);
  const periods = planForecast({ since, until: written.until }, { interval, tz, horizon: ahead, now });
  const { history } = periods;
  const range = history.length === 0
    ? { since, until: since }
    : { since: history[0]!.since, until: history.at(-1)!.until };
  return {
    ...periods,
    query: { ...query, interval, range, buckets: history },
    interval,
    horizon,
    measure,
    driver,
    level,
    method: question.method,
    days_since: Math.max(days.since, earliest),
    now,
  };
}

const DAY_MS = 86_400_000;

function readLevel(level: number): number {
  if (level > 0 && level < 1) return level;
  throw new CostopsError("invalid", `Cannot use the level "${level}": write a number between 0 and 1, such as 0.95`);
}

/** The days of a plan whose periods are others, as far as the end of any month. */
export function planDays({ query, days_since: since, now }: ForecastPlan): ForecastPeriods {
  return planForecast({ since, until: now }, { interval: "day", tz: query.tz, horizon: DAYS_TO_MONTH_END, now });
}

/** A query over other periods. */
export function over(query: CostQuery, buckets: readonly TimeBucket[]): CostQuery {
  return { ...query, buckets, range: { since: buckets[0]!.since, until: buckets.at(-1)!.until } };
}
