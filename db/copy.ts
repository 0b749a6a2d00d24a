/**
 * Copies a whole database into another one, of whatever kind each is. A page of rows and how far the copy is are stored
 * in one transaction, so that a copy that ends at any moment goes on from there.
 */

import { sql } from "kysely";
import { CostopsError } from "../core/error.ts";
import { countRows, keyOf, type StoredRow, walkRows } from "./copy_rows.ts";
import {
  COPY_FACT,
  type CopyState,
  identifyDatabase,
  readCopyState,
  readCopyText,
  writeCopyState,
} from "./copy_state.ts";
import { CLEARED_TABLES, COPIED_TABLES, type CopiedTable } from "./copy_tables.ts";
import type { Database, Queries } from "./database.ts";

/** From where to where; the target is opened with `is_copy_target`. */
export interface CopyPair {
  readonly source: Database;
  readonly target: Database;
}

/** Told after each page: rows of the source that are done, those of an earlier run included. */
export type OnRows = (rows: number) => void;

/** Rows of the source that a copy takes along. */
export async function countSource({ source }: CopyPair): Promise<number> {
  let rows = 0;
  for (const table of COPIED_TABLES) rows += await countRows(source.reader, table);
  return rows;
}

/**
 * Copies what is not copied yet. The target stays closed to everything else until {@link endCopy}.
 *
 * Fails with `conflict`, and changes nothing, when the target was used already, is the source, or holds a copy of another
 * database; and when another process copies into it at the same time.
 */
export async function copyDatabase(pair: CopyPair, onRows: OnRows): Promise<void> {
  const { source, target } = pair;
  let text = await beginCopy(pair);
  let state = readCopyState(text);
  let done = 0;
  for (const table of state.table === null ? [] : COPIED_TABLES) {
    if (isBefore(table, state)) {
      onRows(done += await countRows(source.reader, table));
      continue;
    }
    if (state.table === table.name && state.key !== null) onRows(done += await countRows(target.reader, table));
    const after = state.table === table.name ? state.key : null;
    for await (const rows of walkRows(source, table, after)) {
      state = { ...state, table: table.name, key: keyOf(rows.at(-1)!, table) };
      text = await storePage(target, { table, rows, before: text, state });
      onRows(done += rows.length);
    }
  }
  state = { ...state, table: null, key: null };
  await target.write(async (queries) => await advance(queries, text, state));
}

/** Opens the target to everything else, when it was proved to hold the same. */
export async function endCopy({ target }: CopyPair): Promise<void> {
  await target.write((queries) => queries.deleteFrom("installation").where("key", "=", COPY_FACT).execute());
}

/** Begins a copy, or finds the one that was begun: its state as it is written. */
async function beginCopy({ source, target }: CopyPair): Promise<string> {
  const from = await identifyDatabase(source.reader);
  if (from === undefined) {
    throw new CostopsError("storage_failure", `Cannot copy "${source.url}": the key of its audit log is gone`);
  }
  return await target.write(async (queries) => {
    const refuse = (reason: string) => new CostopsError("conflict", `Cannot copy to "${target.url}": ${reason}`);
    const begun = await readCopyText(queries);
    if (begun !== undefined) {
      if (readCopyState(begun).source === from) return begun;
      throw refuse("a copy of another database into it has not ended; name a new database");
    }
    if (await identifyDatabase(queries) === from) {
      throw refuse(`it is "${source.url}" itself, or a copy of it already, and then there is nothing left to copy`);
    }
    const used = await findUsedTable(queries);
    if (used !== undefined) throw refuse(`it has been used, and has rows in "${used}"; name a new database`);
    for (const name of [...CLEARED_TABLES, "organizations", "installation"]) {
      await sql`delete from ${sql.table(name)}`.execute(queries);
    }
    const text = writeCopyState({ source: from, table: COPIED_TABLES[0]!.name, key: null });
    await queries.insertInto("installation").values({ key: COPY_FACT, value: text }).execute();
    return text;
  }, { usage_of: "all organizations" });
}

/** A table that has more than a new database has. */
async function findUsedTable(queries: Queries): Promise<string | undefined> {
  for (const { name } of COPIED_TABLES) {
    // The migrations make one organization and the key of the audit chain.
    const own = name === "organizations" ? sql`id <> 'default'` : name === "installation" ? sql`1 = 0` : sql`1 = 1`;
    const { rows } = await sql`select 1 from ${sql.table(name)} where ${own} limit 1`.execute(queries);
    if (rows.length > 0) return name;
  }
  return undefined;
}

function isBefore(table: CopiedTable, { table: name }: CopyState): boolean {
  return COPIED_TABLES.indexOf(table) < COPIED_TABLES.findIndex((other) => other.name === name);
}

interface Page {
  readonly table: CopiedTable;
  readonly rows: readonly StoredRow[];
  /** The state as it was written last. */
  readonly before: string;
  readonly state: CopyState;
}

async function storePage(target: Database, { table, rows, before, state }: Page): Promise<string> {
  let text = "";
  await target.storeRows({ table: table.name, rows, counted_key: table.counted_key }, async (queries) => {
    text = await advance(queries, before, state);
  });
  return text;
}

/** Only whoever wrote the last state writes the next: two processes that copy at once would store a page twice. */
async function advance(queries: Queries, before: string, state: CopyState): Promise<string> {
  const text = writeCopyState(state);
  const { numUpdatedRows } = await queries.updateTable("installation").set({ value: text })
    .where("key", "=", COPY_FACT).where("value", "=", before).executeTakeFirst();
  if (numUpdatedRows === 1n) return text;
  throw new CostopsError("conflict", "Cannot go on with the copy: another process copies into the same database");
}
