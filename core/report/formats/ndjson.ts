/**
 * A report's rows as NDJSON.
 */

import type { Report } from "../report.ts";
import { type ReportFrame, type RowWriter, writeWhole } from "../report_rows.ts";
import { writeJsonCell } from "./json.ts";

/** Writes the rows of a report, one JSON object a line, with the cells of the JSON format. No header, no totals. */
export function writeNdjson(report: Report): Generator<string> {
  return writeWhole(beginNdjson, report);
}

/** Begins NDJSON as {@link writeNdjson} writes it. */
export function beginNdjson({ columns }: ReportFrame): RowWriter {
  const names = columns.map((column) => JSON.stringify(column.name));
  return {
    begin: "",
    row: (row) => {
      const cells = columns.map((column, index) => `${names[index]}:${writeJsonCell(row[index] ?? null, column.type)}`);
      return `{${cells.join(",")}}\n`;
    },
    end: () => "",
  };
}
