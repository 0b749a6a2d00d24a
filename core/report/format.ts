/**
 * The table of formats a report can be written in.
 */

import { CostopsError } from "../error.ts";
import { findNearest } from "../nearest.ts";
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
  /** Loads what writes it: a terminal's table needs more than a CSV does, and nobody waits for the others. */
  readonly load: () => Promise<WriteReport>;
}

/** Gives a report's text in pieces, made as they are asked for; lines end with LF. */
export type WriteReport = (report: Report, options?: WriteOptions) => Iterable<string>;

/** Every format by its name. */
export const REPORT_FORMATS = {
  csv: {
    name: "csv",
    extension: "csv",
    content_type: "text/csv; charset=utf-8; header=present",
    load: async () => (await import("./formats/csv.ts")).writeCsv,
  },
  json: {
    name: "json",
    extension: "json",
    content_type: "application/json",
    load: async () => (await import("./formats/json.ts")).writeJson,
  },
  ndjson: {
    name: "ndjson",
    extension: "ndjson",
    content_type: "application/x-ndjson",
    load: async () => (await import("./formats/ndjson.ts")).writeNdjson,
  },
  md: {
    name: "md",
    extension: "md",
    content_type: "text/markdown; charset=utf-8",
    load: async () => (await import("./formats/markdown.ts")).writeMarkdown,
  },
  html: {
    name: "html",
    extension: "html",
    content_type: "text/html; charset=utf-8",
    load: async () => (await import("./formats/html.ts")).writeHtml,
  },
  table: {
    name: "table",
    extension: "txt",
    content_type: "text/plain; charset=utf-8",
    load: async () => (await import("./formats/table.ts")).writeTable,
  },
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
