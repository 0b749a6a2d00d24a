/**
 * `costops` alone: this month's costs by model, or how to start.
 */

import { REPORT_FORMATS } from "../core/report/format.ts";
import { CostopsError } from "../core/error.ts";
import type { Report } from "../core/report/report.ts";
import { makeReport } from "../server/operations/reports.ts";
import type { CommonOptions } from "./options.ts";
import type { Shell } from "./run.ts";
import { readConfig, withSession } from "./session.ts";

const HOW_TO_START = `There is no usage this month yet. To start:
  costops import PATH…                   usage from files and folders
  some-command | costops ingest          usage from a pipe: a provider's response, NDJSON, CSV
  costops help                           every command
`;

/** Shows this month's costs by model when there are any. */
export async function showHome(options: CommonOptions, { terminal }: Shell): Promise<void> {
  const report = await findReport(options);
  if (report === undefined || report.rows.length === 0) {
    terminal.out(HOW_TO_START);
    return;
  }
  const writeTable = await REPORT_FORMATS.table.load();
  for (const text of writeTable(report, { width: terminal.width })) terminal.out(text);
}

/** This month's costs; undefined when there is no database yet. */
async function findReport(options: CommonOptions): Promise<Report | undefined> {
  let isOpen = false;
  try {
    return await withSession(options, (session) => {
      isOpen = true;
      return session.perform(makeReport, { type: "cost", since: "this-month", tz: session.config.tz.value });
    }, { isReading: true });
  } catch (error) {
    const isNew = !isOpen && error instanceof CostopsError && error.kind === "not_found";
    // Who names an organization is told that it is not there.
    if (isNew && readConfig(options).organization.origin === "default") return undefined;
    throw error;
  }
}
