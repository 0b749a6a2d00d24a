/**
 * Lists single records with the ids that `explain` takes; exports all of them as CSV or NDJSON.
 */

import { CostopsError } from "../core/error.ts";
import { LIMITS } from "../core/limits.ts";
import type { RecordSort } from "../core/usage/record_sort.ts";
import { listRecords, type WireUsage } from "../server/operations/usage.ts";
import { writeGrid } from "./grid.ts";
import { openOutput } from "./output.ts";
import type { QueryOptions } from "./query_options.ts";
import { readPeriod } from "./report_answer.ts";
import type { Shell } from "./run.ts";
import { keptFiles, withSession } from "./session.ts";
import type { Terminal } from "./terminal.ts";

/** Records of one listing on a terminal or in a JSON document; more want an export. */
const MAX_LISTED = 1_000;

const COLUMNS = [
  "timestamp",
  "id",
  "model",
  "project",
  "user",
  "input_tokens",
  "cache_read_tokens",
  "output_tokens",
  "cost_usd",
];
const NUMBERS = new Set(["input_tokens", "cache_read_tokens", "output_tokens", "cost_usd"]);

interface RecordOptions extends QueryOptions {
  readonly limit?: number;
  readonly sort?: RecordSort;
}

/** Answers `costops query records`. */
export async function answerRecords(
  options: RecordOptions,
  shell: Shell,
): Promise<void> {
  const { terminal } = shell;
  if (options.groupBy !== undefined) {
    throw new CostopsError("usage", "Cannot group records: ask for costs or usage instead");
  }
  const isForReading = terminal.isInteractive && (options.output ?? "-") === "-" && !options.json;
  const format = options.json ? "json" : options.format ?? (isForReading ? "table" : "json");
  if (format === "csv" || format === "ndjson") return await answerExport(format, options, terminal);
  if (format !== "json" && format !== "table") {
    throw new CostopsError("usage", `Cannot write records as "${format}": write json, table, csv or ndjson`);
  }
  const { limit = LIMITS.page_default } = options;
  if (limit > MAX_LISTED) {
    throw new CostopsError(
      "usage",
      `Cannot list ${limit} records as ${format}: --limit takes up to ${MAX_LISTED}; csv and ndjson take all of them`,
    );
  }
  const output = await openOutput(options.output, { terminal, kept: keptFiles(options) });
  try {
    const list = await withSession(
      options,
      (session) => session.perform(listRecords, { ...readPeriod(options, session), sort: options.sort, limit }),
      { isReading: true },
    );
    output.write(
      format === "json"
        ? `${JSON.stringify({ data: list.data, pagination: list.pagination }, null, 2)}\n`
        : writeRecords(list.data),
    );
    await output.finish();
    if (format === "table" && list.next !== null && !options.quiet) {
      terminal.note(`The first ${limit} are shown: --limit, --since and --filter show others`);
    }
  } catch (error) {
    await output.abandon();
    throw error;
  }
}

/** Exports every record there is, unless a limit is given. */
async function answerExport(
  format: "csv" | "ndjson",
  options: RecordOptions,
  terminal: Terminal,
): Promise<void> {
  const [{ RECORD_LINES }, { exportRecords }] = await Promise.all([
    import("../core/report/record_lines.ts"),
    import("./records_export.ts"),
  ]);
  const output = await openOutput(options.output, { terminal, kept: keptFiles(options) });
  try {
    await withSession(
      options,
      (session) =>
        exportRecords(session, { ...readPeriod(options, session), sort: options.sort }, {
          limit: options.limit ?? Number.MAX_SAFE_INTEGER,
          lines: RECORD_LINES[format],
          write: output.write,
        }),
      { isReading: true },
    );
    await output.finish();
  } catch (error) {
    await output.abandon();
    throw error;
  }
}

function writeRecords(records: readonly WireUsage[]): string {
  const rows = records.map((record) => COLUMNS.map((name) => record[name] === null ? "" : String(record[name])));
  return writeGrid(COLUMNS, rows, COLUMNS.map((name) => NUMBERS.has(name) ? "right" : "left"));
}
