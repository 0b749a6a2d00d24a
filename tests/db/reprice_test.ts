import assert from "node:assert/strict";
import fc from "fast-check";
import { formatUsd, parseUsd } from "../../core/money.ts";
import type { Cost } from "../../core/pricing/price.ts";
import type { Database } from "../../db/database.ts";
import { repriceUsage } from "../../db/reprice.ts";
import { readUsage, type StoredUsage } from "../../db/usage.ts";
import { forEachDatabase } from "./for_each_database.ts";
import { findRollupFaults, usageRecords } from "./oracle.ts";
import { makeCost, makeEntry, makePrice, NOON, UNPRICED } from "./records.ts";

const ACT = { actor: "cli:ann", now: NOON };
const ALL = { organization_id: "default", range: undefined, filter: new Map() };
const TWO_DOLLARS: Cost = makeCost(2_000_000_000n, makePrice("prices 2"));

/** r1 cost a dollar, r2 has no price, r3 is another organization's. */
async function fill(database: Database): Promise<void> {
  await database.append([
    makeEntry(),
    makeEntry({ id: "r2", model: "house" }, UNPRICED),
    makeEntry({ id: "r3", organization_id: "other" }),
  ]);
}

async function readCost(database: Database, id: string, organization_id = "default"): Promise<string | null> {
  const { cost } = await readUsage(database, { organization_id, id });
  return cost === null ? null : formatUsd(cost);
}

forEachDatabase("repriceUsage() as a preview says what would change, and changes nothing", async ({ open }) => {
  const database = await open();
  await fill(database);
  const result = await repriceUsage(database, ALL, { ...ACT, is_preview: true, price: () => TWO_DOLLARS });
  assert.deepEqual(result, {
    records: 2,
    changed: 2,
    changed_amounts: 2,
    newly_priced: 1,
    newly_unpriced: 0,
    unpriced_before: 1,
    unpriced_after: 0,
    before: parseUsd("1"),
    after: parseUsd("4"),
    models: [
      {
        provider: "openai",
        model: "gpt-5",
        records: 1,
        changed: 1,
        changed_amounts: 1,
        newly_priced: 0,
        newly_unpriced: 0,
        unpriced_before: 0,
        unpriced_after: 0,
        before: parseUsd("1"),
        after: parseUsd("2"),
      },
      {
        provider: "openai",
        model: "house",
        records: 1,
        changed: 1,
        changed_amounts: 1,
        newly_priced: 1,
        newly_unpriced: 0,
        unpriced_before: 1,
        unpriced_after: 0,
        before: parseUsd("0"),
        after: parseUsd("2"),
      },
    ],
  });
  assert.equal(await readCost(database, "r1"), "1.000000000");
  assert.equal(await readCost(database, "r2"), null);
  assert.deepEqual(await database.reader.selectFrom("audit_log").selectAll().execute(), []);
});

forEachDatabase(
  "repriceUsage() changes rows, roll-ups and the audit log together, of its organization alone",
  async ({ open }) => {
    const database = await open();
    await fill(database);
    await repriceUsage(database, ALL, { ...ACT, is_preview: false, price: () => TWO_DOLLARS });
    assert.equal(await readCost(database, "r1"), "2.000000000");
    assert.equal(await readCost(database, "r2"), "2.000000000");
    assert.equal(await readCost(database, "r3", "other"), "1.000000000");
    const { price } = await readUsage(database, { organization_id: "default", id: "r2" });
    assert.equal(price?.reference, "prices 2");
    assert.deepEqual(await findRollupFaults(database), []);
    const [entry, ...more] = await database.reader.selectFrom("audit_log").selectAll().execute();
    assert.deepEqual(more, []);
    assert.equal(entry?.action, "usage.reprice");
    assert.deepEqual(JSON.parse(entry?.detail ?? ""), {
      records: 2,
      changed: 2,
      changed_amounts: 2,
      newly_priced: 1,
      newly_unpriced: 0,
      unpriced_before: 1,
      unpriced_after: 0,
      before: "1.000000000",
      after: "4.000000000",
      since: null,
      until: null,
      filter: {},
    });
  },
);

forEachDatabase("repriceUsage() a second time changes nothing and leaves no audit entry", async ({ open }) => {
  const database = await open();
  await fill(database);
  const options = { ...ACT, is_preview: false, price: () => TWO_DOLLARS };
  await repriceUsage(database, ALL, options);
  const again = await repriceUsage(database, ALL, options);
  assert.equal(again.changed, 0);
  assert.equal((await database.reader.selectFrom("audit_log").selectAll().execute()).length, 1);
});

