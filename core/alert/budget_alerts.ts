/**
 * Alerts of budgets: one for each threshold that is reached in a period.
 */

import type { BudgetStatus } from "../budget/status.ts";
import { formatUsd } from "../money.ts";
import { formatInstant } from "../time.ts";
import { type Alert, writeDollars } from "./alert.ts";

/** How long after its period an alert is kept: a year and a bit. */
const KEPT_MS = 400 * 86_400_000;

/** The alerts of a budget as it stands, none where nobody knows what is spent. */
export function findBudgetAlerts(status: BudgetStatus): Alert[] {
  const { budget, period, spent, unpriced_records } = status;
  if (spent === null) return [];
  return status.thresholds_reached.map((percent) => ({
    type: "budget.threshold_reached",
    // With another amount it is another threshold, which is told too.
    key: JSON.stringify(["budget", budget.id, period.since, period.until, percent, formatUsd(budget.amount)]),
    text: `Budget ${budget.name} has reached ${percent}% in ${period.label}: ${writeDollars(spent)} of ` +
      `${writeDollars(budget.amount)} are spent` +
      (unpriced_records === 0n ? "" : `, ${unpriced_records} records without a price not in it`),
    data: {
      budget_id: budget.id,
      budget: budget.name,
      owner: budget.owner,
      threshold_percent: percent,
      period: {
        label: period.label,
        since: formatInstant(period.since, budget.tz),
        until: formatInstant(period.until, budget.tz),
      },
      state: status.state,
      currency: "USD",
      amount_usd: formatUsd(budget.amount),
      spent_usd: formatUsd(spent),
      unpriced_records: Number(unpriced_records),
    },
    keep_until: period.until + KEPT_MS,
  }));
}
