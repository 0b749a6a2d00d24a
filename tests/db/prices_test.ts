import assert from "node:assert/strict";
import { CostopsError } from "../../core/error.ts";
import { type OwnPrice, readOwnPrice } from "../../core/pricing/own_price.ts";
import type { Database } from "../../db/database.ts";
import { endPrice, listPrices, setPrice } from "../../db/prices.ts";
import { forEachDatabase } from "./for_each_database.ts";
import { NOON } from "./records.ts";

const ACT = { actor: "cli:ann", now: NOON, is_preview: false };
const JANUARY = Date.UTC(2026, 0, 1);
const FEBRUARY = Date.UTC(2026, 1, 1);
const MARCH = Date.UTC(2026, 2, 1);
const APRIL = Date.UTC(2026, 3, 1);

function makePrice(id: string, overrides: Partial<OwnPrice> = {}): OwnPrice {
  const rates = {
    input_mtok: "2.5",
    output_mtok: { base: "10", tiers: [{ above_input_tokens: 200_000, price: "15" }] },
  };
  const input = { provider: "openai", model: "gpt-4o", rates, modifiers: { batch: "0.5" }, note: "contract" };
  return { ...readOwnPrice(input, { id, organization_id: "default", from: JANUARY }), ...overrides };
}

forEachDatabase("listPrices() gives back every price exactly as it was set", async ({ open }) => {
  const database = await open();
  const price = makePrice("p1", { hours: "01:00:00Z-04:00:00Z", source: "https://example.com", effective_to: MARCH });
  await setPrice(database, price, ACT);
  assert.deepEqual(await listPrices(database, {}), [price]);
});

forEachDatabase("listPrices() of an organization has its own and the installation's, no other's", async ({ open }) => {
  const database = await open();
  await setPrice(database, makePrice("mine"), ACT);
  await setPrice(database, makePrice("everybody's", { organization_id: null }), ACT);
  await setPrice(database, makePrice("theirs", { organization_id: "other" }), ACT);
  const mine = await listPrices(database, { organization_id: "default" });
  assert.deepEqual(mine.map(({ id }) => id), ["everybody's", "mine"]);
  assert.equal((await listPrices(database, {})).length, 3);
});

forEachDatabase("setPrice() ends the open price where the new one begins, and audits both", async ({ open }) => {
  const database = await open();
  await setPrice(database, makePrice("p1"), ACT);
  const change = await setPrice(database, makePrice("p2", { effective_from: FEBRUARY }), ACT);
  assert.equal(change.ended?.id, "p1");
  const prices = await listPrices(database, {});
  assert.deepEqual(prices.map(({ id, effective_from, effective_to }) => [id, effective_from, effective_to]), [
    ["p1", JANUARY, FEBRUARY],
    ["p2", FEBRUARY, null],
  ]);
  const audit = await database.reader.selectFrom("audit_log").select(["action", "detail"]).orderBy("number").execute();
  assert.deepEqual(audit.map(({ action, detail }) => [action, JSON.parse(detail).price.id, JSON.parse(detail).ended]), [
    ["price.set", "p1", null],
    ["price.set", "p2", "p1"],
  ]);
});

forEachDatabase("setPrice() for a time lets the standing price hold again after it", async ({ open }) => {
  const database = await open();
  await setPrice(database, makePrice("p1"), ACT);
  const promotion = makePrice("p2", { effective_from: FEBRUARY, effective_to: MARCH });
  const change = await setPrice(database, promotion, ACT);
  assert.deepEqual(change.resumed, makePrice("p2-after", { effective_from: MARCH }));
  const prices = await listPrices(database, {});
  assert.deepEqual(prices.map(({ id, effective_from, effective_to }) => [id, effective_from, effective_to]), [
    ["p1", JANUARY, FEBRUARY],
    ["p2", FEBRUARY, MARCH],
    ["p2-after", MARCH, null],
  ]);
});

forEachDatabase("setPrice() lets prices for hours, other patterns and other scopes stand", async ({ open }) => {
  const database = await open();
  await setPrice(database, makePrice("p1"), ACT);
  const others = [
    makePrice("p2", { hours: "01:00:00Z-04:00:00Z" }),
    makePrice("p3", { model: "gpt-4o*" }),
    makePrice("p4", { organization_id: null }),
    makePrice("p5", { provider: "azure" }),
  ];
  for (const price of others) assert.equal((await setPrice(database, price, ACT)).ended, undefined);
  assert.equal((await listPrices(database, {})).filter(({ effective_to }) => effective_to === null).length, 5);
});

