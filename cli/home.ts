/**
 * `costops` alone: this month's costs by model, or how to start.
 */

import { REPORT_FORMATS } from "../core/report/format.ts";
import { readDatabasePath } from "../db/database.ts";
import { perform } from "../server/operations/operation.ts";
import { makeReport } from "../server/operations/reports.ts";
import type { CommonOptions } from "./options.ts";
import type { Shell } from "./run.ts";
import { readConfig, withSession } from "./session.ts";
import { look } from "./write_target.ts";

const HOW_TO_START = `There is no usage this month yet. To start:
  costops import PATH…                   usage from files and folders
  some-command | costops ingest          usage from a pipe: a provider's response, NDJSON, CSV
  costops help                           every command
`;

/** Shows this month's costs by model when there are any. */
export async function showHome(options: CommonOptions, { terminal }: Shell): Promise<void> {
  const config = readConfig(options);
  if (look(readDatabasePath(config.database_url.value)) === undefined) return terminal.out(HOW_TO_START);
  const report = await withSession(
    options,
    (session) => perform(makeReport, session, { type: "cost", since: "this-month", tz: session.config.tz.value }),
  );
  if (report.rows.length === 0) {
    terminal.out(HOW_TO_START);
    return;
  }
  const writeTable = await REPORT_FORMATS.table.load();
  for (const text of writeTable(report, { width: terminal.width })) terminal.out(text);
}
