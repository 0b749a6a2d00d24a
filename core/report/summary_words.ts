/**
 * What stands beside a report's table, in words for people.
 */

import { displayCell, displayName, revealControls } from "./display.ts";
import { describeForecast } from "./forecast_words.ts";
import { isForecast, type Report } from "./report.ts";

/** The figures about a whole report, a line each, what its figures do not reach, and what to know before trusting them. */
export function describeSummary({ report }: Pick<Report, "report">): string[] {
  const figures = isForecast({ report }) ? describeForecast({ report }) : Object.entries(report.summary ?? {})
    .map(([name, { value, type }]) => `${displayName(name)}: ${displayCell(value, type)}`);
  const warnings = (report.warnings ?? []).map((warning) => revealControls(`Note: ${warning}`));
  if (report.records_since === undefined) return [...figures, ...warnings];
  return [
    ...figures,
    ...warnings,
    `Latencies and statuses are of the records since ${report.records_since}; earlier ones are dropped`,
  ];
}
