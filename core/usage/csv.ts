/**
 * CSV with a header into values: one object a row, every value as its text.
 */

import { type CsvError, parse } from "csv-parse";
import { LIMITS } from "../limits.ts";
import { CostopsError } from "../error.ts";
import { type Line, readTextBlocks } from "./lines.ts";
import type { InputItem } from "./reader.ts";

/** A CSV of usage names at least the model; every vocabulary's word for it contains this. */
const MODEL_COLUMN = /^model/i;

/** Whether a line can be the header of a CSV of usage. */
export function isCsvHeader(line: string): boolean {
  return splitHeader(line).some((name) => MODEL_COLUMN.test(name));
}

function splitHeader(line: string): string[] {
  return line.split(",").map((name) => name.trim().replace(/^"|"$/g, ""));
}

/** Reads rows under a header (RFC 4180). A row with too few or too many cells is refused alone. */
export async function* readCsv(lines: AsyncIterable<Line[]>): AsyncGenerator<InputItem[]> {
  const items: InputItem[] = [];
  let header: string | undefined;
  let failure: unknown;
  const parser = parse({
    columns: checkHeader,
    info: true,
    raw: true,
    skip_empty_lines: true,
    skip_records_with_error: true,
    max_record_size: LIMITS.line_bytes,
    on_skip: (error, raw) => {
      if (error !== undefined) items.push(refuseRow(error, { text: (raw ?? "").trimEnd(), header }));
    },
  });
  parser.on("readable", () => {
    for (let row: CsvRow | null = parser.read(); row !== null; row = parser.read()) {
      items.push({ line: row.info.lines, text: row.raw.trimEnd(), value: row.record, header });
    }
  });
  parser.on("error", (error: unknown) => failure = error);
  const take = (): InputItem[] => {
    if (failure !== undefined) throw failure;
    return items.splice(0).sort((a, b) => a.line - b.line);
  };
  for await (const block of readTextBlocks(lines)) {
    header ??= block.text.split("\n").find((line) => line.trim() !== "");
    for (const line of block.rejections) items.push({ ...line, header, rejection: line.rejection! });
    await new Promise<void>((resolve) => {
      parser.write(block.text, () => resolve());
    });
    const taken = take();
    if (taken.length > 0) yield taken;
  }
  await new Promise<void>((resolve) => {
    parser.once("end", resolve).once("error", resolve);
    parser.end();
  });
  const taken = take();
  if (taken.length > 0) yield taken;
}

interface CsvRow {
  readonly record: Record<string, string>;
  readonly raw: string;
  readonly info: { readonly lines: number };
}

function refuseRow(error: CsvError, at: { readonly text: string; readonly header: string | undefined }): InputItem {
  const line = Number((error as { lines?: number }).lines ?? 0);
  const detail = `Cannot read it as CSV: ${error.message}`;
  return { line, ...at, rejection: { code: "unreadable_csv", detail } };
}

function checkHeader(names: string[]): string[] {
  const trimmed = names.map((name) => name.trim());
  const twice = trimmed.find((name, index) => trimmed.indexOf(name) !== index);
  if (twice === undefined) return trimmed;
  throw new CostopsError("unreadable", `Cannot read a CSV with two columns named "${twice}": name each once`);
}
