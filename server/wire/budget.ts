/**
 * Budgets on the wire: amounts as decimal strings, times as RFC 3339 in the budget's zone.
 */

import type { Budget } from "../../core/budget/budget.ts";
import type { BudgetVerdict } from "../../core/budget/check.ts";
import type { CurrentPeriod } from "../../core/budget/period.ts";
import type { BudgetStatus } from "../../core/budget/status.ts";
import { formatUsd, type Usd } from "../../core/money.ts";
import { formatInstant } from "../../core/time.ts";
import type { BudgetCheck } from "../operations/budget_status.ts";

/** A budget. */
export function toWireBudget(budget: Budget) {
  const { organization_id, id, name, amount, period, tz, scope, thresholds, owner, version } = budget;
  const range = period.name === "custom" ? period : undefined;
  return {
    id,
    organization_id,
    name,
    amount_usd: formatUsd(amount),
    period: period.name,
    since: range === undefined ? null : formatInstant(range.since, tz),
    until: range === undefined ? null : formatInstant(range.until, tz),
    tz,
    filter: Object.fromEntries([...scope].map(([dimension, values]) => [dimension, [...values]])),
    thresholds: [...thresholds],
    owner,
    version,
    created_at: formatInstant(budget.created_at, "UTC"),
    updated_at: formatInstant(budget.updated_at, "UTC"),
  };
}

/** How a budget stands. */
export function toWireBudgetStatus(status: BudgetStatus) {
  return { budget: toWireBudget(status.budget), ...toWireStanding(status) };
}

/** A check of budgets. */
export function toWireBudgetCheck({ is_allowed, cost, unpriced, unknown_project, spend, verdicts }: BudgetCheck) {
  return {
    allowed: is_allowed,
    ...(cost === undefined ? {} : { cost_usd: writeUsd(cost) }),
    ...(unpriced === undefined ? {} : { unpriced_reason: unpriced.reason, detail: unpriced.detail }),
    ...(unknown_project === undefined ? {} : { unknown_project }),
    fail_on: spend,
    budgets: verdicts.map(toWireVerdict),
  };
}

function toWireVerdict({ status, is_allowed, reason }: BudgetVerdict) {
  return {
    allowed: is_allowed,
    reason,
    budget: toWireBudget(status.budget),
    ...toWireStanding(status),
  };
}

function toWireStanding(status: BudgetStatus) {
  const { budget, period, state, spent, remaining, used_ratio, burn_rate, records, unpriced_records } = status;
  return {
    period: toWirePeriod(period, budget.tz),
    state,
    currency: "USD" as const,
    amount_usd: formatUsd(budget.amount),
    spent_usd: writeUsd(spent),
    remaining_usd: writeUsd(remaining),
    used_ratio: used_ratio === null ? null : Number(used_ratio) / 1e6,
    burn_rate_usd_per_day: writeUsd(burn_rate),
    thresholds_reached: [...status.thresholds_reached],
    records: Number(records),
    unpriced_records: Number(unpriced_records),
    unpriced_tokens: Number(status.unpriced_tokens),
    projection: status.projection,
  };
}

function toWirePeriod({ label, since, until, state }: CurrentPeriod, tz: string) {
  return { label, since: formatInstant(since, tz), until: formatInstant(until, tz), state };
}

function writeUsd(amount: Usd | null): string | null {
  return amount === null ? null : formatUsd(amount);
}
