/**
 * Makes a report from flags and writes it where and how the flags say.
 */

import { readReportFormat, type ReportFormat } from "../core/report/format.ts";
import type { Report } from "../core/report/report.ts";
import { perform } from "../server/operations/operation.ts";
import { makeReport, type ReportType } from "../server/operations/reports.ts";
import { openOutput } from "./output.ts";
import type { QueryOptions } from "./query_options.ts";
import type { Shell } from "./run.ts";
import { keptFiles, withSession } from "./session.ts";

/** Bars of a terminal's chart: a month of days. */
const MAX_BARS = 31;

/** Answers `query` and `report`. The format is checked and the file opened before the work starts. */
export async function answerQuery(
  options: QueryOptions,
  { shell, type, offTerminal }: { shell: Shell; type: ReportType; offTerminal: "csv" | "json" },
): Promise<void> {
  const { terminal } = shell;
  const isForReading = terminal.isInteractive && (options.output ?? "-") === "-";
  const format = readReportFormat(options.json ? "json" : options.format ?? (isForReading ? "table" : offTerminal));
  const output = await openOutput(options.output, { terminal, kept: keptFiles(options) });
  try {
    const report = await withSession(options, (session) =>
      perform(makeReport, session, {
        type,
        since: options.since,
        until: options.until,
        tz: session.config.tz.value,
        group_by: options.groupBy,
        filter: options.filter,
        columns: options.columns,
      }), { isReading: true });
    await write(report, { format, options, width: terminal.width, write: output.write });
    await output.finish();
  } catch (error) {
    await output.abandon();
    throw error;
  }
}

async function write(
  report: Report,
  to: { format: ReportFormat; options: QueryOptions; width: number; write: (text: string) => void },
): Promise<void> {
  const writeReport = await to.format.load();
  for (const text of writeReport(report, { width: to.width })) to.write(text);
  if (!to.options.chart || to.format.name !== "table") return;
  const { barsOf, writeBars } = await import("../core/report/chart.ts");
  to.write("\n");
  for (const line of writeBars(barsOf(report, MAX_BARS), { width: to.width })) to.write(line);
}