const OVERLAPS: readonly (readonly [string, Partial<OwnPrice>])[] = [
  ["one that begins at the same time", { effective_from: FEBRUARY }],
  ["one without an end before it", { effective_from: JANUARY }],
  ["one of another case", { effective_from: FEBRUARY, provider: " OpenAI ", model: "GPT-4o" }],
  ["one that reaches into it", { effective_from: JANUARY, effective_to: FEBRUARY + 1 }],
];

for (const [name, overrides] of OVERLAPS) {
  forEachDatabase(`setPrice() fails with conflict, naming the price in the way, for ${name}`, async ({ open }) => {
    const database = await open();
    await setPrice(database, makePrice("p1", { effective_from: FEBRUARY }), ACT);
    const attempt = setPrice(database, makePrice("p2", overrides), ACT);
    await assert.rejects(attempt, { kind: "conflict", message: /the price p1 holds from 2026-02-01T00:00:00Z until/ });
    assert.deepEqual((await listPrices(database, {})).map(({ id, effective_to }) => [id, effective_to]), [[
      "p1",
      null,
    ]]);
  });
}

forEachDatabase("setPrice() of a price that ends where the next begins is no overlap", async ({ open }) => {
  const database = await open();
  await setPrice(database, makePrice("p1", { effective_from: FEBRUARY }), ACT);
  await setPrice(database, makePrice("p2", { effective_to: FEBRUARY }), ACT);
  assert.deepEqual((await listPrices(database, {})).map(({ id }) => id), ["p2", "p1"]);
});

forEachDatabase("setPrice() as a preview stores nothing", async ({ open }) => {
  const database = await open();
  await setPrice(database, makePrice("p1"), { ...ACT, is_preview: true });
  assert.deepEqual(await listPrices(database, {}), []);
  assert.deepEqual(await database.reader.selectFrom("audit_log").selectAll().execute(), []);
});

forEachDatabase("endPrice() ends a price; one ended where it begins is out of the way", async ({ open }) => {
  const database = await open();
  await setPrice(database, makePrice("p1", { effective_from: FEBRUARY }), ACT);
  const before = { id: "p1", organization_id: "default", at: JANUARY };
  assert.equal((await endPrice(database, before, ACT)).ended.effective_to, FEBRUARY);
  await setPrice(database, makePrice("p2"), ACT);
  await endPrice(database, { id: "p2", organization_id: "default", at: MARCH }, ACT);
  const prices = await listPrices(database, {});
  assert.deepEqual(prices.map(({ id, effective_to }) => [id, effective_to]), [["p2", MARCH], ["p1", FEBRUARY]]);
  await assert.rejects(endPrice(database, { id: "p2", organization_id: "default", at: MARCH }, ACT), {
    kind: "conflict",
  });
  await assert.rejects(endPrice(database, { id: "p2", organization_id: "other", at: MARCH }, ACT), {
    kind: "not_found",
  });
});

async function readTimes(database: Database): Promise<unknown[]> {
  const prices = await listPrices(database, {});
  return prices.map(({ id, effective_from, effective_to }) => [id, effective_from, effective_to])
    .sort(([one], [other]) => one! < other! ? -1 : 1);
}

forEachDatabase(
  "endPrice() of a price at its beginning lets the one it ended hold again, and audits it",
  async ({ open }) => {
    const database = await open();
    await setPrice(database, makePrice("p1"), ACT);
    await setPrice(database, makePrice("p2", { effective_from: FEBRUARY }), ACT);
    const mistake = { id: "p2", organization_id: "default", at: FEBRUARY };
    const preview = await endPrice(database, mistake, { ...ACT, is_preview: true });
    assert.deepEqual(preview.restored, makePrice("p1"));
    assert.deepEqual(await readTimes(database), [["p1", JANUARY, FEBRUARY], ["p2", FEBRUARY, null]]);
    const { ended, restored } = await endPrice(database, mistake, ACT);
    assert.equal(ended.effective_to, FEBRUARY);
    assert.deepEqual(restored, makePrice("p1"));
    assert.deepEqual(await readTimes(database), [["p1", JANUARY, null], ["p2", FEBRUARY, FEBRUARY]]);
    const { detail } = await database.reader.selectFrom("audit_log").select("detail").where("action", "=", "price.end")
      .executeTakeFirstOrThrow();
    const { price, restored: again } = JSON.parse(detail);
    assert.deepEqual([price.id, price.effective_to, again.id, again.effective_to], [
      "p2",
      "2026-02-01T00:00:00.000Z",
      "p1",
      null,
    ]);
    await assert.rejects(endPrice(database, { ...mistake, at: JANUARY }, ACT), {
      kind: "conflict",
      message: /it is void/,
    });
  },
);

