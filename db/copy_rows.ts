/**
 * Rows of any table as they are stored, page by page in the order of their keys, in constant memory.
 */

import { type RawBuilder, sql } from "kysely";
import { LIMITS } from "../core/limits.ts";
import { COPY_FACT } from "./copy_state.ts";
import type { CopiedTable, KeyValue } from "./copy_tables.ts";
import type { Database, Queries } from "./database.ts";

/** A value of any column. */
export type StoredValue = string | bigint | null | Uint8Array;
/** A row by its columns, in the table's order. */
export type StoredRow = Readonly<Record<string, StoredValue>>;

/** Gives a table's rows after a key, or all of them; the next page is read while one is worked on. */
export async function* walkRows(
  database: Database,
  table: CopiedTable,
  after: readonly KeyValue[] | null = null,
): AsyncGenerator<readonly StoredRow[]> {
  const limit = table.page_rows ?? LIMITS.append_records;
  let next: Promise<StoredRow[]> | undefined = readPage(database, { table, after, limit });
  while (next !== undefined) {
    const rows: StoredRow[] = await next;
    if (rows.length === 0) return;
    next = rows.length < limit ? undefined : readPage(database, { table, after: keyOf(rows.at(-1)!, table), limit });
    // Whoever walks may stop here: what fails after that is of no interest, and what is awaited fails there.
    next?.catch(() => {});
    yield rows;
  }
}

/** The key of a row. */
export function keyOf(row: StoredRow, { key }: CopiedTable): KeyValue[] {
  return key.map((column) => row[column] as KeyValue);
}

/** How many rows a table has that are copied. */
export async function countRows(queries: Queries, table: CopiedTable): Promise<number> {
  const { rows } = await sql<{ count: bigint }>`
    select cast(count(*) as bigint) as count from ${sql.table(table.name)} where ${conditionOf(table)}`
    .execute(queries);
  return Number(rows[0]!.count);
}

interface Page {
  readonly table: CopiedTable;
  readonly after: readonly KeyValue[] | null;
  readonly limit: number;
}

async function readPage(
  { scanner, weighs_values }: Database,
  { table, after, limit }: Page,
): Promise<StoredRow[]> {
  const key = sql.join(table.key.map((column) => sql.ref(column)));
  const isAfter = after === null ? sql`1 = 1` : sql`(${key}) > (${sql.join(weighs_values ? after.map(hide) : after)})`;
  const { rows } = await sql<StoredRow>`
    select * from ${sql.table(table.name)}
    where ${isAfter} and ${conditionOf(table)}
    order by ${key}
    limit ${limit}`.execute(scanner);
  return rows;
}

/** A value that no planner can weigh. */
function hide(value: KeyValue): RawBuilder<unknown> {
  return typeof value === "bigint" ? sql`(select cast(${value} as bigint))` : sql`(select cast(${value} as text))`;
}

/** The fact that a copy is under way is no part of it. */
function conditionOf({ name }: CopiedTable): RawBuilder<unknown> {
  return name === "installation" ? sql`key <> ${COPY_FACT}` : sql`1 = 1`;
}
