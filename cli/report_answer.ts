/**
 * Makes a report from flags and writes it where and how the flags say.
 */

import { CostopsError } from "../core/error.ts";
import {
  type FileFormat,
  FOCUS_FORMAT,
  readReportFormat,
  type ReportFormat,
  type WriteReport,
} from "../core/report/format.ts";
import { isForecast, type Report } from "../core/report/report.ts";
import { writeFile } from "../server/operations/report_makers.ts";
import { makeReport, type ReportType } from "../server/operations/reports.ts";
import { openOutput, type Output } from "./output.ts";
import type { AnswerOptions, QueryOptions } from "./query_options.ts";
import type { Shell } from "./run.ts";
import { isLocal, keptFiles, type LocalSession, type Session, withSession } from "./session.ts";

/** Bars of a terminal's chart: a month of days. */
const MAX_BARS = 31;

/** Answers `query` and `report`. */
export async function answerQuery(
  options: QueryOptions,
  { shell, type, offTerminal }: { shell: Shell; type: ReportType; offTerminal: "csv" | "json" },
): Promise<void> {
  if (options.format?.toLowerCase() === FOCUS_FORMAT.name && type === "cost" && !options.json) {
    return await (await import("./focus_answer.ts")).answerFocus(options, shell);
  }
  const readInput = (session: Session) => ({
    ...readPeriod(options, session),
    group_by: options.groupBy,
    columns: options.columns,
  });
  const writeDirectly: WriteDirectly = async (session, { format, write }) => {
    const { environment, principal } = session.local;
    const making = { environment, principal, query: readInput(session), asked_at: environment.now() };
    await writeFile({ ...making, type, format }, write);
  };
  const ask = (session: Session) => session.perform(makeReport, { ...readInput(session), type });
  await answerWith(ask, { options, shell, offTerminal, writeDirectly: type === "summary" ? undefined : writeDirectly });
}

/** Writes a report of a database as its rows come, however many there are. */
type WriteDirectly = (
  session: LocalSession,
  to: { readonly format: FileFormat; readonly write: Output["write"] },
) => Promise<void>;

/** What flags say of which records are meant. */
export function readPeriod({ since, until, filter }: AnswerOptions, { config }: Session) {
  return { since, until, filter, tz: config.tz.value };
}

/** Writes the report that `ask` makes. The format is checked and the file opened before the work starts. */
export async function answerWith(
  ask: (session: Session) => Promise<Report>,
  { options, shell, offTerminal, writeDirectly, writeTable }: {
    options: AnswerOptions;
    shell: Shell;
    offTerminal: "csv" | "json";
    writeDirectly?: WriteDirectly;
    /** In the place of the table that other reports have. */
    writeTable?: WriteReport;
  },
): Promise<void> {
  const { terminal } = shell;
  const isForReading = terminal.isInteractive && (options.output ?? "-") === "-";
  const format = readReportFormat(options.json ? "json" : options.format ?? (isForReading ? "table" : offTerminal));
  if (format.is_binary && isForReading) {
    throw new CostopsError("usage", `Cannot show ${format.name} on a terminal: name a file with --output`);
  }
  const output = await openOutput(options.output, { terminal, kept: keptFiles(options) });
  try {
    await withSession(options, async (session) => {
      if (writeDirectly !== undefined && isLocal(session) && format.loadStream !== undefined) {
        // What is written as its rows come is a file's format.
        return await writeDirectly(session, { format: format.name as FileFormat, write: output.write });
      }
      const report = await ask(session);
      if (writeTable !== undefined && format.name === "table") {
        for (const text of writeTable(report, { width: terminal.width })) output.write(text);
        return;
      }
      await write(report, { format, options, width: terminal.width, write: output.write });
    }, { isReading: true });
    await output.finish();
  } catch (error) {
    await output.abandon();
    throw error;
  }
}

async function write(
  report: Report,
  to: { format: ReportFormat; options: AnswerOptions; width: number; write: Output["write"] },
): Promise<void> {
  if (to.format.is_binary) {
    const writeBytes = await to.format.load();
    for await (const bytes of writeBytes(report)) to.write(bytes);
    return;
  }
  const writeReport = await to.format.load();
  for (const text of writeReport(report, { width: to.width })) to.write(text);
  if (!to.options.chart || to.format.name !== "table") return;
  to.write("\n");
  if (isForecast(report)) {
    const { writeForecastChart } = await import("../core/report/forecast_text_chart.ts");
    for (const line of writeForecastChart(report, { width: to.width })) to.write(line);
    return;
  }
  const { barsOf, writeBars } = await import("../core/report/chart.ts");
  for (const line of writeBars(barsOf(report, MAX_BARS), { width: to.width })) to.write(line);
}