forEachDatabase("repriceUsage() rewrites a record whose amount stays when its price is another", async ({ open }) => {
  const database = await open();
  await database.append([makeEntry()]);
  const price = () => makeCost(1_000_000_000n, makePrice("prices 2"));
  const { changed, changed_amounts } = await repriceUsage(database, ALL, { ...ACT, is_preview: false, price });
  assert.deepEqual({ changed, changed_amounts }, { changed: 1, changed_amounts: 0 });
  assert.equal((await readUsage(database, { organization_id: "default", id: "r1" })).price?.reference, "prices 2");
});

forEachDatabase("repriceUsage() takes a price away when there is none any more", async ({ open }) => {
  const database = await open();
  await database.append([makeEntry()]);
  const result = await repriceUsage(database, ALL, { ...ACT, is_preview: false, price: () => UNPRICED });
  assert.equal(result.newly_unpriced, 1);
  const usage = await readUsage(database, { organization_id: "default", id: "r1" });
  assert.deepEqual([usage.cost, usage.unpriced_reason, usage.price, usage.catalog_model], [
    null,
    "unknown_model",
    null,
    null,
  ]);
  assert.deepEqual(await findRollupFaults(database), []);
});

forEachDatabase("repriceUsage() keeps to its range and its filter", async ({ open }) => {
  const database = await open();
  await database.append([
    makeEntry({ id: "before", timestamp: NOON - 1, project: "p" }),
    makeEntry({ id: "first", timestamp: NOON, project: "p", tags: { team: "core" } }),
    makeEntry({ id: "other project", timestamp: NOON, project: "q", tags: { team: "core" } }),
    makeEntry({ id: "no team", timestamp: NOON, project: "p" }),
    makeEntry({ id: "after", timestamp: NOON + 10, project: "p", tags: { team: "core" } }),
  ]);
  const range = { since: NOON, until: NOON + 10 };
  const filter = new Map([["project", ["p"]], ["tag:team", ["core"]]] as const);
  await repriceUsage(database, { organization_id: "default", range, filter }, {
    ...ACT,
    is_preview: false,
    price: () => TWO_DOLLARS,
  });
  const costs = await database.reader.selectFrom("usage").select(["id", "cost_nanos"]).orderBy("id").execute();
  assert.deepEqual(costs.filter(({ cost_nanos }) => cost_nanos === 2_000_000_000n).map(({ id }) => id), ["first"]);
});

forEachDatabase("repriceUsage() leaves everything as it was when it fails midway", async ({ open }) => {
  const database = await open();
  const entries = Array.from({ length: 1500 }, (_, at) => makeEntry({ id: `r${String(at).padStart(4, "0")}` }));
  await database.append(entries);
  const price = (usage: StoredUsage) => usage.id === "r1400" ? makeCost(10_000_001n * 1_000_000_000n) : TWO_DOLLARS;
  const attempt = repriceUsage(database, ALL, { ...ACT, is_preview: false, price });
  await assert.rejects(attempt, { kind: "invalid", message: /"r1400"/ });
  assert.equal(await readCost(database, "r0000"), "1.000000000");
  assert.deepEqual(await findRollupFaults(database), []);
});

forEachDatabase("repriceUsage() walks more than one page, each record once", async ({ open }) => {
  const database = await open();
  await database.append(
    Array.from({ length: 2500 }, (_, at) => makeEntry({ id: `r${at}`, timestamp: NOON + (at % 7) })),
  );
  const result = await repriceUsage(database, ALL, { ...ACT, is_preview: false, price: () => TWO_DOLLARS });
  assert.deepEqual([result.records, result.changed, result.after], [2500, 2500, parseUsd("5000")]);
  assert.deepEqual(await findRollupFaults(database), []);
});

forEachDatabase("repriceUsage() keeps roll-ups equal to rows, whatever the records and costs", async ({ open }) => {
  const database = await open();
  const amountLists = fc.array(fc.nat(3_000), { minLength: 1 });
  await fc.assert(
    fc.asyncProperty(usageRecords({ most: 12 }), amountLists, async (records, amounts) => {
      await clear(database);
      await database.append(records.map(({ id, entry }) => ({ ...entry, record: { ...entry.record, id } })));
      let next = 0;
      const price = () => {
        const amount = amounts[next++ % amounts.length]!;
        return amount % 3 === 0 ? UNPRICED : makeCost(BigInt(amount), makePrice("prices 2"));
      };
      await repriceUsage(database, ALL, { ...ACT, is_preview: false, price });
      assert.deepEqual(await findRollupFaults(database), []);
    }),
    { numRuns: 50 },
  );
});

function clear(database: Database): Promise<void> {
  return database.write(async (queries) => {
    await queries.deleteFrom("usage").execute();
    await queries.deleteFrom("usage_identity").execute();
    await queries.deleteFrom("usage_by_quarter_hour").execute();
    await queries.deleteFrom("usage_by_day").execute();
    await queries.deleteFrom("usage_by_day_and_user").execute();
  });
}
