/**
 * Prices on the wire.
 */

import { z } from "@hono/zod-openapi";
import { OwnPriceInput } from "../../../core/pricing/own_price.ts";
import { Rate } from "./applied_price.ts";
import { Count, Currency, Instant, OrganizationId, orNull, ServiceTier, UnpricedReason, UsdOrNull } from "./values.ts";

const Rates = z.record(
  z.string(),
  z.union([
    Rate,
    z.object({ base: Rate, tiers: z.array(z.object({ above_input_tokens: z.int(), price: Rate })) }),
  ]),
).describe("US dollars by price key: `input_mtok` is for a million input tokens.");

const Moment = z.union([Instant, z.iso.date()]);

/** A price of the price book. */
export const PriceEntry = z.object({
  source: z.enum(["organization", "installation", "catalogue"]),
  reference: z.string().describe("The catalogue's version, or the id of the own price."),
  provider: z.string(),
  model: z.string(),
  effective_from: orNull(Moment),
  effective_to: orNull(Moment),
  hours: z.string().nullable(),
  state: z.enum(["past", "current", "future", "voided"]),
  note: z.string().nullable(),
  currency: Currency,
  rates: Rates,
}).meta({ id: "PriceEntry" });

/** A price of a model's history. */
export const ShownPrice = PriceEntry.extend({
  is_in_use: z.boolean().describe("Costs take it now; one for hours of the day, in these hours."),
  set_aside_by: z.string().nullable().describe("The own price that holds in the place of it."),
}).meta({ id: "ShownPrice" });

/** An own price. */
export const OwnPrice = z.object({
  id: z.string(),
  organization_id: z.string().nullable().describe("Null is the whole installation's."),
  provider: z.string(),
  model: z.string().describe("A model's name, or a pattern with `*`."),
  effective_from: Instant,
  effective_to: orNull(Instant),
  rates: Rates,
  hours: z.string().nullable(),
  modifiers: z.record(z.string(), z.string()).describe("Factors by service tier."),
  source: z.string().nullable(),
  note: z.string().nullable(),
}).meta({ id: "OwnPrice" });

/** An own price to be set. */
export const SetPriceRequest = OwnPriceInput.extend({
  organization_id: OrganizationId.optional(),
  is_installation: z.boolean().default(false).describe("For every organization; only a super admin's to set."),
  dry_run: z.boolean().default(false).describe("Nothing is stored; the answer is what would be."),
}).meta({ id: "SetPriceRequest" });

/** What setting a price did. */
export const PriceChange = z.object({
  dry_run: z.boolean(),
  set: OwnPrice,
  ended: orNull(OwnPrice).describe(
    "The price that held until further notice and now ends where the new one begins.",
  ),
  resumed: orNull(OwnPrice).describe("The ended price again, from where the new one ends."),
  notice: z.string().nullable(),
  missing: z.object({
    rates: z.array(z.object({ price_key: z.string(), instead: z.string().nullable() })),
    service_tiers: z.array(ServiceTier),
  }).describe("What the catalogue has for the model and this price has not."),
}).meta({ id: "PriceChange" });

/** When an own price ends. */
export const EndPriceRequest = z.strictObject({
  organization_id: OrganizationId.optional(),
  at: z.string().min(1).max(64).optional().describe("RFC 3339, or a day of UTC; now when it is not given."),
  is_installation: z.boolean().default(false).describe("It is the whole installation's; only a super admin's to end."),
  dry_run: z.boolean().default(false).describe("Nothing is stored; the answer is what would be."),
}).meta({ id: "EndPriceRequest" });

/** What ending a price did. */
export const PriceEnd = z.object({
  dry_run: z.boolean(),
  ended: OwnPrice,
  restored: orNull(OwnPrice).describe("The price that an undone one had ended; it holds again."),
}).meta({ id: "PriceEnd" });

/** Which stored costs are made anew. */
export const RepriceRequest = z.strictObject({
  organization_id: OrganizationId.optional(),
  since: z.string().min(1).max(64).optional(),
  until: z.string().min(1).max(64).optional(),
  tz: z.string().min(1).max(64).optional(),
  filter: z.array(z.string().max(1024)).max(100).optional(),
  dry_run: z.boolean().default(false).describe("Nothing is changed; the answer is what would be."),
}).meta({ id: "RepriceRequest" });

const REPRICE_TOTALS = {
  records: Count,
  changed: Count,
  changed_amounts: Count,
  newly_priced: Count,
  newly_unpriced: Count,
  unpriced_before: Count,
  unpriced_after: Count,
  before_usd: UsdOrNull,
  after_usd: UsdOrNull,
  difference_usd: UsdOrNull,
};

/** What pricing again did, or would do. */
export const Repricing = z.object({
  dry_run: z.boolean(),
  currency: Currency,
  ...REPRICE_TOTALS,
  models: z.array(z.object({ provider: z.string(), model: z.string(), ...REPRICE_TOTALS })),
}).meta({ id: "Repricing" });

/** Records of one model without a price. */
export const MissingPrice = z.object({
  provider: z.string(),
  model: z.string(),
  service_tier: z.string(),
  reason: UnpricedReason,
  records: z.int().min(1),
  tokens: z.int().min(0),
  first_seen: Instant,
  last_seen: Instant,
  nearest_models: z.array(z.string()),
}).meta({ id: "MissingPrice" });
