import assert from "node:assert/strict";
import { splitRange } from "../../core/time.ts";
import { type Database, openDatabase } from "../../db/database.ts";
import { readCosts } from "../../db/costs.ts";
import { examineDatabase } from "../../db/doctor.ts";
import { createOrganization } from "../../db/organizations.ts";
import { pruneUsage } from "../../db/prune.ts";
import { repriceUsage } from "../../db/reprice.ts";
import { deleteUsage } from "../../db/usage.ts";
import { readRows } from "./oracle.ts";
import { appendSameCalls, appendSameRecords, assertNoDeadlock } from "./postgres_concurrency.ts";
import { withPostgresDatabase } from "./postgres_place.ts";
import { makeCost, makeEntry, makePrice, NOON, UNPRICED } from "./records.ts";

const ACT = { actor: "test", now: NOON };

for (let run = 1; run <= 5; run++) {
  Deno.test(
    `two processes append the same records to one Postgres: each is stored once, run ${run} of 5`,
    appendSameRecords,
  );
}

Deno.test(
  "three processes append the states of the same calls to one Postgres: the last of each stays",
  appendSameCalls,
);

/** Runs a test on as many openings of one database, each with connections of its own as a process has. */
async function withOpenings(count: number, test: (databases: Database[]) => Promise<void>): Promise<void> {
  await withPostgresDatabase(async (url) => {
    const databases = await Promise.all(Array.from({ length: count }, () => openDatabase(url, { max_connections: 4 })));
    try {
      for (const id of ["a", "b", "c"]) await createOrganization(databases[0]!, { id, name: id }, ACT);
      await test(databases);
      await assertNoDeadlock(url);
    } finally {
      for (const database of databases) await database.close();
    }
  });
}

async function assertWhole(database: Database): Promise<void> {
  for (const { check, ok, detail } of await examineDatabase(database)) {
    // The costs are made up, and follow from no price.
    if (check !== "costs") assert.ok(ok, `${check}: ${detail}`);
  }
}

Deno.test("append() from five openings makes the months of a year on Postgres, each once", async () => {
  await withOpenings(5, async (databases) => {
    const appended = databases.map((database, at) =>
      database.append(
        Array.from({ length: 24 }, (_, month) =>
          makeEntry({ id: `${at}-${month}`, timestamp: Date.UTC(2020, month, 3) })),
      )
    );
    for (const outcomes of await Promise.all(appended)) {
      assert.deepEqual(new Set(outcomes.map(({ outcome }) => outcome)), new Set(["inserted"]));
    }
    assert.equal((await readRows(databases[0]!)).length, 120);
    await assertWhole(databases[0]!);
  });
});

Deno.test("append() to a month that a prune drops meanwhile stores its records, on Postgres", async () => {
  await withOpenings(3, async ([one, two, three]) => {
    for (let month = 0; month < 12; month++) {
      const timestamp = Date.UTC(2020, month, 3);
      await one!.append([makeEntry({ organization_id: "a", id: `${month}`, timestamp })]);
      const append = (database: Database, organization_id: string) =>
        database.append([makeEntry({ organization_id, id: `${month}`, timestamp })]);
      const [pruned, ...appended] = await Promise.all([
        pruneUsage(one!, { organization_id: "a", before: Date.UTC(2020, month + 1), is_preview: false, ...ACT }),
        append(two!, "b"),
        append(three!, "c"),
      ]);
      assert.equal(pruned.records, 1n);
      assert.deepEqual(appended, [[{ outcome: "inserted" }], [{ outcome: "inserted" }]]);
    }
    const rows = await readRows(one!);
    assert.equal(rows.filter(({ organization_id }) => organization_id === "b").length, 12);
    assert.equal(rows.filter(({ organization_id }) => organization_id === "c").length, 12);
    await assertWhole(one!);
  });
});

