/**
 * Anomalies for a terminal: a few lines each, the cause in dollars.
 */

import { type Bar, writeBars } from "../report/chart.ts";
import { describeUnjudged } from "../report/summary_words.ts";
import { describeNoRows, describePeriod, describeUnpriced, displayCell } from "../report/display.ts";
import { usdFromNanos } from "../money.ts";
import type { WriteOptions } from "../report/format.ts";
import type { Cell, Report } from "../report/report.ts";

/** Bars of the chart: a month of days. */
const MOST_BARS = 31;
const WIDTH = 80;

/** Writes a report of anomalies: the last periods as bars, marked where they were unusual, then each anomaly. */
export function* writeAnomalyView(report: Report, { width = WIDTH }: WriteOptions = {}): Generator<string> {
  yield `Anomalies, ${describePeriod(report)}\n\n`;
  yield* writeBars(toBars(report), { width });
  const periods = report.report.tables?.periods?.rows.length ?? 0;
  if (periods > MOST_BARS) yield `The chart shows the last ${MOST_BARS} of ${periods} periods\n`;
  for (const figure of describeUnjudged(report)) yield `${figure}\n`;
  for (const row of report.rows) yield* writeAnomaly(report, row);
  if (report.rows.length === 0) yield `\n${describeNoRows(report)}\n`;
  const unpriced = describeUnpriced(report.coverage);
  if (unpriced !== undefined) yield `\n${unpriced}\n`;
}

const MARKS: Readonly<Record<string, string>> = { above: "▲", below: "▼" };

function toBars({ report }: Report): Bar[] {
  const periods = report.tables?.periods?.rows ?? [];
  return periods.slice(-MOST_BARS).map(([period = null, cost, , anomaly = null]) => ({
    label: `${displayCell(period, "time")} ${anomaly === null ? " " : MARKS[String(anomaly)]!}`,
    amount: usdFromNanos(typeof cost === "bigint" ? cost : 0n),
  }));
}

function* writeAnomaly({ columns }: Report, row: readonly Cell[]): Generator<string> {
  const show = (name: string) => {
    const at = columns.findIndex((column) => column.name === name);
    return displayCell(row[at] ?? null, columns[at]!.type);
  };
  const impact = show("impact_usd");
  const sign = impact.startsWith("-") ? "" : "+";
  yield `\n${show("since")}  ${show("series")}  ${sign}${impact}  ${show("severity")}, ${show("state")}\n`;
  // A day ends where the next begins.
  const end = show("until").replace(/T00:00:00(?:Z|[+-]\d\d:\d\d)$/, "");
  yield `  spent ${show("actual_usd")} before ${end}, expected about ${show("expected_estimate_usd")}; ` +
    `score ${show("score")}\n`;
  yield `  why   ${show("cause")}\n`;
  if (show("where") !== displayCell(null, "text")) yield `  where ${show("where")}\n`;
  yield `  id    ${show("id")}\n`;
}
