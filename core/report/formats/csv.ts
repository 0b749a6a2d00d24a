/**
 * A report as CSV.
 */

import { isNumeric, writeExact } from "../cell.ts";
import type { Cell, Report, ReportColumn } from "../report.ts";
import { type ReportFrame, type RowWriter, writeWhole } from "../report_rows.ts";

/**
 * Writes a report as CSV by RFC 4180, except that lines end with LF, as the tools of a shell expect. A header line, then
 * the rows; no totals. Numbers are exact, null is an empty cell, and a text that a spreadsheet would run as a formula has
 * a `'` before it.
 */
export function writeCsv(report: Report): Generator<string> {
  return writeWhole(beginCsv, report);
}

/** Begins CSV as {@link writeCsv} writes it. */
export function beginCsv({ columns }: ReportFrame): RowWriter {
  return {
    begin: `${columns.map((column) => writeCsvText(column.name)).join(",")}\n`,
    row: (row) => `${columns.map((column, index) => writeCell(row[index] ?? null, column)).join(",")}\n`,
    end: () => "",
  };
}

// The first characters that make a spreadsheet read a formula or a command; also in the full-width forms.
const FORMULA = /^[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]/;

function writeCell(cell: Cell, column: ReportColumn): string {
  if (cell === null) return "";
  return typeof cell === "bigint" && isNumeric(column.type)
    ? writeExact(cell, column.type)
    : writeCsvText(String(cell));
}

/** Writes a text as a cell, quoted where it must be. */
export function writeCsvText(text: string): string {
  const safe = FORMULA.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
