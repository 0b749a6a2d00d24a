import assert from "node:assert/strict";
import fc from "fast-check";
import { parseCostQuery } from "../../core/analytics/parse_query.ts";
import type { CostRow } from "../../core/analytics/measures.ts";
import { type CostQuery, type Dimension, DIMENSIONS, INTERVALS } from "../../core/analytics/query.ts";
import { LIMITS } from "../../core/limits.ts";
import { splitRange } from "../../core/time.ts";
import { readCosts } from "../../db/costs.ts";
import { forEachDatabase } from "./for_each_database.ts";
import { foldQuery, readRows, sortRows, usageRecords } from "./oracle.ts";
import { startChild } from "./child.ts";
import { makeCost, makeEntry, makeQuery, NOON, UNPRICED } from "./records.ts";

const DAY_MS = 86_400_000;

forEachDatabase("readCosts() adds up by dimension, with null for a missing one", async ({ open }) => {
  const database = await open();
  await database.append([
    makeEntry({ id: "r1", project: "p" }, makeCost(3n)),
    makeEntry({ id: "r2", project: "p", units: { audio_input_tokens: 5 } }, makeCost(4n)),
    makeEntry({ id: "r3" }, UNPRICED),
    makeEntry({ id: "r4", organization_id: "other", project: "p" }, makeCost(1_000n)),
  ]);
  const rows = sortRows(await readCosts(database, makeQuery({ group_by: ["project"] })));
  const tokens = { cache_read_tokens: 0n, cache_write_tokens: 0n };
  assert.deepEqual(rows, [
    {
      bucket: 0,
      dimensions: ["p"],
      measures: {
        ...tokens,
        requests: 2n,
        records: 2n,
        input_tokens: 205n,
        output_tokens: 20n,
        cost: 7n,
        unpriced_records: 0n,
        unpriced_tokens: 0n,
      },
      units: {},
    },
    {
      bucket: 0,
      dimensions: [null],
      measures: {
        ...tokens,
        requests: 1n,
        records: 1n,
        input_tokens: 100n,
        output_tokens: 10n,
        cost: 0n,
        unpriced_records: 1n,
        unpriced_tokens: 110n,
      },
      units: {},
    },
  ]);
});

forEachDatabase("readCosts() of no records is no rows", async ({ open }) => {
  assert.deepEqual(await readCosts(await open(), makeQuery({})), []);
});

forEachDatabase(
  "readCosts() counts a record at the first instant of a range, not at the first after it",
  async ({ open }) => {
    const database = await open();
    await database.append([-1, 0, 1].map((ms) => makeEntry({ id: `r${ms}`, timestamp: NOON + ms })));
    const count = async (since: number, until: number) =>
      (await readCosts(database, makeQuery({ range: { since, until } })))[0]?.measures.requests ?? 0n;
    assert.equal(await count(NOON, NOON + 1), 1n);
    assert.equal(await count(NOON - 1, NOON), 1n);
    assert.equal(await count(NOON - 1, NOON + 2), 3n);
    assert.equal(await count(NOON + 2, NOON + 3), 0n);
  },
);

forEachDatabase("readCosts() cuts days where Berlin's clocks change: 23 hours and 25 hours", async ({ open }) => {
  const database = await open();
  // One record an hour from 2026-03-28T00:00Z for three days, and from 2026-10-24T00:00Z for three days.
  for (const start of [Date.UTC(2026, 2, 28), Date.UTC(2026, 9, 24)]) {
    await database.append(
      Array.from(
        { length: 72 },
        (_, hour) => makeEntry({ id: `${start}-${hour}`, timestamp: start + hour * 3_600_000 }),
      ),
    );
  }
  const days = async (since: string, until: string) => {
    const query = parseCostQuery(
      { organization_id: "default", since, until, tz: "Europe/Berlin", group_by: ["day"] },
      NOON,
    );
    const rows = await readCosts(database, query);
    return rows.map(({ bucket, measures }) => [query.buckets[bucket]!.label, measures.requests]);
  };
  assert.deepEqual(await days("2026-03-28", "2026-03-30"), [["2026-03-28", 23n], ["2026-03-29", 23n], [
    "2026-03-30",
    24n,
  ]]);
  assert.deepEqual(await days("2026-10-24", "2026-10-26"), [["2026-10-24", 22n], ["2026-10-25", 25n], [
    "2026-10-26",
    24n,
  ]]);
});

