/**
 * Every route below the base path. What is in this list is served, documented and tested; nothing else is.
 */

import { ADMIN_ROUTES } from "./admin.ts";
import { ALERT_ROUTES } from "./alerts.ts";
import { ANALYTICS_ROUTES } from "./analytics.ts";
import { ANOMALY_ROUTES } from "./anomalies.ts";
import { AUTH_ROUTES } from "./auth.ts";
import { BUDGET_ROUTES } from "./budgets.ts";
import { COST_ROUTES } from "./costs.ts";
import { ESTIMATE_ROUTES } from "./estimates.ts";
import { FORECAST_ROUTES } from "./forecasts.ts";
import { IMPORT_ROUTES } from "./imports.ts";
import { INGEST_ROUTES } from "./ingest.ts";
import { PRICE_ROUTES } from "./prices.ts";
import { REPORT_ROUTES } from "./reports.ts";
import type { Route } from "./route.ts";
import { USAGE_ROUTES } from "./usage.ts";

/** The path that all routes are below. */
export const BASE_PATH = "/api/v1";

/** All routes, by resource. */
export const ROUTES: readonly Route[] = [
  ...INGEST_ROUTES,
  ...IMPORT_ROUTES,
  ...USAGE_ROUTES,
  ...ANALYTICS_ROUTES,
  ...COST_ROUTES,
  ...ANOMALY_ROUTES,
  ...ESTIMATE_ROUTES,
  ...FORECAST_ROUTES,
  ...PRICE_ROUTES,
  ...BUDGET_ROUTES,
  ...REPORT_ROUTES,
  ...ALERT_ROUTES,
  ...AUTH_ROUTES,
  ...ADMIN_ROUTES,
];
