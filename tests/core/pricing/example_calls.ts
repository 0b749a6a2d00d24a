/**
 * Calls and own prices for tests of pricing: everything that a test does not say is zero, standard or absent.
 */

import { formatUsd } from "../../../core/money.ts";
import { type OwnPrice, type OwnPriceInput, readOwnPrice } from "../../../core/pricing/own_price.ts";
import type { Cost, PriceQuestion } from "../../../core/pricing/price.ts";
import type { UsageCounts } from "../../../core/usage/record.ts";

/** A call of 2026-11-01T12:00:00Z. */
export function exampleCall(fields: Partial<PriceQuestion & UsageCounts>): PriceQuestion & UsageCounts {
  return {
    organization_id: "acme",
    provider: "openai",
    model: "gpt-4o",
    timestamp: Date.UTC(2026, 10, 1, 12),
    service_tier: "standard",
    region: null,
    input_tokens: 0,
    cache_read_tokens: 0,
    cache_write_5m_tokens: 0,
    cache_write_1h_tokens: 0,
    output_tokens: 0,
    reasoning_tokens: 0,
    units: null,
    ...fields,
  };
}

/** An own price of OpenAI's gpt-4o for the organization acme, from 2026-01-01 on. */
export function examplePrice(
  fields: Partial<OwnPriceInput> & { readonly id?: string; readonly organization_id?: string | null },
): OwnPrice {
  const { id = "price-1", organization_id = "acme", ...input } = fields;
  return readOwnPrice(
    {
      provider: "openai",
      model: "gpt-4o",
      effective_from: "2026-01-01",
      rates: { input_mtok: "1", output_mtok: "2" },
      ...input,
    },
    { id, organization_id, from: Date.UTC(2026, 0, 1) },
  );
}

/** The amount as it goes out, or the reason why there is none. */
export function costText(cost: Cost): string {
  return cost.amount === null ? cost.reason : formatUsd(cost.amount);
}
