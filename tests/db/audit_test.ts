import assert from "node:assert/strict";
import { newAuditKey, recordAudit, verifyAudit } from "../../db/audit.ts";
import type { Database } from "../../db/database.ts";
import { forEachDatabase } from "./for_each_database.ts";
import { tamper } from "./tamper.ts";
import { NOON } from "./records.ts";

Deno.test("newAuditKey() makes 64 hex digits, other ones each time", () => {
  assert.match(newAuditKey(), /^[0-9a-f]{64}$/);
  assert.notEqual(newAuditKey(), newAuditKey());
});

async function record(database: Database, actions: readonly string[]): Promise<void> {
  for (const action of actions) {
    await database.write((queries) =>
      recordAudit(queries, { organization_id: "default", at: NOON, actor: "cli:ann", action, detail: { of: action } })
    );
  }
}

forEachDatabase("verifyAudit() finds nothing in a log that nobody touched, nor in an empty one", async ({ open }) => {
  const database = await open();
  assert.deepEqual(await verifyAudit(database), []);
  await record(database, ["price.set", "usage.delete", "usage.reprice"]);
  assert.deepEqual(await verifyAudit(database), []);
  const rows = await database.reader.selectFrom("audit_log").select(["number", "action"]).orderBy("number").execute();
  assert.deepEqual(rows.map(({ number, action }) => [number, action]), [
    [1n, "price.set"],
    [2n, "usage.delete"],
    [3n, "usage.reprice"],
  ]);
});

forEachDatabase("recordAudit() is undone with its transaction", async ({ open }) => {
  const database = await open();
  await assert.rejects(database.write(async (queries) => {
    await recordAudit(queries, { organization_id: "", at: NOON, actor: "cli:ann", action: "x", detail: {} });
    throw new Error("something else failed");
  }));
  assert.deepEqual(await database.reader.selectFrom("audit_log").selectAll().execute(), []);
  assert.deepEqual(await verifyAudit(database), []);
});

forEachDatabase("the audit log refuses changes and deletes", async ({ open }) => {
  const database = await open();
  await record(database, ["price.set"]);
  await assert.rejects(database.write((queries) => queries.updateTable("audit_log").set({ actor: "me" }).execute()));
  await assert.rejects(database.write((queries) => queries.deleteFrom("audit_log").execute()));
});

const TAMPERINGS = [
  ["a changed entry", "update audit_log set detail = '{}' where number = 2", ["entry 2 was changed"]],
  ["another author", "update audit_log set actor = 'cli:eve' where number = 1", ["entry 1 was changed"]],
  ["an entry taken out", "delete from audit_log where number = 2", ["entries 2 to 2 are missing"]],
  ["a log cut short", "delete from audit_log where number = 3", ["entries 3 to 3 are missing"]],
  ["a log cut to nothing", "delete from audit_log", ["entries 1 to 3 are missing"]],
  ["a lost head", "delete from installation where key = 'audit_head'", [
    "which entry is the newest is not known any more",
  ]],
  ["a lost key", "delete from installation where key = 'audit_key'", ["the key of the audit log is gone"]],
] as const;

for (const [name, statement, findings] of TAMPERINGS) {
  forEachDatabase(`verifyAudit() finds ${name}`, async ({ open, url }) => {
    const database = await open();
    await record(database, ["price.set", "usage.delete", "usage.reprice"]);
    await tamper(url, statement);
    assert.deepEqual(await verifyAudit(database), findings);
  });
}
