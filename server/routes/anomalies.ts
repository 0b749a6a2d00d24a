/**
 * Anomalies over HTTP.
 */

import { z } from "@hono/zod-openapi";
import { ANOMALY_INTERVALS, LEAST_SCORE, MOST_SCORE } from "../../core/anomaly/plan.ts";
import { LIMITS } from "../../core/limits.ts";
import { acknowledgeAnomaly } from "../operations/acknowledge_anomaly.ts";
import { findAnomalies } from "../operations/anomalies.ts";
import { toWireAcknowledgement } from "../wire/acknowledgement.ts";
import { jsonBody } from "./body.ts";
import { writeReport } from "./report_reply.ts";
import { defineRoute, type Route } from "./route.ts";
import { FILTER_FIELDS, GROUP_FIELDS, RANGE_FIELDS, readQueryTexts } from "./schemas/queries.ts";
import { Report } from "./schemas/report.ts";
import { IdParams, Instant, UsdText } from "./schemas/values.ts";

/** What says which anomalies are looked for. */
export const AnomaliesQuery = z.strictObject({
  ...RANGE_FIELDS,
  ...FILTER_FIELDS,
  group_by: GROUP_FIELDS.group_by.describe(
    `Dimensions whose ${LIMITS.anomaly_groups} costliest values are watched beside the total; model and project by default.`,
  ),
  interval: z.enum(ANOMALY_INTERVALS).default("day"),
  min_impact: z.string().max(LIMITS.id_characters).optional().describe(
    "Dollars; smaller impacts are not told. 1 by default.",
  ),
  min_score: z.number().min(LEAST_SCORE).max(MOST_SCORE).optional().describe(
    "A period is told above this score: minus the decimal logarithm of how seldom chance makes one as unusual, of the " +
      "total and of all groups together. 3 by default (one day in 1,000), of hours 4.",
  ),
});

const list = defineRoute({
  method: "get",
  path: "/forecast/anomalies",
  summary: "Find anomalies",
  description:
    "Periods whose cost was not as usual by the history before them, consecutive ones as one anomaly: what was " +
    "spent, what was expected, and why, in amounts that add up to the difference. The last 30 days by default, of hours " +
    "the last 7. A period that runs is told only when it is already above what was expected of all of it.",
  tag: "Forecasts",
  query: AnomaliesQuery,
  replies: { 200: { description: "A row for each anomaly, by time", schema: Report } },
  problems: [413],
  operation: findAnomalies,
  read: ({ query }) => {
    const { group_by, interval, min_impact, min_score } = query;
    return { ...readQueryTexts(query), group_by, interval, min_impact, min_score };
  },
  write: writeReport,
});

const Acknowledgement = z.object({
  id: z.string(),
  verdict: z.literal("normal"),
  interval: z.enum(ANOMALY_INTERVALS),
  series: z.string(),
  direction: z.enum(["above", "below"]),
  since: Instant,
  until: Instant,
  level_usd: UsdText.describe("What a period of it cost on average."),
  acknowledged_at: Instant,
}).meta({ id: "AnomalyAcknowledgement", description: "An anomaly that was called normal." });

const acknowledge = defineRoute({
  method: "post",
  path: "/forecast/anomalies/{id}/ack",
  summary: "Call an anomaly normal",
  description:
    "Neither it nor anything later of its series that is no worse is told again. The query is the one that " +
    "found it; without an interval both are looked at.",
  tag: "Forecasts",
  params: IdParams,
  query: AnomaliesQuery.extend({ interval: z.enum(ANOMALY_INTERVALS).optional() }),
  body: jsonBody(z.strictObject({ verdict: z.literal("normal") })),
  replies: { 200: { description: "What is kept", schema: Acknowledgement } },
  problems: [404, 409],
  operation: acknowledgeAnomaly,
  read: ({ params, query }) => {
    const { group_by, interval, min_impact, min_score } = query;
    return { ...readQueryTexts(query), group_by, interval, min_impact, min_score, id: params.id };
  },
  write: (kept) => ({ status: 200, body: toWireAcknowledgement(kept) }),
});

/** Routes of anomalies. */
export const ANOMALY_ROUTES: readonly Route[] = [list, acknowledge];