forEachDatabase(
  "readCosts() takes whole days from the day roll-up, and answers the same from rows",
  async ({ open }) => {
    const database = await open();
    await database.append(Array.from({ length: 50 }, (_, at) =>
      makeEntry(
        { id: `r${at}`, timestamp: NOON + at * 3_600_000, user: at % 3 === 0 ? "ann" : null },
        makeCost(BigInt(at)),
      )));
    const range = { since: Date.UTC(2026, 0, 5, 12, 20), until: Date.UTC(2026, 0, 7, 13, 0, 0, 1) };
    const from = (group_by: Dimension[]) => readCosts(database, makeQuery({ range, group_by }));
    const total = (rows: readonly CostRow[]) => rows.reduce((sum, { measures }) => sum + measures.cost, 0n);
    // 1 to 49: the first record is before the range.
    assert.equal(total(await from([])), 1_225n);
    assert.equal(total(await from(["session"])), 1_225n);
    assert.deepEqual(
      await from(["user"]),
      sortedLike(foldQuery(await readRows(database), makeQuery({ range, group_by: ["user"] })), await from(["user"])),
    );
    // The row of a record in the middle of the range is taken away behind the roll-ups' back: whole days do not miss it.
    await database.write(async (queries) => {
      await queries.deleteFrom("usage").where("id", "=", "r20").execute();
    });
    assert.equal(total(await from([])), 1_225n);
    assert.equal(total(await from(["user"])), 1_225n);
    assert.equal(total(await from(["session"])), 1_205n);
  },
);

forEachDatabase("readCosts() answers every query as the rows add up", async ({ open }) => {
  const database = await open();
  for (const [at, batch] of fc.sample(usageRecords({ least: 40, most: 60 }), { numRuns: 12, seed: 7 }).entries()) {
    await database.append(batch.map(({ id, entry }) => ({ ...entry, record: { ...entry.record, id: `${at}-${id}` } })));
  }
  const rows = await readRows(database);
  assert.ok(rows.length > 100);
  await fc.assert(
    fc.asyncProperty(queries(), async (query) => {
      const answer = sortRows(await readCosts(database, query));
      assert.deepEqual(answer, foldQuery(rows, query));
      const whole = await readCosts(database, { ...query, group_by: [], buckets: [{ ...query.range, label: "" }] });
      assert.equal(sumCost(answer), sumCost(whole));
      assert.equal(sumRequests(answer), sumRequests(whole));
    }),
    { numRuns: 300 },
  );
});

forEachDatabase("readCosts() tells tags apart, whatever their names", async ({ open }) => {
  const database = await open();
  const names = [
    "a.b",
    "a",
    "0",
    "a b",
    "ü",
    "a$b",
    "a'b",
    "[a",
    "a]",
    "#-1",
    "-1",
    "1e3",
    "\t",
    "%",
    "?",
    ":x",
    "*",
    "null",
  ];
  await database.append(names.map((name, at) => makeEntry({ id: `r${at}`, tags: { [name]: name, a: "x" } })));
  for (const name of names.filter((name) => name !== "a")) {
    const rows = await readCosts(
      database,
      makeQuery({ group_by: [`tag:${name}`], filter: new Map([[`tag:${name}` as const, [name]]]) }),
    );
    assert.deepEqual(rows.map(({ dimensions, measures }) => [dimensions[0], measures.requests]), [[name, 1n]], name);
  }
});

forEachDatabase("readCosts() refuses tags whose names a database reads as a path", async ({ open }) => {
  const database = await open();
  await database.append([makeEntry({ tags: { a: "x" } })]);
  for (const name of ["$.a", "$", 'a"b', '"a"', "[0]", "[a]", "a\\b"]) {
    await assert.rejects(
      () => readCosts(database, makeQuery({ group_by: [`tag:${name}`] })),
      { kind: "invalid" },
      name,
    );
    const filter = new Map([[`tag:${name}` as const, ["x"]]]);
    await assert.rejects(() => readCosts(database, makeQuery({ filter })), { kind: "invalid" }, name);
  }
});

forEachDatabase("readCosts() takes filters as values, whatever is in them", async ({ open }) => {
  const database = await open();
  const hostile = "x') or 1=1 --";
  await database.append([makeEntry({ id: "r1", project: hostile }), makeEntry({ id: "r2", project: "y" })]);
  const rows = await readCosts(
    database,
    makeQuery({ group_by: ["project"], filter: new Map([["project", [hostile]]]) }),
  );
  assert.deepEqual(rows.map(({ dimensions }) => dimensions), [[hostile]]);
});

forEachDatabase("readCosts() answers with as many rows as the limit, and refuses one more", async ({ open }) => {
  const database = await open();
  const fill = (from: number, to: number) =>
    database.append(
      Array.from({ length: to - from }, (_, at) => makeEntry({ id: `r${from + at}`, session: `s${from + at}` })),
    );
  for (let at = 0; at < LIMITS.query_rows; at += 10_000) await fill(at, at + 10_000);
  const query = makeQuery({ group_by: ["session"] });
  assert.equal((await readCosts(database, query)).length, LIMITS.query_rows);
  await fill(LIMITS.query_rows, LIMITS.query_rows + 1);
  await assert.rejects(() => readCosts(database, query), { kind: "too_large", message: /more than 100000 rows/ });
});

