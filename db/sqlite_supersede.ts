/**
 * Taking a stored record away again within an append's transaction, so that a later line of a session log takes its
 * place.
 */

import type { UsageRecord } from "../core/usage/record.ts";
import { keysOf, type Rollup, ROLLUP_DIMENSIONS, ROLLUP_MEASURES, type RollupChange, ROLLUPS } from "./rollups.ts";
import type { Bound, SqliteConnection } from "./sqlite.ts";
import { toRollupChange, type UsageRow } from "./usage.ts";

/** Removes rows with their share of the roll-ups. */
export class SqliteSuperseder {
  readonly #connection: SqliteConnection;

  constructor(connection: SqliteConnection) {
    this.#connection = connection;
  }

  /** The stored row of an id, undefined when retention has dropped it. */
  findRow(organization_id: string, id: string, timestamp: bigint): UsageRow | undefined {
    const sql = "select * from usage where organization_id = ? and timestamp = ? and id = ?";
    return this.#connection.all(sql, organization_id, timestamp, id)[0] as UsageRow | undefined;
  }

  /** Removes a row and what it added to the roll-ups, and gives its identity to the record that takes its place. */
  replace(row: UsageRow, record: UsageRecord): void {
    const { organization_id, timestamp, id } = row;
    this.#connection.run(
      "delete from usage where organization_id = ? and timestamp = ? and id = ?",
      organization_id,
      timestamp,
      id,
    );
    this.#connection.run(
      "update usage_identity set content_hash = ?, timestamp = ? where organization_id = ? and id = ?",
      Uint8Array.fromHex(record.content_hash),
      record.timestamp,
      organization_id,
      id,
    );
    const change = toRollupChange(row, -1n);
    for (const rollup of ROLLUPS) this.#takeFromLine(rollup, change);
  }

  #takeFromLine(rollup: Rollup, change: RollupChange): void {
    const key = keyOf(rollup, change);
    const sums = ROLLUP_MEASURES.map((name) => change[name]);
    const changed = this.#connection.run(takeSql(rollup), ...sums, ...key);
    if (changed !== 1n) throw new Error(`no line of ${rollup.table} for a stored record at ${change.timestamp}`);
    this.#connection.run(dropEmptySql(rollup), ...key);
  }
}

function keyOf({ width_ms, has_user }: Rollup, change: RollupChange): Bound[] {
  const start = change.timestamp - (change.timestamp % width_ms);
  const dimensions = ROLLUP_DIMENSIONS.map((name) => change[name]);
  return [change.organization_id, start, ...dimensions, ...(has_user ? [change.user_id] : [])];
}

function takeSql(rollup: Rollup): string {
  return `update ${rollup.table} set ${ROLLUP_MEASURES.map((name) => `${name} = ${name} + ?`).join(", ")}
    where ${keySql(rollup)}`;
}

function dropEmptySql(rollup: Rollup): string {
  return `delete from ${rollup.table} where ${keySql(rollup)} and records = 0`;
}

function keySql(rollup: Rollup): string {
  return keysOf(rollup).map((key) => `${key} = ?`).join(" and ");
}
