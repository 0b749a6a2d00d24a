/**
 * A report as JSON.
 */

import { writeExact } from "../cell.ts";
import type { Cell, Coverage, Report, ReportColumn } from "../report.ts";
import { type ReportEnd, type ReportFrame, type RowWriter, writeWhole } from "../report_rows.ts";

/**
 * Writes a report as JSON, indented by two spaces: rows as objects by column name, amounts as decimal strings, other
 * numbers with all of their digits, also beyond 2^53.
 */
export function writeJson(report: Report): Generator<string> {
  return writeWhole(beginJson, report);
}

/** Begins JSON as {@link writeJson} writes it. */
export function beginJson({ report, columns }: ReportFrame): RowWriter {
  let separator = "";
  return {
    begin: `{\n  "report": ${writeHead(report)},\n  "columns": ${
      indent(JSON.stringify(columns, null, 2), "  ")
    },\n  "rows": [`,
    row: (row) => {
      const fields = writeFields(columns, (_, position) => row[position] ?? null);
      const text = `${separator}\n    ${writeObject(fields, "    ")}`;
      separator = ",";
      return text;
    },
    end: (end) => `${separator === "" ? "],\n" : "\n  ],\n"}${writeEnd(columns, end)}`,
  };
}

function writeEnd(columns: readonly ReportColumn[], { totals, coverage }: ReportEnd): string {
  const added = columns.filter((column) => Object.hasOwn(totals, column.name));
  return `  "totals": ${writeObject(writeFields(added, (column) => totals[column.name] ?? null), "  ")},\n` +
    `  "coverage": ${coverage === null ? "null" : writeCoverage(coverage)}\n}\n`;
}

function writeCoverage({ priced_records, unpriced_records, unpriced_tokens, ratio }: Coverage): string {
  const counts = [
    `"priced_records": ${priced_records}`,
    `"unpriced_records": ${unpriced_records}`,
    `"unpriced_tokens": ${unpriced_tokens}`,
    `"ratio": ${JSON.stringify(ratio)}`,
  ];
  return writeObject(counts, "  ");
}

/** Writes a cell as JSON: an amount as a string, any other number as a number, exactly. */
export function writeJsonCell(cell: Cell, type: ReportColumn["type"]): string {
  if (typeof cell !== "bigint") return JSON.stringify(cell);
  const digits = writeExact(cell, type);
  return type === "usd" ? `"${digits}"` : digits;
}

/** The head is plain but for its figures and tables, whose numbers keep all of their digits too. */
function writeHead({ summary = {}, tables = {}, history, ...head }: Report["report"]): string {
  const fields = Object.entries(head).map(([name, value]) =>
    `${JSON.stringify(name)}: ${indent(JSON.stringify(value, null, 2), "    ")}`
  );
  const figures = Object.entries(summary).map(([name, { value, type }]) =>
    `${JSON.stringify(name)}: ${writeJsonCell(value, type)}`
  );
  if (figures.length > 0) fields.push(`"summary": ${writeObject(figures, "    ")}`);
  const all = history === undefined ? tables : { ...tables, history };
  for (const [name, { columns, rows }] of Object.entries(all)) {
    const objects = rows.map((row) => writeObject(writeFields(columns, (_, at) => row[at] ?? null), "      "));
    const list = objects.length === 0 ? "[]" : `[\n      ${objects.join(",\n      ")}\n    ]`;
    fields.push(`${JSON.stringify(name)}: ${list}`);
  }
  return writeObject(fields, "  ");
}

function writeFields(
  columns: readonly ReportColumn[],
  read: (column: ReportColumn, position: number) => Cell,
): string[] {
  return columns.map((column, position) =>
    `${JSON.stringify(column.name)}: ${writeJsonCell(read(column, position), column.type)}`
  );
}

function writeObject(fields: readonly string[], margin: string): string {
  return fields.length === 0 ? "{}" : `{\n${margin}  ${fields.join(`,\n${margin}  `)}\n${margin}}`;
}

/** JSON text has no line break inside a string, so every one is of the layout. */
function indent(json: string, margin: string): string {
  return json.replaceAll("\n", `\n${margin}`);
}