forEachDatabase(
  "readCosts() below the prune mark answers from roll-ups, and fails where it needs rows",
  async ({ open }) => {
    const database = await open();
    await database.append([makeEntry({ session: "s" })]);
    await database.write(async (queries) => {
      await queries.insertInto("prune_marks").values({ organization_id: "default", before: NOON + DAY_MS }).execute();
      await queries.deleteFrom("usage").execute();
    });
    const rows = await readCosts(database, makeQuery({ group_by: ["model"] }));
    assert.equal(rows[0]?.measures.cost, 1_000_000_000n);
    await assert.rejects(() => readCosts(database, makeQuery({ group_by: ["session"] })), {
      kind: "beyond_retention",
      message: /^Cannot answer this from before 2026-01-06T12:00:00.000Z/,
    });
  },
);

forEachDatabase("readCosts() sees all of another process's batch or nothing of it", async ({ url, open }) => {
  const database = await open();
  const child = startChild("append_split_batches.ts", [url, "300"]);
  // Whole days, whole quarter-hours and odd milliseconds are read by three statements.
  const range = { since: Date.UTC(2026, 0, 4), until: Date.UTC(2026, 0, 6, 0, 15, 0, 2) };
  const seen = new Set<bigint>();
  while (!child.hasEnded()) {
    const [row] = await readCosts(database, makeQuery({ range }));
    seen.add(row?.measures.requests ?? 0n);
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
  assert.deepEqual(await child.ended, { code: 0, errors: "" });
  assert.ok(seen.size > 10, `read at ${seen.size} moments`);
  assert.deepEqual([...seen].filter((requests) => requests % 3n !== 0n), []);
});

function sortedLike(rows: readonly CostRow[], like: readonly CostRow[]): CostRow[] {
  return like.map(({ dimensions }) => rows.find((row) => row.dimensions[0] === dimensions[0])!);
}

function sumCost(rows: readonly CostRow[]): bigint {
  return rows.reduce((sum, { measures }) => sum + measures.cost, 0n);
}

function sumRequests(rows: readonly CostRow[]): bigint {
  return rows.reduce((sum, { measures }) => sum + measures.requests, 0n);
}

const ZONES = [
  "UTC",
  "Europe/Berlin",
  "Asia/Kolkata",
  "Asia/Kathmandu",
  "America/St_Johns",
  "Pacific/Apia",
];

/** Ranges within March and October 2026, where the records of the oracle lie. */
function ranges(): fc.Arbitrary<CostQuery["range"]> {
  const start = fc.constantFrom(Date.UTC(2026, 2, 27), Date.UTC(2026, 2, 28, 23), Date.UTC(2026, 9, 24, 22));
  const step = fc.constantFrom(1, 900_000, 3_600_000, DAY_MS);
  return fc.record({ start, step, from: fc.nat(20), odd: fc.integer({ min: -2, max: 2 }), length: fc.nat(60) })
    .map(({ start, step, from, odd, length }) => {
      const since = start + from * 1_800_000 + odd;
      return { since, until: since + 1 + length * step };
    });
}

function queries(): fc.Arbitrary<CostQuery> {
  const dimensions: Dimension[] = [...DIMENSIONS, "tag:team", "tag:a.b"];
  const values: Readonly<Record<string, readonly string[]>> = {
    provider: ["openai", "none such"],
    model: ["Ünïcode", "gpt-5"],
    project: ["", "p", "P"],
    user: ["", "ann", "O'Brien"],
    environment: ["", "prod"],
    service_tier: ["standard"],
    operation: ["", "chat"],
    session: ["", "s1"],
    "tag:team": ["", "a", "b"],
    "tag:a.b": ["", "dot"],
  };
  const coarse = fc.subarray(["provider", "model", "project", "environment", "service_tier"] as Dimension[]);
  const filter = fc.subarray(dimensions, { maxLength: 2 }).chain((names) =>
    fc.tuple(...names.map((name) => fc.subarray([...values[name]!], { minLength: 1 })))
      .map((chosen) => new Map(names.map((name, at) => [name, chosen[at]!] as const)))
  );
  return fc.record({
    range: ranges(),
    tz: fc.constantFrom(...ZONES),
    interval: fc.constantFrom(null, ...INTERVALS),
    group_by: fc.oneof(fc.subarray(dimensions, { maxLength: 3 }), coarse.map((names) => names.slice(0, 3))),
    filter: fc.oneof(fc.constant(new Map()), filter),
    units: fc.oneof(fc.constant([]), fc.subarray(["web_searches", "seconds", "audio_input_tokens"] as const)),
  }).map(({ range, tz, interval, ...rest }) =>
    makeQuery({
      ...rest,
      range,
      tz,
      interval,
      buckets: interval === null ? [{ ...range, label: "all" }] : splitRange(range, interval, tz),
    })
  );
}
