/**
 * How a budget stands: what is spent of it, exactly, what is left, and which thresholds that has reached.
 */

import { knownCost } from "../analytics/fold.ts";
import type { Measures } from "../analytics/measures.ts";
import { ratioOf } from "../analytics/ratio.ts";
import { divideHalfEven, type Usd, usdFromNanos, ZERO_USD } from "../money.ts";
import type { Budget } from "./budget.ts";
import type { CurrentPeriod } from "./period.ts";
import type { BudgetProjection } from "./projection.ts";

/**
 * `ok`: no threshold is reached. `warning`: one is, and the amount is not exceeded. `exceeded`: more is spent than the
 * amount. `unknown`: nothing of the usage has a price, so nobody can tell.
 */
export const BUDGET_STATES = ["ok", "warning", "exceeded", "unknown"] as const;
export type BudgetState = (typeof BUDGET_STATES)[number];

/** How a budget stands in one period. */
export interface BudgetStatus {
  readonly budget: Budget;
  readonly period: CurrentPeriod;
  readonly state: BudgetState;
  /** The cost of the period's records that have a price; null when there are records and none has one. */
  readonly spent: Usd | null;
  /** Below 0 when the budget is exceeded. */
  readonly remaining: Usd | null;
  /** Spent over the amount, in millionths. */
  readonly used_ratio: bigint | null;
  /** Spent for each 24 hours of the period so far, rounded half to even; null when none of it has passed. */
  readonly burn_rate: Usd | null;
  /** Thresholds in percent that are reached, ascending. */
  readonly thresholds_reached: readonly number[];
  readonly records: bigint;
  /** Usage that is not in `spent` since it has no price. */
  readonly unpriced_records: bigint;
  readonly unpriced_tokens: bigint;
  /** What comes until the period's end; null when it was not asked for, or the period is not running. */
  readonly projection: BudgetProjection | null;
}

const DAY_MS = 86_400_000n;

/** Works out how a budget stands from the sums over its period's records. */
export function describeStatus(
  { budget, period, measures, projection }: {
    readonly budget: Budget;
    readonly period: CurrentPeriod;
    readonly measures: Measures;
    readonly projection: BudgetProjection | null;
  },
  now: number,
): BudgetStatus {
  const { amount } = budget;
  const spent = measures.records === 0n ? ZERO_USD : knownCost(measures);
  const thresholds_reached = spent === null
    ? []
    : budget.thresholds.filter((percent) => isReached(spent, amount, percent));
  const passed_ms = BigInt(Math.max(0, Math.min(now, period.until) - period.since));
  return {
    budget,
    period,
    state: stateOf({ spent, amount, isWarned: thresholds_reached.length > 0 }),
    spent,
    remaining: spent === null ? null : usdFromNanos(amount - spent),
    used_ratio: ratioOf(spent, amount),
    burn_rate: spent === null || passed_ms === 0n ? null : usdFromNanos(divideHalfEven(spent * DAY_MS, passed_ms)),
    thresholds_reached,
    records: measures.records,
    unpriced_records: measures.unpriced_records,
    unpriced_tokens: measures.unpriced_tokens,
    projection,
  };
}

/** Whether so many percent of an amount are spent, exactly. */
export function isReached(spent: Usd, amount: Usd, percent: number): boolean {
  return spent * 100n >= amount * BigInt(percent);
}

function stateOf(
  { spent, amount, isWarned }: { readonly spent: Usd | null; readonly amount: Usd; readonly isWarned: boolean },
): BudgetState {
  if (spent === null) return "unknown";
  if (spent > amount) return "exceeded";
  return isWarned ? "warning" : "ok";
}
