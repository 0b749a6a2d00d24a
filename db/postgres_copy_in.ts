/**
 * Rows in bulk into a table of Postgres, by COPY.
 */

import { Buffer } from "node:buffer";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { PoolClient } from "pg";
import { from as copyFrom } from "pg-copy-streams";

/** A value of a row. */
type CopiedValue = string | number | bigint | null | Uint8Array;

/** Where rows go: a table, and the columns that each row has in order. */
export interface CopyPlace {
  readonly table: string;
  readonly columns: readonly string[];
}

/** Rows that are written at a time: some 400 KiB. */
const CHUNK_ROWS = 1_000;

/** Bytes that are sent at a time, and one chunk more at most. */
const PIECE_BYTES = 1024 * 1024;

/** Inserts rows, within the transaction of a connection. */
export function copyIn(
  client: PoolClient,
  place: CopyPlace,
  rows: readonly (readonly CopiedValue[])[],
): Promise<void> {
  const chunks: Uint8Array[] = [];
  for (let at = 0; at < rows.length; at += CHUNK_ROWS) chunks.push(writeRows(rows.slice(at, at + CHUNK_ROWS)));
  return copyChunks(client, place, chunks);
}

/** Rows as COPY takes them, for {@link copyChunks}. */
export function writeRows(rows: readonly (readonly CopiedValue[])[]): Uint8Array {
  let text = "";
  for (const values of rows) {
    for (let at = 0; at < values.length; at++) {
      if (at > 0) text += "\t";
      text += writeValue(values[at]!);
    }
    text += "\n";
  }
  return UTF8.encode(text);
}

/** Inserts rows that were written before, within the transaction of a connection. */
export async function copyChunks(
  client: PoolClient,
  { table, columns }: CopyPlace,
  chunks: readonly Uint8Array[],
): Promise<void> {
  const names = columns.map((column) => `"${column}"`).join(", ");
  await pipeline(
    Readable.from(joinChunks(chunks)),
    client.query(copyFrom(`copy ${table} (${names}) from stdin`)),
  );
}

/** Joins small chunks: a stream waits for a turn of the event loop after each. */
function* joinChunks(chunks: readonly Uint8Array[]): Generator<Uint8Array> {
  let joined: Uint8Array[] = [];
  let bytes = 0;
  for (const chunk of chunks) {
    joined.push(chunk);
    bytes += chunk.length;
    if (bytes < PIECE_BYTES) continue;
    yield Buffer.concat(joined);
    joined = [];
    bytes = 0;
  }
  if (bytes > 0) yield Buffer.concat(joined);
}

/** A value in the text format of Postgres' COPY (documentation of COPY, "Text Format"). */
function writeValue(value: CopiedValue): string | number | bigint {
  if (value === null) return "\\N";
  if (typeof value === "string") return value !== "" && SPECIAL.test(value) ? escapeText(value) : value;
  return typeof value === "object" ? `\\\\x${value.toHex()}` : value;
}

const UTF8 = new TextEncoder();

const SPECIAL = /[\\\n\r\t]/;

function escapeText(text: string): string {
  return text.replace(/[\\\n\r\t]/g, (character) => ESCAPES[character]!);
}

const ESCAPES: Readonly<Record<string, string>> = { "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t" };
