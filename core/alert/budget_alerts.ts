/**
 * Alerts of budgets: one at a time, for the highest threshold that is reached in a period.
 */

import type { BudgetStatus } from "../budget/status.ts";
import { formatUsd } from "../money.ts";
import { formatInstant } from "../time.ts";
import { displayUsd } from "../report/display.ts";
import type { Alert } from "./alert.ts";

/** How long after its period an alert is kept: a year and a bit. */
const KEPT_MS = 400 * 86_400_000;

/** What tells the alerts of one budget in one period, but the threshold and the amount. */
type PeriodKey = readonly ["budget", string, number, number];

/**
 * The alert of a budget as it stands: of the highest threshold that is reached, unless `raised` has the key of that one or
 * of a higher one of the same amount in the same period. Undefined where nobody knows what is spent.
 */
export function findBudgetAlert(status: BudgetStatus, raised: ReadonlySet<string>): Alert | undefined {
  const { budget, period, spent, unpriced_records } = status;
  const percent = status.thresholds_reached.at(-1);
  if (spent === null || percent === undefined) return undefined;
  const key: PeriodKey = ["budget", budget.id, period.since, period.until];
  const amount_usd = formatUsd(budget.amount);
  if (percent <= highestOf(key, { raised, amount_usd })) return undefined;
  const unpriced = `${unpriced_records} ${unpriced_records === 1n ? "record" : "records"}`;
  return {
    type: "budget.threshold_reached",
    // With another amount it is another threshold, which is told too.
    key: JSON.stringify([...key, percent, amount_usd]),
    text: `Budget ${budget.name} has reached ${percent}% in ${period.label}: ${displayUsd(spent)} of ` +
      `${displayUsd(budget.amount)} are spent` +
      (unpriced_records === 0n ? "" : `, ${unpriced} without a price not in it`),
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
      amount_usd,
      spent_usd: formatUsd(spent),
      unpriced_records: Number(unpriced_records),
    },
    keep_until: period.until + KEPT_MS,
  };
}

/** The highest threshold of an amount in a budget's period that an alert was raised of; 0 when there was none. */
function highestOf(
  key: PeriodKey,
  { raised, amount_usd }: { readonly raised: ReadonlySet<string>; readonly amount_usd: string },
): number {
  const begin = `${JSON.stringify(key).slice(0, -1)},`;
  const end = `,${JSON.stringify(amount_usd)}]`;
  const keys = [...raised].filter((one) => one.startsWith(begin) && one.endsWith(end));
  return Math.max(0, ...keys.map((one) => Number(one.slice(begin.length, -end.length))));
}
