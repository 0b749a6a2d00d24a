/**
 * A report whose rows come one after another: what stands before them, what is known after them, and how a format writes
 * each part.
 */

import type { Cell, Report, ReportColumn } from "./report.ts";

/** What is known before the rows. */
export interface ReportFrame {
  readonly report: Report["report"];
  readonly columns: readonly ReportColumn[];
}

/** What is known after them. */
export type ReportEnd = Pick<Report, "totals" | "coverage">;

/** A row of cells, in the order of the columns. */
export type ReportRow = readonly Cell[];

/** A report of any number of rows. */
export interface ReportStream extends ReportFrame {
  /** In pieces; to be read once. */
  readonly rows: AsyncIterable<readonly ReportRow[]>;
  /** Of the rows that were read. */
  readonly end: () => ReportEnd;
  /** The totals, which no cell of their columns is more than; to be asked for before the rows are read, or not at all. */
  readonly readTotals: () => Promise<ReportEnd["totals"]>;
}

/** Writes one report's parts as text, each once and in their order. */
export interface RowWriter {
  readonly begin: string;
  readonly row: (row: ReportRow) => string;
  readonly end: (end: ReportEnd) => string;
}

/** Begins to write a report. */
export type BeginRows = (frame: ReportFrame) => RowWriter;

/** Writes a report that is whole already. */
export function* writeWhole(begin: BeginRows, report: Report): Generator<string> {
  const writer = begin(report);
  yield writer.begin;
  for (const row of report.rows) yield writer.row(row);
  yield writer.end(report);
}

/** Writes a report as its rows come, a piece at a time. */
export async function* writeStream(begin: BeginRows, report: ReportStream): AsyncGenerator<string> {
  const writer = begin(report);
  yield writer.begin;
  for await (const rows of report.rows) yield rows.map(writer.row).join("");
  yield writer.end(report.end());
}
