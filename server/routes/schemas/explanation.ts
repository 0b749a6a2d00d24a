/**
 * An explanation on the wire.
 */

import { z } from "@hono/zod-openapi";
import { AppliedPrice, Rate } from "./applied_price.ts";
import { RECORD_LABELS } from "./stored_usage.ts";
import { Counts, Currency, Instant, orNull, UnpricedReason, UsdOrNull, UsdText } from "./values.ts";

/** One line of a cost's arithmetic. */
export const CostComponent = z.object({
  unit: z.string(),
  quantity: z.number(),
  price_key: z.string(),
  rate_usd: Rate,
  per: z.string().describe("What the rate is for: `1M tokens`."),
  modifiers: z.array(z.string()),
  amount_usd: UsdText,
}).meta({ id: "CostComponent" });

/** A record, and its cost as a sum. */
export const Explanation = z.object({
  ...RECORD_LABELS,
  ingested_at: Instant,
  catalog_model: z.string().nullable(),
  source: z.string(),
  format: z.string(),
  cost_usd: UsdOrNull,
  currency: Currency,
  components: z.array(CostComponent).optional().describe("They add up to cost_usd."),
  price: AppliedPrice.optional(),
  unpriced_reason: orNull(UnpricedReason).optional(),
  nearest_models: z.array(z.string()).optional(),
  today: z.object({
    cost_usd: UsdOrNull,
    unpriced_reason: UnpricedReason.optional(),
    detail: z.string().optional(),
  }).nullable().optional().describe("What the price book says of it now."),
  counts: Counts,
  reported_cost: z.object({
    text: z.string(),
    amount_usd: UsdText,
    difference_usd: UsdOrNull,
  }).nullable(),
  quality: z.array(z.string()),
}).meta({ id: "Explanation" });
