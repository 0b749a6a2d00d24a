/**
 * A report's rows as NDJSON.
 */

import type { Report } from "../report.ts";
import { writeJsonCell } from "./json.ts";

/** Writes the rows of a report, one JSON object a line, with the cells of the JSON format. No header, no totals. */
export function* writeNdjson({ columns, rows }: Report): Generator<string> {
  const names = columns.map((column) => JSON.stringify(column.name));
  for (const row of rows) {
    const fields = columns.map((column, index) => `${names[index]}:${writeJsonCell(row[index] ?? null, column.type)}`);
    yield `{${fields.join(",")}}\n`;
  }
}
