/**
 * Reads what an anomaly was made of, and what the weeks before it were.
 */

import type { RelativeRates } from "../../core/anomaly/causes.ts";
import { comparedBuckets, explainAnomaly, nameModel } from "../../core/anomaly/explain.ts";
import type { FoundAnomaly } from "../../core/anomaly/judge.ts";
import type { AnomalyPlan } from "../../core/anomaly/plan.ts";
import type { CostRow } from "../../core/analytics/measures.ts";
import type { CostQuery, Dimension } from "../../core/analytics/query.ts";
import { LIMITS } from "../../core/limits.ts";
import type { PriceBook } from "../../core/pricing/price_book.ts";
import { readCosts } from "../../db/costs.ts";
import type { Environment } from "../environment.ts";

/** Why an anomaly is one and where it comes from. Fails with `too_large` where its groups are too many to be read. */
export async function explainFound(
  environment: Environment,
  anomaly: FoundAnomaly,
  { query, plan }: { readonly query: CostQuery; readonly plan: AnomalyPlan },
) {
  const others = query.group_by.filter((name) => name !== "provider" && name !== "model");
  const dimensions = (["provider", "model", ...others] as Dimension[]).slice(0, LIMITS.group_by);
  const filter = new Map(query.filter);
  for (const [name, value] of anomaly.key) filter.set(name, [value ?? ""]);
  const buckets = comparedBuckets(anomaly, plan);
  const rows = await readCosts(environment.database, {
    ...query,
    interval: null,
    group_by: dimensions,
    filter,
    buckets,
  });
  const rates = findRates(await environment.priceBook(), rows, {
    organization_id: query.organization_id,
    timestamp: buckets[0]!.since,
  });
  return explainAnomaly(anomaly, { rows, weeks: buckets.length - 1, dimensions, rates });
}

/** What cached and output tokens cost beside input tokens, for every model that has a price at the time. */
function findRates(
  book: PriceBook,
  rows: readonly CostRow[],
  { organization_id, timestamp }: { readonly organization_id: string; readonly timestamp: number },
): Map<string, RelativeRates> {
  const rates = new Map<string, RelativeRates>();
  for (const { dimensions: [provider = null, model = null] } of rows) {
    const name = nameModel(provider, model);
    if (rates.has(name) || provider === null || model === null) continue;
    const question = { organization_id, provider, model, timestamp, service_tier: "standard", region: null } as const;
    const found = book.findPrice(question);
    const known = found.plan === null ? undefined : relativeRates(found.plan.steps[0].price.rates);
    if (known !== undefined) rates.set(name, known);
  }
  return rates;
}

function relativeRates(rates: { readonly [key: string]: { readonly nanos: bigint; readonly per: bigint } }) {
  const each = (key: string) => {
    const rate = rates[key];
    return rate === undefined ? undefined : Number(rate.nanos) / Number(rate.per);
  };
  const input = each("input_mtok");
  if (input === undefined || input === 0) return undefined;
  return {
    cache_read: (each("cache_read_mtok") ?? input) / input,
    cache_write: (each("cache_write_mtok") ?? input) / input,
    output: (each("output_mtok") ?? 0) / input,
  };
}
