/**
 * An explanation on the wire: amounts as decimal strings.
 */

import { formatUsd, usdFromNanos } from "../../core/money.ts";
import { formatInstant } from "../../core/time.ts";
import type { PricedUsage } from "../../db/usage.ts";
import type { Explanation } from "../operations/explanations.ts";
import { toWireComponent, toWireCounts } from "./counts.ts";
import { toWirePrice } from "./price.ts";

/** An explanation. */
export function toWireExplanation({ usage, cost, today, nearest_models }: Explanation) {
  const priced = cost === null
    ? {
      unpriced_reason: usage.unpriced_reason,
      nearest_models,
      today: todayToWire(today),
    }
    : { components: cost.components.map(toWireComponent), price: toWirePrice(cost.price) };
  return {
    ...recordToWire(usage),
    cost_usd: usage.cost === null ? null : formatUsd(usage.cost),
    currency: "USD",
    ...priced,
    counts: toWireCounts(usage),
    reported_cost: reportedToWire(usage),
    quality: usage.quality,
  };
}

function recordToWire(usage: PricedUsage) {
  const { organization_id, id, provider, model, catalog_model, service_tier, region, operation, project } = usage;
  const { user, environment, session, tags, source, format } = usage;
  return {
    organization_id,
    id,
    timestamp: formatInstant(usage.timestamp, "UTC"),
    ingested_at: formatInstant(usage.ingested_at, "UTC"),
    provider,
    model,
    catalog_model,
    service_tier,
    region,
    operation,
    project,
    user,
    environment,
    session,
    tags,
    source,
    format,
  };
}

/** What the price book says of it today, had it been asked. */
function todayToWire(today: Explanation["today"]) {
  if (today === null) return null;
  if (today.amount !== null) return { cost_usd: formatUsd(today.amount) };
  return { cost_usd: null, unpriced_reason: today.reason, detail: today.detail };
}

function reportedToWire({ reported_cost, cost }: PricedUsage) {
  if (reported_cost === null) return null;
  const difference_usd = cost === null ? null : formatUsd(usdFromNanos(reported_cost.amount - cost));
  return { text: reported_cost.text, amount_usd: formatUsd(reported_cost.amount), difference_usd };
}
