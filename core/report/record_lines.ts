/**
 * Single records as lines of CSV or NDJSON, for exports of any size.
 */

import { OTHER_UNIT_NAMES } from "../usage/units.ts";
import { writeCsvText } from "./formats/csv.ts";

/** The columns of records as CSV, by the names of the wire: always all of them, so that a script can count on each. */
export const RECORD_COLUMNS = [
  "timestamp",
  "id",
  "organization_id",
  "provider",
  "model",
  "service_tier",
  "region",
  "operation",
  "project",
  "user",
  "environment",
  "session",
  "api_key",
  "tags",
  "status",
  "latency_ms",
  "time_to_first_token_ms",
  "input_tokens",
  "cache_read_tokens",
  "cache_write_5m_tokens",
  "cache_write_1h_tokens",
  "output_tokens",
  "reasoning_tokens",
  ...OTHER_UNIT_NAMES,
  "cost_usd",
  "unpriced_reason",
  "reported_cost_usd",
  "currency",
  "source",
  "format",
  "quality",
  "ingested_at",
  "extra",
] as const;

/** A record as the wire has it. */
type WireRecord = Readonly<Record<string, unknown>>;

/** How records are written: what comes before them, and each of them. */
export interface RecordLines {
  readonly header: string;
  readonly write: (record: WireRecord) => string;
}

/** Lines by the name of their format. Amounts have nine decimals; what a spreadsheet would run has a `'` before it. */
export const RECORD_LINES: { readonly [Format in "csv" | "ndjson"]: RecordLines } = {
  csv: { header: `${RECORD_COLUMNS.join(",")}\n`, write: writeCsvLine },
  ndjson: { header: "", write: (record) => `${JSON.stringify(record)}\n` },
};

function writeCsvLine(record: WireRecord): string {
  return `${RECORD_COLUMNS.map((name) => writeCell(name, record[name])).join(",")}\n`;
}

/** Amounts are decimals, also negative ones, and stay as they are. */
const AMOUNTS: readonly string[] = ["cost_usd", "reported_cost_usd"];

function writeCell(name: string, value: unknown): string {
  if (value === null || value === undefined) return "";
  if (typeof value === "number") return String(value);
  if (Array.isArray(value)) return writeCsvText(value.join(" "));
  if (typeof value === "object") return writeCsvText(JSON.stringify(value));
  return AMOUNTS.includes(name) ? String(value) : writeCsvText(String(value));
}
