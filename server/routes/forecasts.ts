/**
 * Forecasts over HTTP.
 */

import { z } from "@hono/zod-openapi";
import { INTERVALS } from "../../core/analytics/query.ts";
import { USAGE_MEASURES } from "../../core/forecast/measure_names.ts";
import { LIMITS } from "../../core/limits.ts";
import type { Report as ReportValue } from "../../core/report/report.ts";
import { DRIVERS, METHODS } from "../forecast/question.ts";
import { forecastCost, forecastUsage } from "../operations/forecasts.ts";
import { jsonBody } from "./body.ts";
import { writeReport } from "./report_reply.ts";
import { defineRoute, type Route } from "./route.ts";
import { FILTER_FIELDS, GROUP_FIELDS, RANGE_FIELDS } from "./schemas/queries.ts";
import { Report } from "./schemas/report.ts";

const QUESTION = {
  organization_id: RANGE_FIELDS.organization_id,
  group_by: GROUP_FIELDS.group_by.describe(
    "What to forecast apart: as of an aggregate, without an interval. The groups add up to the whole; beyond " +
      `${LIMITS.forecast_groups} the smallest are one.`,
  ),
  filter: FILTER_FIELDS.filter,
  interval: z.enum(INTERVALS).default("day").describe("How wide a period is."),
  horizon: z.int().min(1).max(LIMITS.forecast_periods).optional().describe(
    "How many periods, the one that runs included: 48 hours, 30 days, 13 weeks or 3 months when it is not given.",
  ),
  level: z.number().gt(0).lt(1).default(0.95).describe("The share of outcomes that the interval is to contain."),
  tz: RANGE_FIELDS.tz,
  history: z.strictObject({ since: RANGE_FIELDS.since, until: RANGE_FIELDS.until }).optional().describe(
    "What is learned from: 56 days of hours, 2 years of days, 5 of weeks or 10 of months when it is not given.",
  ),
  method: z.enum(METHODS).optional().describe(
    "How much work is put into each series; `fast` for many groups and `auto` for few when it is not given.",
  ),
};

const CostForecastRequest = z.strictObject({
  ...QUESTION,
  driver: z.enum(DRIVERS).default("auto").describe(
    "`usage` forecasts what is used, by model, and puts it at the prices of each period to come; `cost` takes prices as " +
      "they were. `auto` is `usage` when a price is known to change in the periods that are forecast.",
  ),
}).meta({ id: "CostForecastRequest" });

const UsageForecastRequest = z.strictObject({
  ...QUESTION,
  measure: z.enum(USAGE_MEASURES).default("total_tokens").describe("What is counted."),
}).meta({ id: "UsageForecastRequest" });

/** What both routes have in common. */
function answer(description: string) {
  return {
    tag: "Forecasts",
    method: "post" as const,
    problems: [413],
    replies: { 200: { description, schema: Report } },
    write: (report: ReportValue) => writeReport(report),
  };
}

/** Ends with the request, or when nobody would wait for its answer any longer. */
function endsWith(signal: AbortSignal): AbortSignal {
  return AbortSignal.any([signal, AbortSignal.timeout(LIMITS.handler_ms)]);
}

const cost = defineRoute({
  ...answer("Cost by period, and the month that runs"),
  path: "/forecast/cost",
  summary: "Forecast cost",
  description: "What each period to come will cost, with an interval, the method, and how its forecasts from earlier " +
    "periods came out; what the month that runs has cost so far and will have cost at its end. What is expected are " +
    "statistics, numbers with six decimals; amounts, which are exact, are texts with nine.",
  body: jsonBody(CostForecastRequest),
  operation: forecastCost,
  read: ({ body, signal }) => ({ ...body, signal: endsWith(signal) }),
});

const usage = defineRoute({
  ...answer("Usage by period, and the month that runs"),
  path: "/forecast/usage",
  summary: "Forecast usage",
  description: "As cost is forecast, of tokens or requests.",
  body: jsonBody(UsageForecastRequest),
  operation: forecastUsage,
  read: ({ body, signal }) => ({ ...body, signal: endsWith(signal) }),
});

/** Routes of forecasts. */
export const FORECAST_ROUTES: readonly Route[] = [cost, usage];
