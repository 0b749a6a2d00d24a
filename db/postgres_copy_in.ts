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

/** Rows of one chunk: some 400 KiB. */
const CHUNK_ROWS = 1_000;

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
  const lines = rows.map(writeLine);
  lines.push("");
  return Buffer.from(lines.join("\n"));
}

/** Inserts rows that were written before, within the transaction of a connection. */
export async function copyChunks(
  client: PoolClient,
  { table, columns }: CopyPlace,
  chunks: readonly Uint8Array[],
): Promise<void> {
  const names = columns.map((column) => `"${column}"`).join(", ");
  await pipeline(Readable.from(chunks), client.query(copyFrom(`copy ${table} (${names}) from stdin`)));
}

/** A row in the text format of Postgres' COPY (documentation of COPY, "Text Format"). */
function writeLine(values: readonly CopiedValue[]): string {
  const written = new Array<string | number | bigint>(values.length);
  for (let at = 0; at < values.length; at++) {
    const value = values[at]!;
    // Whole numbers are left to join(), which writes them as String() does.
    if (value === null) written[at] = "\\N";
    else if (typeof value === "string") written[at] = SPECIAL.test(value) ? escapeText(value) : value;
    else written[at] = typeof value === "object" ? writeBytes(value) : value;
  }
  return written.join("\t");
}

const SPECIAL = /[\\\n\r\t]/;

function escapeText(text: string): string {
  return text.replace(/[\\\n\r\t]/g, (character) => ESCAPES[character]!);
}

function writeBytes(bytes: Uint8Array): string {
  return `\\\\x${bytes.toHex()}`;
}

const ESCAPES: Readonly<Record<string, string>> = { "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t" };
