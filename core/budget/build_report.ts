/**
 * A report of how budgets stand: a row for each.
 */

import { toApproximateCell } from "../report/cell.ts";
import type { Cell, Report, ReportColumn } from "../report/report.ts";
import { formatInstant } from "../time.ts";
import { writeFilter } from "./read_budget.ts";
import type { BudgetStatus } from "./status.ts";

interface BudgetColumn extends ReportColumn {
  readonly read: (status: BudgetStatus) => Cell;
}

const COLUMNS: readonly BudgetColumn[] = [
  { name: "budget", type: "text", read: ({ budget }) => budget.name },
  { name: "owner", type: "text", read: ({ budget }) => budget.owner },
  { name: "filter", type: "text", read: ({ budget }) => writeScope(budget.scope) },
  { name: "period", type: "time", read: ({ period }) => period.label },
  { name: "state", type: "text", read: ({ state }) => state },
  { name: "amount_usd", type: "usd", read: ({ budget }) => budget.amount },
  { name: "spent_usd", type: "usd", read: ({ spent }) => spent },
  { name: "remaining_usd", type: "usd", read: ({ remaining }) => remaining },
  { name: "used_ratio", type: "ratio", read: ({ used_ratio }) => used_ratio },
  { name: "burn_rate_usd_per_day", type: "usd", read: ({ burn_rate }) => burn_rate },
  { name: "projected", type: "approximate_usd", read: ({ projection }) => approximate(projection?.expected) },
  { name: "projected_lower", type: "approximate_usd", read: ({ projection }) => approximate(projection?.lower) },
  { name: "projected_upper", type: "approximate_usd", read: ({ projection }) => approximate(projection?.upper) },
  { name: "exceeded_on", type: "time", read: ({ projection }) => projection?.exceeded_on ?? null },
  { name: "records", type: "integer", read: ({ records }) => records },
  { name: "unpriced_records", type: "integer", read: ({ unpriced_records }) => unpriced_records },
];

/** What a report of budgets is made of. */
export interface BudgetReportInput {
  readonly organization_id: string;
  /** In the order of the rows. */
  readonly statuses: readonly BudgetStatus[];
  /** Milliseconds since 1970 UTC. */
  readonly now: number;
  /** `genai-prices 0.1.8`. */
  readonly price_book: string;
}

/**
 * Reports how budgets stand. A record counts in every budget that takes it, so nothing is added up over budgets, and how
 * much has a price is told of each by its own counts.
 */
export function buildBudgetReport({ organization_id, statuses, now, price_book }: BudgetReportInput): Report {
  const periods = statuses.map(({ period }) => period);
  return {
    report: {
      type: "budget",
      title: "Budgets",
      organization_id,
      since: formatInstant(Math.min(now, ...periods.map(({ since }) => since)), "UTC"),
      until: formatInstant(Math.max(now, ...periods.map(({ until }) => until)), "UTC"),
      tz: "UTC",
      group_by: [],
      filter: {},
      currency: "USD",
      generated_at: formatInstant(now, "UTC"),
      price_book,
    },
    columns: COLUMNS.map(({ name, type }) => ({ name, type })),
    rows: statuses.map((status) => COLUMNS.map(({ read }) => read(status))),
    totals: {},
    coverage: null,
  };
}

/** What counts in a budget, for people: `project=search tag:team=core`; null is all of the organization. */
export function writeScope(scope: BudgetStatus["budget"]["scope"]): string | null {
  return scope.size === 0 ? null : [...scope].map(([name, values]) => writeFilter(name, values)).join(" ");
}

function approximate(dollars: number | undefined): Cell {
  return dollars === undefined ? null : toApproximateCell(dollars);
}
