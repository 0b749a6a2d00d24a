/**
 * A report as a reply: the same text that the CLI writes as JSON, every digit of it.
 */

import { writeJson } from "../../core/report/formats/json.ts";
import type { Report } from "../../core/report/report.ts";
import { type Reply, Written } from "./reply.ts";

/** Writes a report. */
export function writeReport(report: Report): Reply {
  return { status: 200, body: new Written("application/json", [...writeJson(report)].join("")) };
}
