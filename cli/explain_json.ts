/**
 * An explanation as JSON: amounts as decimal strings.
 */

import { formatUsd, usdFromNanos } from "../core/money.ts";
import type { AppliedPrice, CostComponent, Modifier } from "../core/pricing/price.ts";
import { findPriceKey } from "../core/pricing/price_keys.ts";
import { formatRate } from "../core/pricing/rate_card.ts";
import { formatInstant } from "../core/time.ts";
import { TEXT_UNIT_NAMES } from "../core/usage/units.ts";
import type { PricedUsage } from "../db/usage.ts";
import type { Explanation } from "../server/operations/explanations.ts";
import { formatQuantity } from "./components.ts";

/** Writes an explanation; ends with a newline. */
export function writeExplanation({ usage, cost, today, nearest_models }: Explanation): string {
  const priced = cost === null
    ? {
      unpriced_reason: usage.unpriced_reason,
      nearest_models,
      today: todayToWire(today),
    }
    : { components: cost.components.map(componentToWire), price: priceToWire(cost.price) };
  const wire = {
    ...recordToWire(usage),
    cost_usd: usage.cost === null ? null : formatUsd(usage.cost),
    currency: "USD",
    ...priced,
    counts: countsToWire(usage),
    reported_cost: reportedToWire(usage),
    quality: usage.quality,
  };
  return `${JSON.stringify(wire, null, 2)}\n`;
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

function componentToWire({ unit, quantity, price_key, rate, modifiers, amount }: CostComponent) {
  return {
    unit,
    quantity: Number(formatQuantity(unit, quantity)),
    price_key,
    rate_usd: formatRate(rate),
    per: findPriceKey(price_key)?.label ?? price_key,
    modifiers: modifiers.map(({ name }) => name),
    amount_usd: formatUsd(amount),
  };
}

function countsToWire({ units, ...usage }: PricedUsage) {
  const text = [...TEXT_UNIT_NAMES, "reasoning_tokens"] as const;
  const others = Object.entries(units ?? {}).map(([name, stored]) => [name, Number(formatQuantity(name, stored))]);
  return { ...Object.fromEntries(text.map((name) => [name, usage[name]])), ...Object.fromEntries(others) };
}

/** What the price book says of it today, had it been asked. */
function todayToWire(today: Explanation["today"]) {
  if (today === null) return null;
  if (today.amount !== null) return { cost_usd: formatUsd(today.amount) };
  return { cost_usd: null, unpriced_reason: today.reason, detail: today.detail };
}

function priceToWire({ rates, modifiers, ...price }: AppliedPrice) {
  return {
    ...price,
    rates: Object.fromEntries(Object.entries(rates).map(([key, rate]) => [key, formatRate(rate)])),
    modifiers: modifiers.map(modifierToWire),
  };
}

function modifierToWire({ numerator, denominator, ...modifier }: Modifier) {
  return { ...modifier, numerator: String(numerator), denominator: String(denominator) };
}

function reportedToWire({ reported_cost, cost }: PricedUsage) {
  if (reported_cost === null) return null;
  const difference_usd = cost === null ? null : formatUsd(usdFromNanos(reported_cost.amount - cost));
  return { text: reported_cost.text, amount_usd: formatUsd(reported_cost.amount), difference_usd };
}
