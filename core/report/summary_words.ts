/**
 * What stands beside a report's table, in words for people.
 */

import { displayCell, displayName, revealControls } from "./display.ts";
import { describeForecast } from "./forecast_words.ts";
import { isForecast, type Report } from "./report.ts";

/** The figures about a whole report, a line each, what its figures do not reach, and what to know before trusting them. */
export function describeSummary({ report }: Pick<Report, "report">): string[] {
  const told = isForecast({ report }) ? describeForecast({ report }) : Object.entries(report.summary ?? {})
    .map(([name, { value, type }]) => `${displayName(name)}: ${displayCell(value, type)}`);
  const figures = [...told, ...describeUnjudged({ report })];
  const warnings = (report.warnings ?? []).map((warning) => revealControls(`Note: ${warning}`));
  if (report.records_since === undefined) return [...figures, ...warnings];
  return [
    ...figures,
    ...warnings,
    `Latencies and statuses are of the records since ${report.records_since}; earlier ones are dropped`,
  ];
}

/** How much of a report of anomalies nobody can judge yet: what is usual is learned from the periods before. */
export function describeUnjudged({ report }: Pick<Report, "report">): string[] {
  const periods = report.type === "anomaly" ? report.tables?.periods?.rows ?? [] : [];
  // The period that runs is judged only when it is above all that was expected of it.
  const ended = Date.parse(report.until) > Date.parse(report.generated_at) ? periods.slice(0, -1) : periods;
  const judged = ended.findIndex(([, , expected = null]) => expected !== null);
  const unjudged = judged === -1 ? ended.length : judged;
  if (unjudged === 0) return [];
  return [`Not judged: ${unjudged} of ${periods.length} periods, since what is usual is learned from two weeks before`];
}
