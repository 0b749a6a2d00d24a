/**
 * Costs over HTTP: lists, one record's, its arithmetic, and sums.
 */

import { z } from "@hono/zod-openapi";
import { getCost, listCosts } from "../operations/costs.ts";
import { explainUsage } from "../operations/explanations.ts";
import { makeReport, REPORT_TYPES } from "../operations/reports.ts";
import { toWireExplanation } from "../wire/explanation.ts";
import { toWirePrice } from "../wire/price.ts";
import { readListRequest, writeList } from "./record_pages.ts";
import { writeReport } from "./report_reply.ts";
import { defineRoute, type Route } from "./route.ts";
import { AppliedPrice } from "./schemas/applied_price.ts";
import { Explanation } from "./schemas/explanation.ts";
import { listOf } from "./schemas/pagination.ts";
import { GroupedQuery, readQueryTexts, RecordsQuery } from "./schemas/queries.ts";
import { Report } from "./schemas/report.ts";
import { RECORD_COST, RECORD_LABELS } from "./schemas/stored_usage.ts";
import { IdParams, OrganizationQuery, orNull } from "./schemas/values.ts";

const tag = "Costs";

const Cost = z.object({ ...RECORD_LABELS, ...RECORD_COST }).meta({ id: "Cost" });

const PricedCost = z.object({
  ...RECORD_LABELS,
  ...RECORD_COST,
  catalog_model: z.string().nullable(),
  price: orNull(AppliedPrice),
}).meta({ id: "PricedCost" });

const list = defineRoute({
  method: "get",
  path: "/costs",
  summary: "List what records cost",
  description:
    "Newest first unless `sort` says otherwise. Pages by cursor stay put while records arrive; numbered pages move.",
  tag,
  query: RecordsQuery,
  replies: { 200: { description: "A page of costs", schema: listOf(Cost).meta({ id: "CostList" }) } },
  operation: listCosts,
  read: (request) => readListRequest("costs", request),
  write: (output, request) => writeList("costs", output, request),
});

const aggregate = defineRoute({
  method: "get",
  path: "/costs/aggregate",
  summary: "Sum costs",
  description: "By model unless group_by says otherwise; highest cost first, by time first where there is a time. A " +
    "`summary` compares with the period before, by provider and model.",
  tag,
  query: z.strictObject({
    ...GroupedQuery.shape,
    type: z.enum(REPORT_TYPES).default("cost").describe("What is summed: `usage` is tokens alone."),
  }),
  replies: { 200: { description: "The sums", schema: Report } },
  operation: makeReport,
  read: ({ query }) => ({
    ...readQueryTexts(query),
    group_by: query.group_by,
    columns: query.columns,
    type: query.type,
  }),
  write: writeReport,
});

const one = defineRoute({
  method: "get",
  path: "/costs/{id}",
  summary: "Read what a record costs",
  description: "By the id of the usage record, with the price that was applied.",
  tag,
  params: IdParams,
  query: OrganizationQuery,
  replies: { 200: { description: "The cost", schema: PricedCost } },
  problems: [404],
  statuses: { deleted: 404 },
  operation: getCost,
  read: ({ params, query }) => ({ ...query, ...params }),
  write: ({ cost, catalog_model, price }) => ({
    status: 200,
    body: { ...cost, catalog_model, price: price === null ? null : toWirePrice(price) },
  }),
});

const explain = defineRoute({
  method: "get",
  path: "/costs/{id}/explain",
  summary: "Explain what a record costs",
  description: "The arithmetic of the stored cost, line by line; of a record without one, why it has none.",
  tag,
  params: IdParams,
  query: OrganizationQuery,
  replies: { 200: { description: "The explanation", schema: Explanation } },
  problems: [404],
  statuses: { deleted: 404 },
  operation: explainUsage,
  read: ({ params, query }) => ({ ...query, ...params }),
  write: (output) => ({ status: 200, body: toWireExplanation(output) }),
});

/** Routes of costs. */
export const COST_ROUTES: readonly Route[] = [list, aggregate, one, explain];
