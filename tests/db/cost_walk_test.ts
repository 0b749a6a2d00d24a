import assert from "node:assert/strict";
import fc from "fast-check";
import { compareByCost, compareByTokens, sumRows } from "../../core/analytics/fold.ts";
import type { CostRow } from "../../core/analytics/measures.ts";
import { parseCostQuery } from "../../core/analytics/parse_query.ts";
import { type RowOrder, walkCosts } from "../../db/cost_walk.ts";
import { readCosts } from "../../db/costs.ts";
import type { Database } from "../../db/database.ts";
import { createOrganization } from "../../db/organizations.ts";
import type { CostQuery } from "../../core/analytics/query.ts";
import { entry, NOW, query } from "./differential_inputs.ts";
import { forEachDatabase } from "./for_each_database.ts";
import { makeCost, makeEntry, makeQuery, NOON, UNPRICED } from "./records.ts";

function walk(database: Database, query: CostQuery, order: RowOrder = "cost"): Promise<CostRow[]> {
  return walkCosts(database, { query, order }, async ({ rows }) => {
    const all: CostRow[] = [];
    for await (const some of rows) all.push(...some);
    return all;
  });
}

forEachDatabase("walkCosts() gives rows by time, cost and dimensions, what has no cost last", async ({ open }) => {
  const database = await open();
  await database.append([
    makeEntry({ id: "r1", project: "b" }, makeCost(3n)),
    makeEntry({ id: "r2", project: "a" }, makeCost(3n)),
    makeEntry({ id: "r3" }, makeCost(3n)),
    makeEntry({ id: "r4", project: "\u{1F600}" }, makeCost(9n)),
    makeEntry({ id: "r5", project: "\uFFFD" }, makeCost(9n)),
    makeEntry({ id: "r6", project: "c" }, UNPRICED),
    makeEntry({ id: "r7", project: "c", timestamp: NOON - 86_400_000 }, makeCost(1n)),
  ]);
  const midnight = NOON - 43_200_000;
  const buckets = [
    { since: midnight - 86_400_000, until: midnight, label: "2026-01-04" },
    { since: midnight, until: midnight + 86_400_000, label: "2026-01-05" },
  ];
  const range = { since: buckets[0]!.since, until: buckets[1]!.until };
  const rows = await walk(database, makeQuery({ group_by: ["project"], interval: "day", buckets, range }));
  assert.deepEqual(rows.map(({ bucket, dimensions, measures }) => [bucket, dimensions[0], measures.cost]), [
    [0, "c", 1n],
    [1, "\uFFFD", 9n],
    [1, "\u{1F600}", 9n],
    [1, "a", 3n],
    [1, "b", 3n],
    [1, null, 3n],
    [1, "c", 0n],
  ]);
});

forEachDatabase(
  "walkCosts() gives the rows of readCosts() in the order of a report, on any query",
  async ({ open }) => {
    const database = await open();
    for (const id of ["a", "b"]) await createOrganization(database, { id, name: id }, { actor: "test", now: NOW });
    const entries = fc.sample(entry, { numRuns: 150, seed: 11 });
    await database.append(
      entries.map(({ organization, fields, cost }, at) =>
        makeEntry({ ...fields, organization_id: organization, id: `r${at}` }, cost)
      ),
    );
    await fc.assert(
      fc.asyncProperty(
        query.filter(({ since, until }) => since < until),
        fc.constantFrom<RowOrder>("cost", "tokens"),
        async ({ organization, ...texts }, order) => {
          const asked = parseCostQuery({ organization_id: organization, ...texts }, NOW);
          const rows = await readCosts(database, asked);
          const sorted = rows.sort(order === "cost" ? compareByCost : compareByTokens);
          assert.deepEqual(await walk(database, asked, order), sorted);
          const total = await walkCosts(database, { query: asked, order }, ({ readTotal }) => readTotal());
          assert.deepEqual(sumRows(total).measures, sumRows(rows).measures);
        },
      ),
      { numRuns: 150 },
    );
  },
);

forEachDatabase("walkCosts() leaves a database at work when its rows are not read to the end", async ({ open }) => {
  const database = await open();
  const ids = Array.from({ length: 2_500 }, (_, at) => `r${at}`);
  await database.append(ids.map((id) => makeEntry({ id, session: id })));
  const first = await walkCosts(
    database,
    { query: makeQuery({ group_by: ["session"] }), order: "cost" },
    async (of) => {
      for await (const rows of of.rows) return rows.length;
    },
  );
  assert.equal(first, 1_000);
  assert.equal((await walk(database, makeQuery({ group_by: ["session"] }))).length, 2_500);
  await database.append([makeEntry({ id: "later" })]);
});
