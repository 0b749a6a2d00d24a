/**
 * The table of formats a report can be written in.
 */

import { CostopsError } from "../error.ts";
import { findNearest } from "../nearest.ts";
import { writeCsv } from "./formats/csv.ts";
import { writeHtml } from "./formats/html.ts";
import { writeJson } from "./formats/json.ts";
import { writeMarkdown } from "./formats/markdown.ts";
import { writeNdjson } from "./formats/ndjson.ts";
import { writeTable } from "./formats/table.ts";
import type { Report } from "./report.ts";

/** What a format may want to know of where it is written to. */
export interface WriteOptions {
  /** Of the terminal, in characters; only a table asks. */
  readonly width?: number;
}

/** One format of reports. */
export interface ReportFormat {
  readonly name: string;
  /** Without the dot. */
  readonly extension: string;
  readonly content_type: string;
  /** Gives the report's text in pieces, made as they are asked for; lines end with LF. */
  readonly write: (report: Report, options?: WriteOptions) => Iterable<string>;
}

/** Every format by its name. */
export const REPORT_FORMATS = {
  csv: { name: "csv", extension: "csv", content_type: "text/csv; charset=utf-8; header=present", write: writeCsv },
  json: { name: "json", extension: "json", content_type: "application/json", write: writeJson },
  ndjson: { name: "ndjson", extension: "ndjson", content_type: "application/x-ndjson", write: writeNdjson },
  md: { name: "md", extension: "md", content_type: "text/markdown; charset=utf-8", write: writeMarkdown },
  html: { name: "html", extension: "html", content_type: "text/html; charset=utf-8", write: writeHtml },
  table: { name: "table", extension: "txt", content_type: "text/plain; charset=utf-8", write: writeTable },
} as const satisfies Record<string, ReportFormat>;

/** The name of a format. */
export type ReportFormatName = keyof typeof REPORT_FORMATS;

/** Finds a format by its name. Fails with `invalid`, naming the nearest one. */
export function readReportFormat(name: string): ReportFormat {
  const lower = name.toLowerCase();
  if (Object.hasOwn(REPORT_FORMATS, lower)) return REPORT_FORMATS[lower as ReportFormatName];
  const names = Object.keys(REPORT_FORMATS);
  const nearest = findNearest(name, names);
  const hint = nearest === undefined ? `write one of ${names.join(", ")}` : `did you mean ${nearest}?`;
  throw new CostopsError("invalid", `Cannot write the format ${JSON.stringify(name.slice(0, 64))}: ${hint}`);
}
