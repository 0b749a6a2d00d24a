/**
 * The same random steps on SQLite and on Postgres: every answer is compared, and what the steps left behind.
 */

import assert from "node:assert/strict";
import fc from "fast-check";
import { type Database, openDatabase } from "../../db/database.ts";
import { examineDatabase } from "../../db/doctor.ts";
import { createOrganization } from "../../db/organizations.ts";
import { applyStep, type Run, steps } from "./differential_steps.ts";
import { withFolder } from "./for_each_database.ts";
import { withPostgresDatabase } from "./postgres_place.ts";

/** Tables of organizations that hold the same when both did the same. */
const TABLES = [
  "usage_identity",
  "usage",
  "usage_by_quarter_hour",
  "usage_by_day",
  "usage_by_day_and_user",
  "prices",
  "prune_marks",
  "import_positions",
] as const;

/** The rows that a run left in a table, as texts in an order of their own. */
async function readTable({ database, number }: Run, table: (typeof TABLES)[number]): Promise<string[]> {
  const rows = await database.reader.selectFrom(table).selectAll()
    .where("organization_id", "in", [`a${number}`, `b${number}`]).execute();
  return rows.map(writeRow).sort();
}

function writeRow(row: object): string {
  const write = (value: unknown) =>
    value instanceof Uint8Array ? new Uint8Array(value).toHex() : typeof value === "bigint" ? `${value}n` : value;
  return JSON.stringify(Object.entries(row).map(([name, value]) => [name, write(value)]));
}

async function assertSameTables(sqlite: Run, postgres: Run): Promise<void> {
  for (const table of TABLES) {
    assert.deepEqual(await readTable(postgres, table), await readTable(sqlite, table), `Postgres has another ${table}`);
  }
}

/** What is of no organization, or of all; the audit chain's key is each database's own. */
async function assertSameWholes(sqlite: Database, postgres: Database): Promise<void> {
  const wholes = async ({ reader }: Database) => {
    const tables = await Promise.all([
      reader.selectFrom("applied_prices").selectAll().orderBy("id").execute(),
      reader.selectFrom("organizations").selectAll().orderBy("id").execute(),
      reader.selectFrom("audit_log").select(["number", "organization_id", "at", "actor", "action", "detail"])
        .orderBy("number").execute(),
    ]);
    return tables.map((rows) => rows.map(writeRow));
  };
  assert.deepEqual(await wholes(postgres), await wholes(sqlite));
}

async function compare(sqlite: Database, postgres: Database, runs: number): Promise<void> {
  let number = 0;
  const property = fc.asyncProperty(steps(), async (steps) => {
    number++;
    for (const database of [sqlite, postgres]) {
      for (const id of ["a", "b"]) {
        await createOrganization(database, { id: `${id}${number}`, name: id }, { actor: "test", now: 0 });
      }
    }
    const [one, other] = [{ database: sqlite, number }, { database: postgres, number }];
    for (const step of steps) {
      const wanted = await applyStep(one, step);
      assert.equal(await applyStep(other, step), wanted, `Postgres answers ${step[0]} otherwise than SQLite`);
    }
    await assertSameTables(one, other);
  });
  await fc.assert(property, { numRuns: runs });
}

/** Does as many runs of random steps on two new databases; fails with the shortest steps that they answer differently. */
export async function compareDatabases(runs: number): Promise<void> {
  await withPostgresDatabase((url) =>
    withFolder(async (folder) => {
      const sqlite = await openDatabase(`${folder}/costops.db`);
      const postgres = await openDatabase(url);
      try {
        await compare(sqlite, postgres, runs);
        await assertSameWholes(sqlite, postgres);
        for (const database of [sqlite, postgres]) await assertWhole(database);
      } finally {
        await sqlite.close();
        await postgres.close();
      }
    })
  );
}

/** The costs of the steps are made up, and follow from no price. */
async function assertWhole(database: Database): Promise<void> {
  for (const { check, ok, detail } of await examineDatabase(database)) {
    if (check !== "costs") assert.ok(ok, `${database.url} ${check}: ${detail}`);
  }
}
