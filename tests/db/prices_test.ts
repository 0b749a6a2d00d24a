import assert from "node:assert/strict";
import { type OwnPrice, readOwnPrice } from "../../core/pricing/own_price.ts";
import { endPrice, listPrices, setPrice } from "../../db/prices.ts";
import { forEachDatabase } from "./for_each_database.ts";
import { NOON } from "./records.ts";

const ACT = { actor: "cli:ann", now: NOON, is_preview: false };
const JANUARY = Date.UTC(2026, 0, 1);
const FEBRUARY = Date.UTC(2026, 1, 1);
const MARCH = Date.UTC(2026, 2, 1);

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
  assert.equal((await endPrice(database, before, ACT)).effective_to, FEBRUARY);
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
