/**
 * Every operation that a command performs, over HTTP.
 */

import { ACCOUNT_BINDINGS } from "./accounts.ts";
import { ALERT_BINDINGS } from "./alerts.ts";
import { ANOMALY_BINDINGS } from "./anomalies.ts";
import type { AnyBinding } from "./binding.ts";
import { BUDGET_BINDINGS } from "./budgets.ts";
import { FORECAST_BINDINGS } from "./forecasts.ts";
import { PRICE_BINDINGS } from "./prices.ts";
import { REPORT_JOB_BINDINGS } from "./report_jobs.ts";
import { REPORT_BINDINGS } from "./reports.ts";
import { USAGE_BINDINGS } from "./usage.ts";

/**
 * Bindings by the name of their operation. `ingestUsage` and `downloadReport` have none: one sends many requests, the other
 * takes a file.
 */
export const BINDINGS: Readonly<Record<string, AnyBinding>> = {
  ...REPORT_BINDINGS,
  ...FORECAST_BINDINGS,
  ...REPORT_JOB_BINDINGS,
  ...USAGE_BINDINGS,
  ...PRICE_BINDINGS,
  ...BUDGET_BINDINGS,
  ...ALERT_BINDINGS,
  ...ANOMALY_BINDINGS,
  ...ACCOUNT_BINDINGS,
};
