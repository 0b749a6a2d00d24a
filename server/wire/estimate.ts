/**
 * An estimate on the wire: amounts as decimal strings.
 */

import { formatUsd, type Usd } from "../../core/money.ts";
import type { EstimateAnswer } from "../operations/estimates.ts";
import { toWireComponent, toWireCounts } from "./counts.ts";
import { toWirePrice } from "./price.ts";

/** An estimate of so many equal calls. */
export function toWireEstimate(estimate: EstimateAnswer, calls: number) {
  const { cost, alternatives, counts, provider, model, chosen } = estimate;
  const times = (amount: bigint) => formatUsd((amount * BigInt(calls)) as Usd);
  const priced = cost.amount === null ? { cost_usd: null, unpriced_reason: cost.reason, detail: cost.detail } : {
    cost_usd: times(cost.amount),
    per_call_usd: formatUsd(cost.amount),
    components: cost.components.map(toWireComponent),
    price: toWirePrice(cost.price),
  };
  return {
    provider,
    model,
    calls,
    counts: toWireCounts(counts),
    currency: "USD",
    ...priced,
    alternatives: alternatives.map(({ amount, saving, ...other }) => ({
      ...other,
      cost_usd: times(amount),
      saving_usd: times(saving),
    })),
    chosen,
  };
}
