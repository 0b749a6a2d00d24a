/**
 * Analytics and trends over HTTP.
 */

import { z } from "@hono/zod-openapi";
import { INTERVALS } from "../../core/analytics/query.ts";
import { LIMITS } from "../../core/limits.ts";
import type { Report as ReportValue } from "../../core/report/report.ts";
import { analyzeCosts, analyzeUsage, compareModels, compareProviders } from "../operations/analytics.ts";
import { readTrends } from "../operations/trends.ts";
import { writeReport } from "./report_reply.ts";
import { defineRoute, type Route } from "./route.ts";
import { FILTER_FIELDS, GROUP_FIELDS, RANGE_FIELDS, readQueryTexts } from "./schemas/queries.ts";
import { Report } from "./schemas/report.ts";

const PeriodQuery = z.strictObject({ ...RANGE_FIELDS, ...FILTER_FIELDS });

const Interval = z.enum(INTERVALS);

const SeriesQuery = z.strictObject({
  ...PeriodQuery.shape,
  ...GROUP_FIELDS,
  interval: Interval.optional().describe("A day when neither this nor `group_by` says otherwise."),
});

const TrendsQuery = z.strictObject({
  ...PeriodQuery.shape,
  interval: Interval.default("day"),
  window: z.int().min(1).max(LIMITS.trend_window).default(7).describe("Periods of the moving average."),
  movers_by: z.string().min(1).max(LIMITS.text_characters).default("model").describe(
    "The dimension that tells what moved the cost.",
  ),
  movers: z.int().min(1).max(LIMITS.movers).default(5).describe("How many that rose, and as many that fell."),
});

const PROBLEMS = [413];
const TAG = "Analytics";

function readSeries(query: z.output<typeof SeriesQuery>) {
  const { group_by, columns, interval } = query;
  return { ...readQueryTexts(query), group_by, columns, interval };
}

/** What all of these routes have in common. */
function answer(description: string) {
  return {
    tag: TAG,
    method: "get" as const,
    problems: PROBLEMS,
    replies: { 200: { description, schema: Report } },
    write: (report: ReportValue) => writeReport(report),
  };
}

const usage = defineRoute({
  ...answer("Usage by period"),
  path: "/analytics/usage",
  summary: "Usage over time",
  description:
    "Tokens and requests by period, the average period and the busiest one. Without other dimensions every " +
    "period that has begun has a row.",
  query: SeriesQuery,
  operation: analyzeUsage,
  read: ({ query }) => readSeries(query),
});

const costs = defineRoute({
  ...answer("Costs by period"),
  path: "/analytics/costs",
  summary: "Costs over time",
  description:
    "Costs by period, the average period and the one that cost most. A period without usage cost 0, one whose " +
    "usage has no price is null.",
  query: SeriesQuery,
  operation: analyzeCosts,
  read: ({ query }) => readSeries(query),
});

const providers = defineRoute({
  ...answer("Providers, the costliest first"),
  path: "/analytics/providers",
  summary: "Compare providers",
  description:
    "Cost, its share, cost for a million tokens and for a request, latency percentiles by nearest rank, error " +
    "rate, and the change since the period before. Latencies and errors are of the records that say one.",
  query: PeriodQuery,
  operation: compareProviders,
  read: ({ query }) => readQueryTexts(query),
});

const models = defineRoute({
  ...answer("Models, the costliest first"),
  path: "/analytics/models",
  summary: "Compare models",
  description:
    "As providers are compared, and how much of the input came from a cache and what that saved: what cached " +
    "tokens would have cost as input at the price that was applied, less what they cost; it may be negative.",
  query: PeriodQuery,
  operation: compareModels,
  read: ({ query }) => readQueryTexts(query),
});

const trends = defineRoute({
  ...answer("Cost by period and what moved it"),
  path: "/costs/trends",
  summary: "Trends of cost",
  description: "Cost by whole periods with its moving average, the change since the period before and since the same " +
    "weekday, and the groups that rose and fell most, which add up to the whole difference. A period that runs is " +
    "compared with as much of the one before.",
  query: TrendsQuery,
  operation: readTrends,
  read: ({ query }) => {
    const { interval, window, movers_by, movers } = query;
    return { ...readQueryTexts(query), interval, window, movers_by, movers };
  },
});

/** Routes of analytics and trends. */
export const ANALYTICS_ROUTES: readonly Route[] = [usage, costs, providers, models, trends];
