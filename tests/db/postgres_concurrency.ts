/**
 * Several processes on one Postgres database: what each run of them must leave behind.
 */

import assert from "node:assert/strict";
import { sql } from "kysely";
import { openDatabase } from "../../db/database.ts";
import { startChild } from "./child.ts";
import { findRollupFaults, readRows } from "./oracle.ts";
import { withPostgresDatabase } from "./postgres_place.ts";

/** Two processes append the same 5,000 records, each in an order of its own. */
export async function appendSameRecords(): Promise<void> {
  await withPostgresDatabase(async (url) => {
    const children = ["1", "4999"].map((step) => startChild("append_shuffled.ts", [url, "5000", step]));
    for (const child of children) assert.deepEqual(await child.ended, { code: 0, errors: "" });
    const database = await openDatabase(url);
    try {
      assert.equal(children.reduce((sum, { lines }) => sum + Number(lines[0]), 0), 5_000);
      const rows = await readRows(database);
      assert.deepEqual([rows.length, new Set(rows.map(({ id }) => id)).size], [5_000, 5_000]);
      assert.deepEqual(await findRollupFaults(database), []);
    } finally {
      await database.close();
    }
  });
}

/** Three processes append the four states of the same 300 calls; of each the last one is to stay. */
export async function appendSameCalls(): Promise<void> {
  await withPostgresDatabase(async (url) => {
    const children = ["1", "1199", "777"].map((step) => startChild("append_superseding.ts", [url, "300", step]));
    for (const child of children) assert.deepEqual(await child.ended, { code: 0, errors: "" });
    const database = await openDatabase(url);
    try {
      const rows = await readRows(database);
      assert.deepEqual([rows.length, new Set(rows.map(({ id }) => id)).size], [300, 300]);
      // 300 calls of 40 tokens, at a nano-dollar each.
      assert.deepEqual(new Set(rows.map(({ output_tokens }) => output_tokens)), new Set([40n]));
      const days = await database.reader.selectFrom("usage_by_day").select(["records", "cost_nanos"]).execute();
      assert.equal(days.reduce((sum, { records }) => sum + records, 0n), 300n);
      assert.equal(days.reduce((sum, { cost_nanos }) => sum + cost_nanos, 0n), 12_000n);
      assert.deepEqual(await findRollupFaults(database), []);
      await assertNoDeadlock(url);
    } finally {
      await database.close();
    }
  });
}

/** A deadlock is undone and tried again, but only after a second: the order of what is locked is to make none. */
export async function assertNoDeadlock(url: string): Promise<void> {
  const database = await openDatabase(url);
  try {
    const { rows } = await sql<{ deadlocks: bigint }>`
      select deadlocks from pg_stat_database where datname = current_database()`.execute(database.reader);
    assert.deepEqual(rows, [{ deadlocks: 0n }]);
  } finally {
    await database.close();
  }
}
