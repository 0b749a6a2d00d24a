/**
 * The periods of a report of anomalies as a report of costs: by period, apart where they were unusual.
 */

import type { Report } from "./report.ts";

/** Gives the table `periods` as rows: period, whether it was unusual, cost. */
export function toMarkedPeriods(report: Report): Report {
  const rows = report.report.tables?.periods?.rows ?? [];
  return {
    ...report,
    columns: [{ name: "period", type: "time" }, { name: "kind", type: "text" }, { name: "cost_usd", type: "usd" }],
    rows: rows.map(([period = null, cost = null, , anomaly = null]) => [
      period,
      anomaly === null ? "As usual" : anomaly === "above" ? "Above what is usual" : "Below what is usual",
      cost,
    ]),
  };
}