Deno.test("write() that waits for another process leaves connections to appends and reports, on Postgres", async () => {
  await withOpenings(2, async ([one, two]) => {
    const isHeld = Promise.withResolvers<void>();
    const isOver = Promise.withResolvers<void>();
    const holds = one!.write(async () => {
      isHeld.resolve();
      await isOver.promise;
    });
    await isHeld.promise;
    // More than there are connections.
    const ids = ["d", "e", "f", "g", "h", "i"];
    const waiting = ids.map((id) => createOrganization(two!, { id, name: id }, ACT));
    assert.deepEqual(await two!.append([makeEntry()]), [{ outcome: "inserted" }]);
    assert.equal((await readRows(two!)).length, 1);
    isOver.resolve();
    await holds;
    assert.deepEqual((await Promise.all(waiting)).map(({ id }) => id), ids);
  });
});

/** How often each is done beside the others: together they take about as long. */
const TURNS = { append: 150, ask: 100, reprice: 8, delete: 40, prune: 21 };

Deno.test("appends, deletes, reprices, prunes and reports go on beside each other on Postgres", async () => {
  await withOpenings(3, async (databases) => {
    const repeat = async (turns: number, work: (turn: number) => Promise<unknown>) => {
      for (let turn = 0; turn < turns; turn++) await work(turn);
    };
    const appendTo = (organization_id: string, database: Database) =>
      repeat(TURNS.append, (turn) =>
        database.append(Array.from({ length: 20 }, (_, at) => {
          const timestamp = Date.UTC(2025, 9 + turn % 4, 1 + at, turn % 24);
          return makeEntry({ organization_id, id: `${turn}-${at}`, timestamp, project: `p${at % 3}` });
        })));
    const [one, two, three] = databases as [Database, Database, Database];
    const scope = { organization_id: "b", range: undefined, filter: new Map() };
    await Promise.all([
      appendTo("a", one),
      appendTo("b", two),
      repeat(TURNS.ask, (turn) => ask(three, { organization_id: "a", turn })),
      repeat(TURNS.ask, (turn) => ask(one, { organization_id: "b", turn })),
      repeat(TURNS.reprice, async (turn) => {
        const price = () => turn % 2 === 0 ? makeCost(BigInt(turn), makePrice(`${turn}`)) : UNPRICED;
        await repriceUsage(three, scope, { ...ACT, is_preview: false, price });
      }),
      repeat(TURNS.delete, async (turn) => {
        const [entry] = [makeEntry({ organization_id: "c", id: `${turn}`, timestamp: Date.UTC(2020, turn % 12, 1) })];
        assert.deepEqual(await two.append([entry]), [{ outcome: "inserted" }]);
        await deleteUsage(three, { organization_id: "c", id: `${turn}` }, ACT);
      }),
      repeat(TURNS.prune, (turn) => {
        const before = Date.UTC(2025, 9, 1 + Math.min(turn, 20));
        return pruneUsage(one, { organization_id: "b", before, is_preview: false, ...ACT });
      }),
    ]);
    const rows = await readRows(one);
    assert.equal(rows.filter(({ organization_id }) => organization_id === "a").length, TURNS.append * 20);
    await assertWhole(one);
  });
});

/** What the days of the period add up to is what it adds up to, in one answer. */
async function ask(database: Database, { organization_id, turn }: { organization_id: string; turn: number }) {
  const range = { since: Date.UTC(2025, 10, 1), until: Date.UTC(2026, 1, 1) };
  const buckets = turn % 2 === 0 ? [{ ...range, label: "" }] : splitRange(range, "day", "Europe/Berlin");
  const query = { organization_id, range, tz: "Europe/Berlin", interval: null, buckets, filter: new Map(), units: [] };
  const rows = await readCosts(database, { ...query, group_by: turn % 3 === 0 ? ["session"] : ["project"] });
  for (const { measures } of rows) assert.equal(measures.records, measures.requests);
}
