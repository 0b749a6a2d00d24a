/**
 * What distributing the schema by organization asks of it, read from the catalog of a real Postgres, and that the
 * statements in docs/operations.md name every table. No distributed engine is here to run them.
 */

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { sql } from "kysely";
import { type Database, openDatabase } from "../../db/database.ts";
import { isPostgresExpected, withPostgresDatabase } from "./postgres_place.ts";

/** Whole on every node: distributed tables refer to them, or their keys name no organization. */
const REFERENCE_TABLES = [
  "api_keys",
  "applied_prices",
  "organizations",
  "prices",
  "refresh_tokens",
  "sessions",
  "users",
];

/** On the coordinator alone: one chain, a counted key, or nothing that a distributed table is joined with. */
const LOCAL_TABLES = [
  "audit_log",
  "catalogues",
  "idempotent_answers",
  "installation",
  "login_failures",
  "schema_migrations",
  "setup_links",
];

const DISTRIBUTED_TABLES = [
  "alert_channels",
  "alert_deliveries",
  "alerts",
  "anomaly_acknowledgements",
  "budgets",
  "import_positions",
  "prune_marks",
  "rate_limits",
  "report_jobs",
  "report_pieces",
  "revoked_tokens",
  "usage",
  "usage_by_day",
  "usage_by_day_and_user",
  "usage_by_quarter_hour",
  "usage_identity",
];

/** Registers a test on a Postgres of its own. */
function onPostgres(name: string, test: (database: Database) => Promise<void>): void {
  if (!isPostgresExpected()) return;
  Deno.test(name, () =>
    withPostgresDatabase(async (url) => {
      const database = await openDatabase(url);
      try {
        await test(database);
      } finally {
        await database.close();
      }
    }));
}

const OWN = sql`c.relnamespace = current_schema()::regnamespace and c.relkind in ('r', 'p') and not c.relispartition`;

onPostgres("every table is distributed, on every node or on the coordinator", async ({ reader }) => {
  const { rows } = await sql<{ name: string }>`select c.relname as name from pg_class as c where ${OWN}`.execute(
    reader,
  );
  const listed = [...DISTRIBUTED_TABLES, ...REFERENCE_TABLES, ...LOCAL_TABLES].sort();
  assert.deepEqual(rows.map(({ name }) => name).sort(), listed);
});

onPostgres(
  "distributed tables have the organization first in every unique index, and no sequence",
  async ({ reader }) => {
    const { rows } = await sql<{ table: string; first: string }>`
    select distinct c.relname as table, a.attname as first from pg_index as i join pg_class as c on c.oid = i.indrelid
    join pg_attribute as a on a.attrelid = c.oid and a.attnum = i.indkey[0]
    where ${OWN} and (i.indisunique or i.indisprimary) and c.relname in (${sql.join(DISTRIBUTED_TABLES)})
    order by c.relname`.execute(reader);
    assert.deepEqual(rows, DISTRIBUTED_TABLES.map((table) => ({ table, first: "organization_id" })));
    const { rows: counted } = await sql<{ table: string }>`
    select c.relname as table from pg_attribute as a join pg_class as c on c.oid = a.attrelid
    where ${OWN} and a.attnum > 0
      and (a.attidentity <> '' or pg_get_serial_sequence(quote_ident(c.relname), a.attname) is not null)`
      .execute(reader);
    assert.deepEqual(counted, [{ table: "catalogues" }]);
  },
);

onPostgres("the organization is text of one collation wherever it distributes", async ({ reader }) => {
  const { rows } = await sql<{ table: string; type: string; collation: string; is_required: boolean }>`
    select c.relname as table, format_type(a.atttypid, a.atttypmod) as type, l.collname as collation,
      a.attnotnull as is_required
    from pg_attribute as a join pg_class as c on c.oid = a.attrelid join pg_collation as l on l.oid = a.attcollation
    where ${OWN} and a.attname = 'organization_id' and c.relname in (${sql.join(DISTRIBUTED_TABLES)})
    order by c.relname`.execute(reader);
  const each = { type: "text", collation: "C", is_required: true };
  assert.deepEqual(rows, DISTRIBUTED_TABLES.map((table) => ({ table, ...each })));
});

onPostgres(
  "distributed tables refer to tables on every node, or to their own organization's of the same shard",
  async ({ reader }) => {
    const { rows } = await sql<{ table: string; other: string }>`
    select c.relname as table, o.relname as other from pg_constraint as k
    join pg_class as c on c.oid = k.conrelid join pg_class as o on o.oid = k.confrelid
    where ${OWN} and k.contype = 'f' order by c.relname, o.relname`.execute(reader);
    const ofDistributed = rows.filter(({ table }) => DISTRIBUTED_TABLES.includes(table));
    const ofOneShard = [
      { table: "alert_deliveries", other: "alert_channels" },
      { table: "alert_deliveries", other: "alerts" },
    ];
    assert.deepEqual(ofDistributed, [
      { table: "alert_channels", other: "organizations" },
      ...ofOneShard,
      { table: "alerts", other: "organizations" },
      { table: "anomaly_acknowledgements", other: "organizations" },
      { table: "budgets", other: "organizations" },
      { table: "import_positions", other: "organizations" },
      { table: "prune_marks", other: "organizations" },
    ]);
    // A table on every node may not refer to one that is not.
    assert.deepEqual(rows.filter(({ other }) => !REFERENCE_TABLES.includes(other)), ofOneShard);
    assert.deepEqual(rows.filter(({ table }) => LOCAL_TABLES.includes(table)), []);
  },
);

onPostgres("distributed tables have no trigger", async ({ reader }) => {
  const { rows } = await sql<{ table: string }>`
    select distinct c.relname as table from pg_trigger as t join pg_class as c on c.oid = t.tgrelid
    where ${OWN} and not t.tgisinternal`.execute(reader);
  assert.deepEqual(rows, [{ table: "audit_log" }]);
});

Deno.test("docs/operations.md distributes exactly these tables", async () => {
  const text = await readFile(new URL("../../docs/operations.md", import.meta.url), "utf8");
  const section = /^## Citus$(.*?)(?=^## |$(?![\s\S]))/ms.exec(text)?.[1] ?? "";
  const called = (name: string) =>
    [...section.matchAll(new RegExp(`${name}\\('(\\w+)'`, "g"))].map(([, table]) => table!).sort();
  assert.deepEqual(called("create_distributed_table"), DISTRIBUTED_TABLES);
  assert.deepEqual(called("create_reference_table"), REFERENCE_TABLES);
  const local = /^Local[^\n]*?: ([^\n]*)$/m.exec(section)?.[1] ?? "";
  assert.deepEqual([...local.matchAll(/`(\w+)`/g)].map(([, table]) => table!).sort(), LOCAL_TABLES);
});
