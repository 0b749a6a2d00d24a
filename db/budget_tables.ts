/**
 * The tables of budgets and alerts as queries see them.
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

/** Where alerts are sent. */
export interface AlertChannelsTable {
  organization_id: string;
  id: string;
  name: string;
  kind: "webhook" | "slack";
  url: string;
  secret: string | null;
  created_at: Whole;
}

/** Alerts that were raised. */
export interface AlertsTable {
  organization_id: string;
  id: string;
  alert_key: string;
  type: string;
  message: string;
  /** JSON object. */
  data: string;
  raised_at: Whole;
  keep_until: Whole;
}

/** What becomes of an alert on its way to a channel. */
export interface AlertDeliveriesTable {
  organization_id: string;
  alert_id: string;
  channel_id: string;
  state: "pending" | "delivered" | "failed";
  tries: Whole;
  next_at: Whole;
  outcome: string | null;
  ended_at: WholeOrNull;
}

/** Every table of budgets and alerts by its name. */
export interface BudgetTables {
  budgets: BudgetsTable;
  alert_channels: AlertChannelsTable;
  alerts: AlertsTable;
  alert_deliveries: AlertDeliveriesTable;
}
