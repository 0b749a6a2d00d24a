/**
 * The table of formats a report can be written in.
 */

import { CostopsError } from "../error.ts";
import { findNearest } from "../nearest.ts";
import type { Report } from "./report.ts";
import { type BeginRows, type ReportStream, writeStream } from "./report_rows.ts";

/** What a format may want to know of where it is written to. */
export interface WriteOptions {
  /** Of the terminal, in characters; only a table asks. */
  readonly width?: number;
}

/** One format of reports: text, or bytes that no terminal can show. */
export type ReportFormat = TextFormat | BinaryFormat;

/** A format of text. */
export interface TextFormat extends FormatNames {
  readonly is_binary: false;
  /** Loads what writes it: a terminal's table needs more than a CSV does, and nobody waits for the others. */
  readonly load: () => Promise<WriteReport>;
  /** Loads what writes it as its rows come, the same text; absent where all rows must be known first. */
  readonly loadStream?: () => Promise<WriteRows<string>>;
}

/** A format of bytes. */
export interface BinaryFormat extends FormatNames {
  readonly is_binary: true;
  readonly load: () => Promise<WriteBytes>;
  readonly loadStream?: () => Promise<WriteRows<Uint8Array>>;
}

interface FormatNames {
  readonly name: string;
  /** Without the dot. */
  readonly extension: string;
  readonly content_type: string;
}

/** Gives a report's text in pieces, made as they are asked for; lines end with LF. */
export type WriteReport = (report: Report, options?: WriteOptions) => Iterable<string>;

/** Gives a report's bytes in pieces. */
export type WriteBytes = (report: Report) => AsyncIterable<Uint8Array>;

/** Gives a report in pieces as its rows come. */
export type WriteRows<Piece extends string | Uint8Array> = (report: ReportStream) => AsyncIterable<Piece>;

/** Every format by its name. */
export const REPORT_FORMATS = {
  csv: {
    name: "csv",
    extension: "csv",
    content_type: "text/csv; charset=utf-8; header=present",
    is_binary: false,
    load: async () => (await import("./formats/csv.ts")).writeCsv,
    loadStream: async () => streamWith((await import("./formats/csv.ts")).beginCsv),
  },
  json: {
    name: "json",
    extension: "json",
    content_type: "application/json",
    is_binary: false,
    load: async () => (await import("./formats/json.ts")).writeJson,
    loadStream: async () => streamWith((await import("./formats/json.ts")).beginJson),
  },
  ndjson: {
    name: "ndjson",
    extension: "ndjson",
    content_type: "application/x-ndjson",
    is_binary: false,
    load: async () => (await import("./formats/ndjson.ts")).writeNdjson,
    loadStream: async () => streamWith((await import("./formats/ndjson.ts")).beginNdjson),
  },
  md: {
    name: "md",
    extension: "md",
    content_type: "text/markdown; charset=utf-8",
    is_binary: false,
    load: async () => (await import("./formats/markdown.ts")).writeMarkdown,
    loadStream: async () => streamWith((await import("./formats/markdown.ts")).beginMarkdown),
  },
  html: {
    name: "html",
    extension: "html",
    content_type: "text/html; charset=utf-8",
    is_binary: false,
    load: async () => (await import("./formats/html.ts")).writeHtml,
  },
  xlsx: {
    name: "xlsx",
    extension: "xlsx",
    content_type: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    is_binary: true,
    load: async () => (await import("./formats/xlsx.ts")).writeXlsx,
    loadStream: async () => (await import("./formats/xlsx_stream.ts")).streamXlsx,
  },
  table: {
    name: "table",
    extension: "txt",
    content_type: "text/plain; charset=utf-8",
    is_binary: false,
    load: async () => (await import("./formats/table.ts")).writeTable,
  },
} as const satisfies Record<string, ReportFormat>;

/** FinOps FOCUS 1.2, as CSV. It is made of records and not of a report: server/operations/focus.ts. */
export const FOCUS_FORMAT = { name: "focus", extension: "csv", content_type: REPORT_FORMATS.csv.content_type } as const;

/** The formats that files are made in: all but a terminal's. */
export const FILE_FORMATS = ["csv", "json", "ndjson", "md", "html", "xlsx", "focus"] as const;
/** The name of one. */
export type FileFormat = (typeof FILE_FORMATS)[number];

/** The name of a format. */
export type ReportFormatName = keyof typeof REPORT_FORMATS;

function streamWith(begin: BeginRows): WriteRows<string> {
  return (report) => writeStream(begin, report);
}

/** Finds a format by its name. Fails with `invalid`, naming the nearest one. */
export function readReportFormat(name: string): ReportFormat {
  const lower = name.toLowerCase();
  if (Object.hasOwn(REPORT_FORMATS, lower)) return REPORT_FORMATS[lower as ReportFormatName];
  if (lower === FOCUS_FORMAT.name) {
    throw new CostopsError(
      "invalid",
      "Cannot write this as focus: costops report cost --format focus writes costs",
    );
  }
  const names = Object.keys(REPORT_FORMATS);
  const nearest = findNearest(name, [...names, FOCUS_FORMAT.name]);
  const hint = nearest === undefined
    ? `write one of ${names.join(", ")}, or focus for a report of costs`
    : `did you mean ${nearest}?`;
  throw new CostopsError("invalid", `Cannot write the format ${JSON.stringify(name.slice(0, 64))}: ${hint}`);
}
