/**
 * What the disk and SQLite alone take: the same rows into the same tables, already parsed, priced and in the same order.
 *
 * The floor writes identities and rows, with the settings of the program, a thousand a transaction; it reads nothing,
 * hashes nothing, prices nothing, recognises nothing and keeps no roll-ups.
 */

import { DatabaseSync, type SQLInputValue } from "node:sqlite";
import { openDatabase } from "../db/database.ts";

/** Rows of one transaction. */
const TRANSACTION = 1_000;

/** Rows as they were stored, in the order they came in. */
export interface FloorRows {
  readonly prices: readonly SQLInputValue[][];
  readonly identities: readonly SQLInputValue[][];
  readonly usage: readonly SQLInputValue[][];
}

/** Reads back what an ingest stored, in the order of these ids. */
export function readFloorRows(database: string, ids: Iterable<string>): FloorRows {
  using opened = new DatabaseSync(database, { readOnly: true });
  const read = (table: string): Record<string, SQLInputValue>[] => {
    const statement = opened.prepare(`select * from ${table}`);
    statement.setReadBigInts(true);
    return statement.all() as Record<string, SQLInputValue>[];
  };
  const toNumbers = (row: Record<string, SQLInputValue>) => Object.values(row).map(toNumber);
  const byId = (table: string) => new Map(read(table).map((row) => [String(row.id), toNumbers(row)]));
  const usage = byId("usage");
  const identities = byId("usage_identity");
  const order = [...ids];
  return {
    prices: read("applied_prices").map((row) => Object.values(row)),
    identities: order.map((id) => identities.get(id)!),
    usage: order.map((id) => usage.get(id)!),
  };
}

/** Inserts the rows into an empty database of the program's own schema. */
export async function insertFloorRows(database: string, rows: FloorRows): Promise<void> {
  await (await openDatabase(`sqlite:${database}`)).close();
  using opened = new DatabaseSync(database);
  opened.exec("pragma journal_mode = wal; pragma synchronous = full; pragma foreign_keys = on");
  opened.exec("pragma cache_size = -16384; pragma journal_size_limit = 67108864");
  const insertPrice = opened.prepare(`insert into applied_prices values ${places(rows.prices)}`);
  for (const row of rows.prices) insertPrice.run(...row);
  const insertIdentity = opened.prepare(`insert into usage_identity values ${places(rows.identities)}`);
  const insertUsage = opened.prepare(`insert into usage values ${places(rows.usage)}`);
  for (let start = 0; start < rows.usage.length; start += TRANSACTION) {
    opened.exec("begin immediate");
    const end = Math.min(start + TRANSACTION, rows.usage.length);
    for (let at = start; at < end; at++) {
      insertIdentity.run(...rows.identities[at]!);
      insertUsage.run(...rows.usage[at]!);
    }
    opened.exec("commit");
  }
}

function places(rows: readonly SQLInputValue[][]): string {
  return `(${(rows[0] ?? []).map(() => "?").join(", ")})`;
}

/** Small whole numbers as the cheaper of the two forms that node:sqlite binds as integers. */
function toNumber(value: SQLInputValue): SQLInputValue {
  const isSmall = typeof value === "bigint" && value >= -(2n ** 53n) && value <= 2n ** 53n;
  return isSmall ? Number(value) : value;
}