forEachDatabase("endPrice() of a price for a time restores up to where the ended one holds again", async ({ open }) => {
  const database = await open();
  await setPrice(database, makePrice("p1"), ACT);
  await setPrice(database, makePrice("p2", { effective_from: FEBRUARY, effective_to: MARCH }), ACT);
  await endPrice(database, { id: "p2", organization_id: "default", at: JANUARY }, ACT);
  assert.deepEqual(await readTimes(database), [
    ["p1", JANUARY, MARCH],
    ["p2", FEBRUARY, FEBRUARY],
    ["p2-after", MARCH, null],
  ]);
});

for (const order of [["p2", "p3"], ["p3", "p2"]]) {
  forEachDatabase(`endPrice() undoes ${order.join(", then ")} without a gap`, async ({ open }) => {
    const database = await open();
    await setPrice(database, makePrice("p1"), ACT);
    await setPrice(database, makePrice("p2", { effective_from: FEBRUARY }), ACT);
    await setPrice(database, makePrice("p3", { effective_from: MARCH }), ACT);
    for (const id of order) await endPrice(database, { id, organization_id: "default", at: JANUARY }, ACT);
    assert.deepEqual(await readTimes(database), [
      ["p1", JANUARY, null],
      ["p2", FEBRUARY, FEBRUARY],
      ["p3", MARCH, MARCH],
    ]);
  });
}

forEachDatabase("endPrice() undoes a price that was ended for now first, without a gap", async ({ open }) => {
  const database = await open();
  await setPrice(database, makePrice("p1"), ACT);
  await setPrice(database, makePrice("p2", { effective_from: FEBRUARY }), ACT);
  await endPrice(database, { id: "p2", organization_id: "default", at: MARCH }, ACT);
  assert.deepEqual(await readTimes(database), [["p1", JANUARY, FEBRUARY], ["p2", FEBRUARY, MARCH]]);
  await endPrice(database, { id: "p2", organization_id: "default", at: FEBRUARY }, ACT);
  assert.deepEqual(await readTimes(database), [["p1", JANUARY, null], ["p2", FEBRUARY, FEBRUARY]]);
});

forEachDatabase(
  "endPrice() leaves what had ended by itself, other hours and other scopes as they are",
  async ({ open }) => {
    const database = await open();
    await setPrice(database, makePrice("p1", { effective_to: FEBRUARY }), ACT);
    await setPrice(database, makePrice("h1", { hours: "01:00:00Z-04:00:00Z", effective_to: FEBRUARY }), ACT);
    await setPrice(database, makePrice("i1", { organization_id: null, effective_to: FEBRUARY }), ACT);
    await setPrice(database, makePrice("p2", { effective_from: FEBRUARY }), ACT);
    const { restored } = await endPrice(database, { id: "p2", organization_id: "default", at: FEBRUARY }, ACT);
    assert.equal(restored, undefined);
    assert.deepEqual(await readTimes(database), [
      ["h1", JANUARY, FEBRUARY],
      ["i1", JANUARY, FEBRUARY],
      ["p1", JANUARY, FEBRUARY],
      ["p2", FEBRUARY, FEBRUARY],
    ]);
  },
);

/** The new price's times, and the command that its refusal prints; p1 holds from February until April. */
const WAYS_OUT: readonly (readonly [string, Partial<OwnPrice>, RegExp])[] = [
  ["begins with it", { effective_from: FEBRUARY }, /costops prices end p1 --at 2026-02-01T00:00:00Z --org default$/],
  ["begins before it", { effective_from: JANUARY }, /costops prices end p1 --at 2026-02-01T00:00:00Z --org default$/],
  ["begins within it", { effective_from: MARCH }, /costops prices end p1 --at 2026-03-01T00:00:00Z --org default$/],
  [
    "lies within it",
    { effective_from: FEBRUARY + 1, effective_to: MARCH },
    /--at 2026-02-01T00:00:00\.001Z --org default, and set it again from 2026-03-01T00:00:00Z if it is to hold after$/,
  ],
];

for (const [name, overrides, way] of WAYS_OUT) {
  forEachDatabase(`setPrice() refuses a price that ${name}, with the command that clears its way`, async ({ open }) => {
    const database = await open();
    await setPrice(database, makePrice("p1", { effective_from: FEBRUARY, effective_to: APRIL }), ACT);
    const price = makePrice("p2", overrides);
    const refusal: unknown = await setPrice(database, price, ACT).then(() => undefined, (error) => error);
    assert.ok(refusal instanceof CostopsError);
    assert.match(refusal.message, way);
    const at = Date.parse(/--at (\S+)/.exec(refusal.message)![1]!);
    await endPrice(database, { id: "p1", organization_id: "default", at }, ACT);
    assert.equal((await setPrice(database, price, ACT)).set.id, "p2");
  });
}
