/**
 * From the bytes of an input to its values: NDJSON, JSON documents and CSV, told apart by how they begin.
 *
 * A bad line, or bytes that are no text, cost that line and nothing else. Memory is bounded by one chunk and one line.
 */

import { LIMITS } from "../limits.ts";
import { isCsvHeader, readCsv } from "./csv.ts";
import type { SourceObject } from "./format.ts";
import { JsonSplitter, parseJson } from "./json_text.ts";
import { type Line, readLines, readTextBlocks } from "./lines.ts";
import type { Rejection } from "./record.ts";

/** One value of the input as it stood, for writing it out again; `line` counts from 1. */
interface InputText {
  readonly line: number;
  readonly text: string;
  /** What stood there when it is no UTF-8. */
  readonly bytes?: Uint8Array;
  /** The header that a row of CSV belongs to. */
  readonly header?: string;
}

/** One value of the input, or why there is none. */
export type InputItem =
  | (InputText & { readonly value: SourceObject; readonly rejection?: undefined })
  | (InputText & { readonly value?: undefined; readonly rejection: Rejection });

/** How the values of an input are laid out. */
export type Layout = "ndjson" | "json" | "csv";

/** What is known of an input besides its bytes. */
export interface ReadOptions {
  /** The line that the bytes begin with, when they are the rest of an input of NDJSON. */
  readonly rest_from_line?: number;
  /** Told the layout, once, as soon as it is known; an input without any value has none. A failure ends the reading. */
  readonly onLayout?: (layout: Layout) => void;
}

/** Reads the values of an input, in their order, in groups as they come. */
export async function* readInput(
  chunks: AsyncIterable<Uint8Array>,
  options: ReadOptions = {},
): AsyncGenerator<InputItem[]> {
  const lines = readLines(chunks, options.rest_from_line)[Symbol.asyncIterator]();
  if (options.rest_from_line !== undefined) {
    options.onLayout?.("ndjson");
    yield* readNdjson(prepend([], lines));
    return;
  }
  const head: Line[] = [];
  while (!isDecided(head)) {
    const next = await lines.next();
    if (next.done === true) break;
    head.push(...next.value);
  }
  const all = prepend(head, lines);
  const layout = tellLayout(head);
  if (layout !== undefined) options.onLayout?.(layout);
  if (layout === "json") yield* readDocument(all);
  else if (layout === "csv") yield* readCsv(all);
  else yield* readNdjson(all);
}

/**
 * Two lines with something on them tell the layout. The first alone does, too, unless it is the beginning of an object:
 * a live input is not kept waiting for its second record.
 */
function isDecided(head: readonly Line[]): boolean {
  let filled = 0;
  for (const line of head) {
    if (isBlank(line)) continue;
    const text = line.text.trim();
    if (++filled === 2 || !text.startsWith("{") || isObject(text)) return true;
  }
  return false;
}

/**
 * An array is a document; an object is one too when its first line is only its beginning and the next line does not
 * stand alone (then it is NDJSON whose first line is broken).
 */
function tellLayout(head: readonly Line[]): Layout | undefined {
  const [first, second] = head.filter((line) => !isBlank(line)).map((line) => line.text.trim());
  if (first === undefined) return undefined;
  if (first.startsWith("[")) return "json";
  if (!first.startsWith("{")) return isCsvHeader(first) ? "csv" : "ndjson";
  if (isObject(first) || second === undefined) return "ndjson";
  return first !== "{" && isObject(second) ? "ndjson" : startsDocument(first) ? "json" : "ndjson";
}

function startsDocument(first: string): boolean {
  const splitter = new JsonSplitter();
  return splitter.push(first).length === 0;
}

function isObject(text: string): boolean {
  if (!text.startsWith("{")) return false;
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

async function* prepend(head: Line[], rest: AsyncIterator<Line[]>): AsyncGenerator<Line[]> {
  if (head.length > 0) yield head;
  for (let next = await rest.next(); next.done !== true; next = await rest.next()) yield next.value;
}

async function* readNdjson(lines: AsyncIterable<Line[]>): AsyncGenerator<InputItem[]> {
  for await (const group of lines) {
    const items: InputItem[] = [];
    for (const line of group) {
      if (line.rejection !== undefined) items.push({ ...line, rejection: line.rejection });
      else if (!isBlank(line)) items.push(readValue(line));
    }
    if (items.length > 0) yield items;
  }
}

async function* readDocument(lines: AsyncIterable<Line[]>): AsyncGenerator<InputItem[]> {
  const splitter = new JsonSplitter();
  for await (const block of readTextBlocks(lines)) {
    const items = block.rejections.map((line): InputItem => ({ ...line, rejection: line.rejection! }));
    for (const slice of splitter.push(block.text)) items.push(readValue(slice));
    if (items.length > 0) yield items;
    if (splitter.pendingLength > LIMITS.line_bytes) {
      const detail =
        `Cannot read a JSON value of more than ${LIMITS.line_bytes} characters; what follows it is not read`;
      yield [reject({ text: "", line: block.line }, { code: "line_too_long", detail })];
      return;
    }
  }
  const rest = splitter.finish().map(readValue);
  if (rest.length > 0) yield rest;
}

function readValue(at: { readonly text: string; readonly line: number }): InputItem {
  let value: unknown;
  try {
    value = parseJson(at.text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return reject(at, { code: "unreadable_json", detail: `Cannot read it as JSON: ${reason}` });
  }
  if (typeof value === "object" && value !== null && !Array.isArray(value)) {
    return { line: at.line, text: at.text, value: value as SourceObject };
  }
  const kind = Array.isArray(value) ? "an array" : value === null ? "null" : `a ${typeof value}`;
  return reject(at, { code: "not_an_object", detail: `Cannot take ${kind} as a record: each is a JSON object` });
}

function reject(at: { readonly text: string; readonly line: number }, rejection: Rejection): InputItem {
  return { line: at.line, text: at.text, rejection };
}

function isBlank(line: Line): boolean {
  return line.rejection === undefined && line.text.trim() === "";
}
