/**
 * That a copy into this database has not ended, and how far it is: a fact in the table `installation`.
 */

import { createHash } from "node:crypto";
import { CostopsError } from "../core/error.ts";
import type { KeyValue } from "./copy_tables.ts";
import type { Database, Queries } from "./database.ts";

/** The name of the fact; it is of this database alone, and never copied. */
export const COPY_FACT = "copy";

/** How far a copy is. */
export interface CopyState {
  /** Which database it is a copy of: SHA-256 of its audit chain's key, 64 hex digits. */
  readonly source: string;
  /** The table that is being copied; null when all are. */
  readonly table: string | null;
  /** The key of its last row that is here; null before the first. */
  readonly key: readonly KeyValue[] | null;
}

/** Fails with `conflict` when a copy into this database has not ended: half of the figures are no figures. */
export async function refuseHalfCopy(database: Database): Promise<void> {
  if (await readCopyText(database.reader) === undefined) return;
  throw new CostopsError(
    "conflict",
    `Cannot use "${database.url}": a copy into it has not ended; run the same costops db copy again, or name another`,
  );
}

/** The state as it is written; undefined when no copy is under way. */
export async function readCopyText(queries: Queries): Promise<string | undefined> {
  const row = await queries.selectFrom("installation").select("value").where("key", "=", COPY_FACT).executeTakeFirst();
  return row?.value;
}

/** Writes a state; whole numbers are objects, since JSON's own lose digits. */
export function writeCopyState(state: CopyState): string {
  return JSON.stringify(state, (_, value) => typeof value === "bigint" ? { whole: String(value) } : value);
}

/** Reads a state that {@link writeCopyState} has written. */
export function readCopyState(text: string): CopyState {
  return JSON.parse(text, (_, value) => typeof value?.whole === "string" ? BigInt(value.whole) : value);
}

/** Which database this is: the same for all copies of one, another one for every database that was made new. */
export async function identifyDatabase(queries: Queries): Promise<string | undefined> {
  const row = await queries.selectFrom("installation").select("value").where("key", "=", "audit_key")
    .executeTakeFirst();
  return row === undefined ? undefined : createHash("sha256").update(row.value).digest("hex");
}
