/**
 * Lists single records, newest first, with the ids that `explain` takes.
 */

import { CostopsError } from "../core/error.ts";
import { perform } from "../server/operations/operation.ts";
import { listRecords, type WireUsage } from "../server/operations/usage.ts";
import { writeGrid } from "./grid.ts";
import { openOutput } from "./output.ts";
import type { QueryOptions } from "./query_options.ts";
import type { Shell } from "./run.ts";
import { keptFiles, withSession } from "./session.ts";

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

/** Answers `costops query records`. */
export async function answerRecords(options: QueryOptions & { readonly limit: number }, shell: Shell): Promise<void> {
  const { terminal } = shell;
  if (options.groupBy !== undefined) {
    throw new CostopsError("usage", "Cannot group records: ask for costs or usage instead");
  }
  const isForReading = terminal.isInteractive && (options.output ?? "-") === "-" && !options.json;
  const format = options.json ? "json" : options.format ?? (isForReading ? "table" : "json");
  if (format !== "json" && format !== "table") {
    throw new CostopsError("usage", `Cannot write records as "${format}": write json or table`);
  }
  const output = await openOutput(options.output, { terminal, kept: keptFiles(options) });
  try {
    const list = await withSession(options, (session) =>
      perform(listRecords, session, {
        since: options.since,
        until: options.until,
        tz: session.config.tz.value,
        filter: options.filter,
        limit: options.limit,
      }), { isReading: true });
    output.write(format === "json" ? `${JSON.stringify(list, null, 2)}\n` : writeRecords(list.data));
    await output.finish();
    if (format === "table" && list.pagination.has_more && !options.quiet) {
      terminal.note(`The newest ${options.limit} are shown: --limit, --since and --filter show others`);
    }
  } catch (error) {
    await output.abandon();
    throw error;
  }
}

function writeRecords(records: readonly WireUsage[]): string {
  const rows = records.map((record) => COLUMNS.map((name) => record[name] === null ? "" : String(record[name])));
  return writeGrid(COLUMNS, rows, COLUMNS.map((name) => NUMBERS.has(name) ? "right" : "left"));
}
