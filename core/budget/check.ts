/**
 * Whether a call fits the budgets that it counts in.
 */

import type { Dimension } from "../analytics/query.ts";
import { type Usd, ZERO_USD } from "../money.ts";
import type { BudgetScope } from "./budget.ts";
import type { BudgetStatus } from "./status.ts";

/** What is compared with the amount: what is spent, or what is expected to be by the period's end. */
export const CHECKED_SPENDS = ["actual", "projected"] as const;
export type CheckedSpend = (typeof CHECKED_SPENDS)[number];

/**
 * Why a call does not fit. `exceeded`: more than the amount is spent already. `would_exceed`: it would be with the call.
 * `projected`: it is expected to be by the period's end. `unpriced`: what the call costs is not known, which is not 0.
 */
export const CHECK_REASONS = ["exceeded", "would_exceed", "projected", "unpriced"] as const;
export type CheckReason = (typeof CHECK_REASONS)[number];

/** Whether one budget lets a call pass. */
export interface BudgetVerdict {
  readonly status: BudgetStatus;
  readonly is_allowed: boolean;
  /** Null when it is allowed. */
  readonly reason: CheckReason | null;
}

/** Whether a record with these values counts in a budget; one without a value of a dimension has `""` there. */
export function isInScope(scope: BudgetScope, valueOf: (dimension: Dimension) => string): boolean {
  return [...scope].every(([dimension, values]) => values.includes(valueOf(dimension)));
}

/** Judges a call by how a budget stands; `cost` is null when it is not known. Usage without a price is not spent. */
export function checkBudget(
  status: BudgetStatus,
  { cost, spend }: { readonly cost: Usd | null; readonly spend: CheckedSpend },
): BudgetVerdict {
  const reason = findReason(status, { cost, spend });
  return { status, is_allowed: reason === null, reason };
}

function findReason(
  { budget, period, spent, projection }: BudgetStatus,
  { cost, spend }: { readonly cost: Usd | null; readonly spend: CheckedSpend },
): CheckReason | null {
  const known = spent ?? ZERO_USD;
  if (known > budget.amount) return "exceeded";
  // A call that is made now is in no period that has ended or is to come.
  if (period.state === "running") {
    if (cost === null) return "unpriced";
    if (known + cost > budget.amount) return "would_exceed";
  }
  const isProjected = spend === "projected" && projection !== null && projection.exceeded_on !== null;
  return isProjected ? "projected" : null;
}
