/**
 * A report read back from its JSON, as a client of the API gets it, without losing a digit.
 */

import { z } from "zod";
import { CostopsError } from "../error.ts";
import { parseUsd, roundUsd } from "../money.ts";
import type { Cell, Report, ReportColumn } from "./report.ts";

/** A number as it stands in the text: a double would lose digits beyond 2^53. */
class Digits {
  constructor(readonly text: string) {}
}

const Cells = z.record(z.string(), z.union([z.string(), z.instanceof(Digits), z.null()]));
const Count = z.instanceof(Digits).refine(({ text }) => /^\d+$/.test(text)).transform(({ text }) => BigInt(text));

const WireReport = z.object({
  report: z.object({
    type: z.enum(["cost", "usage", "summary"]),
    title: z.string(),
    organization_id: z.string(),
    since: z.string(),
    until: z.string(),
    tz: z.string(),
    group_by: z.array(z.string()),
    filter: z.record(z.string(), z.array(z.string())),
    currency: z.literal("USD"),
    generated_at: z.string(),
    price_book: z.string(),
  }),
  columns: z.array(z.object({
    name: z.string(),
    type: z.enum(["text", "time", "integer", "usd", "thousandths"]),
  })),
  rows: z.array(Cells),
  totals: Cells,
  coverage: z.object({
    priced_records: Count,
    unpriced_records: Count,
    unpriced_tokens: Count,
    ratio: z.instanceof(Digits).transform(({ text }) => Number(text)),
  }),
});

/**
 * Reads a report from the text that the JSON format writes; written again in any format it gives the same bytes as the
 * report it came from. Fails with `unreadable` when the text is no report.
 */
export function readReport(json: string): Report {
  const { report, columns, rows, totals, coverage } = parseWire(json);
  const added = columns.filter((column) => Object.hasOwn(totals, column.name));
  return {
    report,
    columns,
    rows: rows.map((row) => columns.map((column) => readCell(row[column.name], column))),
    totals: Object.fromEntries(added.map((column) => [column.name, readCell(totals[column.name], column)])),
    coverage,
  };
}

function parseWire(json: string): z.infer<typeof WireReport> {
  let value: unknown;
  try {
    value = JSON.parse(json, keepDigits);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new CostopsError("unreadable", "Cannot read the report: the answer is not JSON", { cause: error });
  }
  const parsed = WireReport.safeParse(value);
  if (parsed.success) return parsed.data;
  const place = parsed.error.issues[0]?.path.join("/") ?? "";
  throw new CostopsError("unreadable", `Cannot read the report: /${place} is not what a report has there`);
}

function keepDigits(_key: string, value: unknown, context?: { readonly source?: string }): unknown {
  return typeof value === "number" ? new Digits(context?.source ?? String(value)) : value;
}

function readCell(cell: string | Digits | null | undefined, column: ReportColumn): Cell {
  if (cell === null) return null;
  if (column.type === "text" || column.type === "time") {
    if (typeof cell === "string") return cell;
  } else if (column.type === "usd") {
    if (typeof cell === "string") return parseUsd(cell);
  } else if (cell instanceof Digits) {
    // Thousandths have at most three decimals, so nano-units divided by a million are exact.
    if (column.type === "thousandths") return roundUsd(cell.text) / 1_000_000n;
    if (/^-?\d+$/.test(cell.text)) return BigInt(cell.text);
  }
  throw new CostopsError("unreadable", `Cannot read the report: column "${column.name}" has a cell of another type`);
}
