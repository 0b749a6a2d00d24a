/**
 * A report as JSON.
 */

import { writeExact } from "../cell.ts";
import type { Cell, Report, ReportColumn } from "../report.ts";

/**
 * Writes a report as JSON, indented by two spaces: rows as objects by column name, amounts as decimal strings, other
 * numbers with all of their digits, also beyond 2^53.
 */
export function* writeJson({ report, columns, rows, totals, coverage }: Report): Generator<string> {
  yield `{\n  "report": ${indent(JSON.stringify(report, null, 2), "  ")},\n`;
  yield `  "columns": ${indent(JSON.stringify(columns, null, 2), "  ")},\n  "rows": [`;
  for (const [index, row] of rows.entries()) {
    const fields = writeFields(columns, (_, position) => row[position] ?? null);
    yield `${index === 0 ? "" : ","}\n    ${writeObject(fields, "    ")}`;
  }
  yield rows.length === 0 ? "],\n" : "\n  ],\n";
  const added = columns.filter((column) => Object.hasOwn(totals, column.name));
  yield `  "totals": ${writeObject(writeFields(added, (column) => totals[column.name] ?? null), "  ")},\n`;
  const counts = [
    `"priced_records": ${coverage.priced_records}`,
    `"unpriced_records": ${coverage.unpriced_records}`,
    `"unpriced_tokens": ${coverage.unpriced_tokens}`,
    `"ratio": ${JSON.stringify(coverage.ratio)}`,
  ];
  yield `  "coverage": ${writeObject(counts, "  ")}\n}\n`;
}

/** Writes a cell as JSON: an amount as a string, any other number as a number, exactly. */
export function writeJsonCell(cell: Cell, type: ReportColumn["type"]): string {
  if (typeof cell !== "bigint") return JSON.stringify(cell);
  const digits = writeExact(cell, type);
  return type === "usd" ? `"${digits}"` : digits;
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
