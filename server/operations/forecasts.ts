/**
 * Forecasts of cost and of usage over what is stored.
 */

import { INTERVALS } from "../../core/analytics/query.ts";
import { CostopsError } from "../../core/error.ts";
import type { UsageMeasure } from "../../core/forecast/measure_names.ts";
import type { Report } from "../../core/report/report.ts";
import type { DRIVERS, ForecastQuestion } from "../forecast/question.ts";
import { makeForecast } from "../forecast/make_forecast.ts";
import type { Operation } from "./operation.ts";
import type { ReportInput } from "./reports.ts";

/** A forecast of cost as asked for. */
export type CostForecastInput = ForecastQuestion & {
  /** What carries it; `auto` when not given. */
  readonly driver?: (typeof DRIVERS)[number];
};

/** A forecast of usage as asked for. */
export type UsageForecastInput = ForecastQuestion & {
  /** What is counted; `total_tokens` when not given. */
  readonly measure?: UsageMeasure;
};

/**
 * Forecasts cost, and the month that runs. Fails with `invalid` on what cannot be read, with `too_large` on a history of
 * too many periods or groups, with `beyond_retention` when it needs records that were dropped, and with `temporary` when
 * too many forecasts wait or its signal ends it.
 */
export const forecastCost: Operation<CostForecastInput, Report> = {
  name: "forecastCost",
  permission: "forecast:read",
  handle: (environment, principal, { driver = "auto", ...question }) =>
    makeForecast(environment, principal, { question, measure: "cost_usd", driver }),
};

/** Forecasts usage: tokens or requests. Fails as {@link forecastCost} does. */
export const forecastUsage: Operation<UsageForecastInput, Report> = {
  name: "forecastUsage",
  permission: "forecast:read",
  handle: (environment, principal, { measure = "total_tokens", ...question }) =>
    makeForecast(environment, principal, { question, measure, driver: "cost" }),
};

/**
 * A question of a report as one of a forecast: the interval is the one that it groups by, and its period is what is
 * learned from. Fails with `invalid` on columns, which a forecast has none of.
 */
export function toForecastQuestion(
  { organization_id, since, until, start_date, end_date, tz, group_by = [], filter, columns = [] }: Omit<
    ReportInput,
    "type"
  >,
): ForecastQuestion {
  if (columns.length > 0) {
    throw new CostopsError("invalid", "Cannot add columns to a forecast: it is of cost alone; leave columns out");
  }
  const names = group_by.flatMap((names) => names.split(","));
  const isInterval = (name: string) => (INTERVALS as readonly string[]).includes(name.trim().toLowerCase());
  return {
    organization_id,
    tz,
    filter,
    interval: names.find(isInterval),
    group_by: names.filter((name) => !isInterval(name)),
    history: { since: since ?? start_date, until: until ?? end_date },
  };
}
