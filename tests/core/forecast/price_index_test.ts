import assert from "node:assert/strict";
import { NO_MEASURES } from "../../../core/analytics/fold.ts";
import type { Interval } from "../../../core/analytics/query.ts";
import { type ModelUsage, PriceLevels } from "../../../core/forecast/price_index.ts";
import { loadBundledCatalogue } from "../../../core/pricing/catalogue.ts";
import { type OwnPriceInput, readOwnPrice } from "../../../core/pricing/own_price.ts";
import { createPriceBook } from "../../../core/pricing/price_book.ts";
import { splitRange } from "../../../core/time.ts";

const CATALOGUE = await loadBundledCatalogue();

function own(model: string, effective_from: string, input_mtok: string, more: Partial<OwnPriceInput> = {}) {
  const input = { provider: "in-house", model, effective_from, rates: { input_mtok }, ...more };
  return readOwnPrice(input, { id: `${model} ${effective_from} ${more.hours}`, organization_id: "default", from: 0 });
}

function usage(model: string, tokens: bigint): ModelUsage {
  const measures = { ...NO_MEASURES, requests: 5n, records: 5n, input_tokens: tokens };
  return { provider: "in-house", model, service_tier: "standard", group: [], measures };
}

/** Two days that have ended and three to come, from 2026-01-08 on. */
function levelsOf(prices: ReturnType<typeof own>[], interval: Interval = "day") {
  const cut = (since: string, until: string) =>
    splitRange({ since: Date.parse(since), until: Date.parse(until) }, interval, "UTC");
  const history = cut("2026-01-06T00:00:00Z", "2026-01-08T00:00:00Z");
  const future = cut("2026-01-08T00:00:00Z", "2026-01-11T00:00:00Z");
  const book = createPriceBook(CATALOGUE, prices);
  return { levels: new PriceLevels({ book, organization_id: "default", interval, history, future }), history, future };
}

Deno.test("indexOf() weighs models by what their usage costs: 1 x 3 and 2 x 1 become 2 x 3 and 2 x 1", () => {
  const ended = { effective_to: "2026-01-09" };
  const prices = [own("a", "2026-01-01", "1", ended), own("a", "2026-01-09", "2"), own("b", "2026-01-01", "2")];
  const { levels, history, future } = levelsOf(prices);
  const index = levels.indexOf([usage("a", 3_000_000n), usage("b", 1_000_000n)]);
  assert.deepEqual([...history, ...future].map(index), [1, 1, 1, 8 / 5, 8 / 5]);
});

Deno.test("indexOf() averages over a period that a price changes in: a quarter of a day at the old one", () => {
  const prices = [
    own("a", "2026-01-01", "1", { effective_to: "2026-01-08T06:00:00Z" }),
    own("a", "2026-01-08T06:00:00Z", "2"),
  ];
  const { levels, future } = levelsOf(prices);
  assert.deepEqual(future.map(levels.indexOf([usage("a", 1_000_000n)])), [1.75, 2, 2]);
});

Deno.test("findChanges() names the first period that a change is felt in, and by how much", () => {
  const prices = [
    own("a", "2026-01-01", "1", { effective_to: "2026-01-09" }),
    own("a", "2026-01-09", "2.5"),
    own("b", "2026-01-01", "2"),
  ];
  const { levels } = levelsOf(prices);
  assert.deepEqual(levels.findChanges([usage("a", 1_000_000n), usage("b", 1_000_000n)]), [
    { provider: "in-house", model: "a", service_tier: "standard", period: "2026-01-09", factor: 2.5 },
  ]);
});

Deno.test("findChanges() says that a price ends, and the index leaves the model out then", () => {
  const { levels, future } = levelsOf([own("a", "2026-01-01", "1", { effective_to: "2026-01-10" })]);
  assert.deepEqual(levels.findChanges([usage("a", 1n)]).map(({ period, factor }) => [period, factor]), [[
    "2026-01-10",
    null,
  ]]);
  assert.deepEqual(future.map(levels.indexOf([usage("a", 1_000_000n)])), [1, 1, 1]);
});

Deno.test("a model that becomes free costs nothing from then on, and one that was free is told, since nothing tells its cost", () => {
  const ends = { effective_to: "2026-01-10" };
  const { levels, future } = levelsOf([own("a", "2026-01-01", "1", ends), own("a", "2026-01-10", "0")]);
  assert.deepEqual(future.map(levels.indexOf([usage("a", 1_000_000n)])), [1, 1, 0]);
  const later = levelsOf([own("a", "2026-01-01", "0", ends), own("a", "2026-01-10", "1")]);
  const [change] = later.levels.findChanges([usage("a", 1_000_000n)]);
  assert.deepEqual([change!.period, change!.factor, change!.unknown], ["2026-01-10", null, "free before"]);
});

Deno.test("a price for some hours of every day is no change: the days cost the same, the hours what they cost before", () => {
  const prices = [own("a", "2026-01-01", "4"), own("a", "2026-01-01", "1", { hours: "00:00:00Z-06:00:00Z" })];
  const { levels, future } = levelsOf(prices);
  assert.deepEqual(levels.findChanges([usage("a", 1_000_000n)]), []);
  assert.deepEqual(future.map(levels.indexOf([usage("a", 1_000_000n)])), [1, 1, 1]);
  const hourly = levelsOf(prices, "hour");
  assert.deepEqual(hourly.levels.findChanges([usage("a", 1_000_000n)]), []);
  const index = hourly.levels.indexOf([usage("a", 1_000_000n)]);
  // The last hour that has ended, 23:00, is 1; the night costs a quarter of it.
  assert.deepEqual([0, 5, 6, 23].map((hour) => index(hourly.future[hour]!)), [0.25, 0.25, 1, 1]);
});

Deno.test("a model that nobody has a price for says nothing", () => {
  const { levels, future } = levelsOf([]);
  assert.deepEqual(levels.findChanges([usage("unknown", 1n)]), []);
  assert.deepEqual(future.map(levels.indexOf([usage("unknown", 1n)])), [1, 1, 1]);
});
