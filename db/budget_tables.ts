/**
 * The tables of budgets as queries see them.
 */

import type { Whole, WholeOrNull } from "./tables.ts";

/** Budgets; what is spent of them is added up from usage. */
export interface BudgetsTable {
  organization_id: string;
  id: string;
  name: string;
  amount_nanos: Whole;
  period: "day" | "week" | "month" | "quarter" | "custom";
  /** Only of a custom period. */
  since: WholeOrNull;
  until: WholeOrNull;
  tz: string;
  /** JSON object: lists of values by dimension. */
  filter: string;
  /** JSON list of whole percents. */
  thresholds: string;
  owner: string | null;
  version: Whole;
  created_at: Whole;
  updated_at: Whole;
}

/** Every table of budgets by its name. */
export interface BudgetTables {
  budgets: BudgetsTable;
}
