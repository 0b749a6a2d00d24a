/**
 * What a lookup of a price gives: a plan to price counts with, or why there is none.
 */

import type { Hours } from "./hours.ts";
import type { Cost, UnpricedReason } from "./price.ts";
import type { RatePlan } from "./rate_plan.ts";

/** A cost that is null, with its reason. */
export type Unpriced = Extract<Cost, { readonly amount: null }>;

/** What a lookup found. */
export type FoundPrice =
  | { readonly plan: RatePlan }
  | { readonly plan: null; readonly unpriced: Unpriced };

/** A price that may hold: from an instant until just before another, perhaps for hours of the day only. */
export interface Candidate {
  readonly from: number;
  readonly to: number;
  readonly hours: Hours | null;
  readonly found: FoundPrice;
}

/** The answer of a lookup that found no price. */
export function noPrice(reason: UnpricedReason, detail: string): FoundPrice {
  return { plan: null, unpriced: { amount: null, reason, detail } };
}
