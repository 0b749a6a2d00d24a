/**
 * Statistics of usage over HTTP.
 */

import { z } from "@hono/zod-openapi";
import { readStatistics } from "../operations/statistics.ts";
import { writeReport } from "./report_reply.ts";
import { defineRoute, type Route } from "./route.ts";
import { FILTER_FIELDS, RANGE_FIELDS, readQueryTexts } from "./schemas/queries.ts";
import { Report } from "./schemas/report.ts";

/** `GET /usage/stats`; it stands before `/usage/{id}` in the list of routes. */
export const STATISTICS_ROUTE: Route = defineRoute({
  method: "get",
  path: "/usage/stats",
  summary: "Statistics of usage",
  description: "Counts, tokens, cost, latencies and errors of a period, its first and last record, the providers and " +
    "models that cost most, statuses, and what has no price.",
  tag: "Usage",
  query: z.strictObject({ ...RANGE_FIELDS, ...FILTER_FIELDS }),
  replies: { 200: { description: "One row about all usage of the period", schema: Report } },
  problems: [413],
  operation: readStatistics,
  read: ({ query }) => readQueryTexts(query),
  write: writeReport,
});
