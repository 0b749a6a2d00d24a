/**
 * Estimates over HTTP.
 */

import { z } from "@hono/zod-openapi";
import { estimateCall } from "../operations/estimates.ts";
import { fromWireCounts } from "../wire/counts.ts";
import { toWireEstimate } from "../wire/estimate.ts";
import { jsonBody } from "./body.ts";
import { defineRoute, type Route } from "./route.ts";
import { AppliedPrice } from "./schemas/applied_price.ts";
import { CostComponent } from "./schemas/explanation.ts";
import {
  Count,
  Counts,
  Currency,
  Name,
  OrganizationId,
  OTHER_COUNTS,
  ServiceTier,
  UnpricedReason,
  UsdOrNull,
  UsdText,
} from "./schemas/values.ts";

const EstimateRequest = z.strictObject({
  organization_id: OrganizationId.optional(),
  provider: Name.optional(),
  model: Name,
  service_tier: ServiceTier.default("standard"),
  region: Name.nullable().default(null),
  timestamp: z.iso.datetime({ offset: true }).optional().describe("When it would be; now when it is not given."),
  input_tokens: Count.default(0),
  cache_read_tokens: Count.default(0),
  cache_write_5m_tokens: Count.default(0),
  cache_write_1h_tokens: Count.default(0),
  output_tokens: Count.default(0),
  reasoning_tokens: Count.default(0),
  ...OTHER_COUNTS,
  calls: z.int().min(1).max(1_000_000_000).default(1).describe("How many such calls."),
  alternatives: z.int().min(0).max(50).default(5).describe("How many cheaper models to name."),
}).refine((call) => call.reasoning_tokens <= call.output_tokens, {
  path: ["reasoning_tokens"],
  message: "reasoning is part of output_tokens: give at most as many",
}).meta({
  id: "EstimateRequest",
  description: "A call that was not made. Counts are disjoint, reasoning is in output.",
});

const Estimate = z.object({
  provider: z.string(),
  model: z.string(),
  calls: z.int(),
  counts: Counts,
  currency: Currency,
  cost_usd: UsdOrNull,
  per_call_usd: UsdText.optional(),
  price: AppliedPrice.optional().describe("The price that it was made with."),
  components: z.array(CostComponent).optional().describe("The arithmetic of one call; they add up to per_call_usd."),
  unpriced_reason: UnpricedReason.optional(),
  detail: z.string().optional(),
  alternatives: z.array(z.object({
    provider: z.string(),
    model: z.string(),
    name: z.string().nullable(),
    is_same_provider: z.boolean(),
    cost_usd: UsdText,
    saving_usd: UsdText,
  })),
  chosen: z.string().describe("How the alternatives were chosen."),
}).meta({ id: "Estimate" });

const estimate = defineRoute({
  method: "post",
  path: "/estimates",
  summary: "Estimate a call before it is made",
  description: "Prices a call with the prices in force and names cheaper models, by price alone.",
  tag: "Costs",
  body: jsonBody(EstimateRequest),
  replies: { 200: { description: "The estimate", schema: Estimate } },
  operation: estimateCall,
  read: ({ body }) => ({
    organization_id: body.organization_id,
    provider: body.provider,
    model: body.model,
    service_tier: body.service_tier,
    region: body.region,
    timestamp: body.timestamp === undefined ? undefined : Date.parse(body.timestamp),
    counts: fromWireCounts(body),
    alternatives: body.alternatives,
  }),
  write: (output, { body }) => ({ status: 200, body: toWireEstimate(output, body.calls) }),
});

/** Routes of estimates. */
export const ESTIMATE_ROUTES: readonly Route[] = [estimate];
