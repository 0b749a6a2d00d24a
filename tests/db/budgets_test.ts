import assert from "node:assert/strict";
import { readBudgetTerms, type WrittenBudget } from "../../core/budget/read_budget.ts";
import { LIMITS } from "../../core/limits.ts";
import { verifyAudit } from "../../db/audit.ts";
import { changeBudget, createBudget, deleteBudget, listBudgets, readBudget } from "../../db/budgets.ts";
import type { Database } from "../../db/database.ts";
import { createOrganization } from "../../db/organizations.ts";
import { forEachDatabase } from "./for_each_database.ts";

const NOW = Date.UTC(2026, 1, 10, 12);
const ACT = { actor: "cli:ann", now: NOW };

function termsOf(written: Partial<WrittenBudget> = {}) {
  return readBudgetTerms({ name: "search", amount_usd: "500", ...written }, NOW);
}

function make(database: Database, id: string, written: Partial<WrittenBudget> = {}, organization_id = "default") {
  return createBudget(database, { organization_id, id, ...termsOf(written) }, ACT);
}

forEachDatabase("a budget is kept with every term, and found by its id and its name", async ({ open }) => {
  const database = await open();
  const made = await make(database, "b1", {
    name: "Søk 🔎",
    amount_usd: "999999999.999999999",
    period: "custom",
    since: "2026-03-01",
    until: "2026-03-31",
    tz: "Europe/Berlin",
    filter: ["project=a,b", "tag:team=x\\,y"],
    thresholds: [80, 100, 120],
    owner: "ann",
  });
  assert.deepEqual(made, {
    organization_id: "default",
    id: "b1",
    name: "Søk 🔎",
    amount: 999_999_999_999_999_999n,
    period: { name: "custom", since: Date.parse("2026-02-28T23:00:00Z"), until: Date.parse("2026-03-31T22:00:00Z") },
    tz: "Europe/Berlin",
    scope: new Map([["project", ["a", "b"]], ["tag:team", ["x,y"]]]),
    thresholds: [80, 100, 120],
    owner: "ann",
    version: 1,
    created_at: NOW,
    updated_at: NOW,
  });
  for (const budget of ["b1", "Søk 🔎"]) {
    assert.deepEqual(await readBudget(database, { organization_id: "default", budget }), made);
  }
  await assert.rejects(readBudget(database, { organization_id: "default", budget: "b2" }), { kind: "not_found" });
});

forEachDatabase("a name is one budget's in its organization, and no other organization's concern", async ({ open }) => {
  const database = await open();
  await createOrganization(database, { id: "other", name: "other" }, ACT);
  await make(database, "b1");
  await assert.rejects(make(database, "b2"), { kind: "conflict" });
  await assert.rejects(make(database, "b2", { name: "b1" }), { kind: "conflict" });
  await make(database, "b1", { amount_usd: "7" }, "other");
  await make(database, "b2", { name: "a" });
  const names = async (organization: string) => (await listBudgets(database, organization)).map(({ name }) => name);
  assert.deepEqual([await names("default"), await names("other")], [["a", "search"], ["search"]]);
  const key = { organization_id: "other", budget: "b1" };
  await deleteBudget(database, key, ACT);
  await assert.rejects(deleteBudget(database, key, ACT), { kind: "not_found" });
  assert.deepEqual([await names("default"), await names("other")], [["a", "search"], []]);
});

forEachDatabase("a change is refused when the budget has changed since it was read", async ({ open }) => {
  const database = await open();
  await make(database, "b1");
  const key = { organization_id: "default", budget: "search" };
  const change = (amount_usd: string, version?: number) =>
    changeBudget(database, { key, terms: termsOf({ amount_usd }), version }, { actor: "cli:bob", now: NOW + 1 });
  assert.deepEqual((await change("1", 1)).version, 2);
  await assert.rejects(change("2", 1), {
    kind: "conflict",
    message: 'Cannot change version 1 of the budget "search": it is at version 2; read it again',
  });
  const changed = await change("3");
  assert.deepEqual([changed.amount, changed.version, changed.created_at, changed.updated_at], [
    3_000_000_000n,
    3,
    NOW,
    NOW + 1,
  ]);
  await make(database, "b2", { name: "other" });
  const other = { key: { organization_id: "default", budget: "b2" }, terms: termsOf() };
  await assert.rejects(changeBudget(database, other, ACT), { kind: "conflict" });
});

forEachDatabase("what becomes of budgets is in the audit log", async ({ open }) => {
  const database = await open();
  await make(database, "b1", { filter: ["project=a"] });
  const key = { organization_id: "default", budget: "b1" };
  await changeBudget(database, { key, terms: termsOf({ amount_usd: "1", owner: "bob" }) }, ACT);
  await deleteBudget(database, key, ACT);
  const entries = await database.reader.selectFrom("audit_log").select(["actor", "action", "detail"])
    .where("action", "like", "budget.%").orderBy("number").execute();
  assert.deepEqual(entries.map(({ actor, action }) => [actor, action]), [
    ["cli:ann", "budget.create"],
    ["cli:ann", "budget.update"],
    ["cli:ann", "budget.delete"],
  ]);
  assert.deepEqual(JSON.parse(entries[0]!.detail), {
    id: "b1",
    name: "search",
    amount_usd: "500.000000000",
    period: "month",
    tz: "UTC",
    filter: { project: ["a"] },
    thresholds: [50, 80, 100],
    owner: null,
  });
  assert.equal(JSON.parse(entries[1]!.detail).before.amount_usd, "500.000000000");
  assert.deepEqual(await verifyAudit(database), []);
});

forEachDatabase("an organization has no more budgets than the limit", async ({ open }) => {
  const database = await open();
  const made = await make(database, "b");
  await database.write(async (queries) => {
    const row = await queries.selectFrom("budgets").selectAll().executeTakeFirstOrThrow();
    for (let at = 1; at < LIMITS.budgets; at++) {
      await queries.insertInto("budgets").values({ ...row, id: `b${at}`, name: `${made.name} ${at}` }).execute();
    }
  });
  await assert.rejects(make(database, "one more", { name: "one more" }), { kind: "conflict", message: /500 already/ });
});
