import { strict as assert } from "node:assert";
import fc from "fast-check";
import { explainDifference, type ModelUsage } from "../../../core/anomaly/causes.ts";
import { usdFromNanos } from "../../../core/money.ts";

const CENT = 10_000_000n;

/** 100 requests of 1,000 uncached prompt tokens and nothing else, at 1 cent each. */
const usage = (change: Partial<ModelUsage> = {}): ModelUsage => ({
  model: "m",
  requests: 100,
  input_tokens: 100_000,
  cache_read_tokens: 0,
  cache_write_tokens: 0,
  output_tokens: 0,
  cost_nanos: Number(100n * CENT),
  unpriced_share: 0,
  ...change,
});

const cents = (count: number) => usdFromNanos(BigInt(count) * CENT);

function explain(before: readonly ModelUsage[], after: readonly ModelUsage[], [expected, actual]: [number, number]) {
  return explainDifference({ expected: cents(expected), actual: cents(actual), before, after })
    .map(({ name, model, amount }) => [name, model, Number(amount) / Number(CENT)]);
}

Deno.test("volume: half as many requests again cost half as much again", () => {
  const after = usage({ requests: 150, input_tokens: 150_000, cost_nanos: Number(150n * CENT) });
  assert.deepEqual(explain([usage()], [after], [100, 150]), [["volume", null, 50]]);
});

Deno.test("price: the same usage at 1.3 cents a request", () => {
  assert.deepEqual(explain([usage()], [usage({ cost_nanos: Number(130n * CENT) })], [100, 130]), [["price", null, 30]]);
});

Deno.test("tokens per request: prompts twice as long", () => {
  const after = usage({ input_tokens: 200_000, cost_nanos: Number(200n * CENT) });
  assert.deepEqual(explain([usage()], [after], [100, 200]), [["tokens_per_request", null, 100]]);
});

Deno.test("tokens per request: answers where there were none, five times as dear as prompts", () => {
  // 100,000 prompt tokens are 100 cents; 4,000 output tokens at five times the price are 20 more.
  const after = usage({ output_tokens: 4_000, cost_nanos: Number(120n * CENT) });
  assert.deepEqual(explain([usage()], [after], [100, 120]), [["tokens_per_request", null, 20]]);
});

Deno.test("cache: half of the prompt no longer comes from the cache", () => {
  // Before: 50,000 uncached and 50,000 at a tenth, 55 cents. After: 100,000 uncached, 100 cents.
  const before = usage({ input_tokens: 50_000, cache_read_tokens: 50_000, cost_nanos: Number(55n * CENT) });
  assert.deepEqual(explain([before], [usage()], [55, 100]), [["cache", null, 45]]);
});

Deno.test("cache: all of the prompt comes from a cache that is free, or no longer does", () => {
  const rates = new Map([["m", { cache_read: 0, cache_write: 1, output: 0 }]]);
  const free = usage({ input_tokens: 0, cache_read_tokens: 100_000, cost_nanos: 0 });
  const explained = (before: ModelUsage, after: ModelUsage, [expected, actual]: [number, number]) =>
    explainDifference({ expected: cents(expected), actual: cents(actual), before: [before], after: [after], rates });
  assert.deepEqual(explained(usage(), free, [100, 0]), [{ name: "cache", model: null, amount: cents(-100) }]);
  assert.deepEqual(explained(free, usage(), [100, 200]), [{ name: "cache", model: null, amount: cents(100) }]);
  // What was free has a price now: tokens do not tell what it costs, requests do.
  const dear = usage({ input_tokens: 0, cache_read_tokens: 100_000, cost_nanos: Number(130n * CENT) });
  assert.deepEqual(explained(usage(), dear, [100, 130]), [{ name: "price", model: null, amount: cents(30) }]);
});

Deno.test("mix: the same requests, more of them to the dear model", () => {
  // The dear model costs 10 cents a request. 100 + 100 requests: 1,100 cents. 50 + 150: 1,550.
  const dear = (requests: number) =>
    usage({ model: "d", requests, input_tokens: requests * 1_000, cost_nanos: Number(BigInt(requests) * 10n * CENT) });
  const cheap = usage({ requests: 50, input_tokens: 50_000, cost_nanos: Number(50n * CENT) });
  assert.deepEqual(explain([usage(), dear(100)], [cheap, dear(150)], [1_100, 1_550]), [["mix", null, 450]]);
});

Deno.test("two causes at once share what they do together", () => {
  // Twice the requests at twice the price: 100 to 400 cents. Alone each adds 100; the other 100 is halved between them.
  const after = usage({ requests: 200, input_tokens: 200_000, cost_nanos: Number(400n * CENT) });
  assert.deepEqual(explain([usage()], [after], [100, 400]), [["volume", null, 150], ["price", null, 150]]);
});

Deno.test("a new model and one that went away are causes of their own", () => {
  const old = usage({ model: "old", cost_nanos: Number(30n * CENT) });
  const young = usage({ model: "young", cost_nanos: Number(80n * CENT) });
  assert.deepEqual(explain([usage(), old], [usage(), young], [130, 180]), [
    ["new_model", "young", 80],
    ["gone_model", "old", -30],
  ]);
});

Deno.test("usage without a price is a cause: what it would have cost is missing", () => {
  // Half of the 100 records have no price: 50 cents are known where 100 were.
  const half = usage({ cost_nanos: Number(50n * CENT), unpriced_share: 0.5 });
  assert.deepEqual(explain([usage()], [half], [100, 50]), [["unpriced", "m", -50]]);
  const none = usage({ cost_nanos: 0, unpriced_share: 1 });
  assert.deepEqual(explain([usage()], [none], [100, 0]), [["unpriced", "m", -100]]);
  assert.deepEqual(explain([none], [usage()], [0, 100]), [["unpriced", "m", 100]]);
});

Deno.test("a new model without a price is told although it adds nothing", () => {
  const unknown = usage({ model: "x", cost_nanos: 0, unpriced_share: 1 });
  assert.deepEqual(explain([usage()], [usage(), unknown], [100, 100]), [["unpriced", "x", 0]]);
});

Deno.test("what is before is scaled to what was expected", () => {
  // A quarter of the usage is compared with 100 cents that were expected.
  const quarter = usage({ requests: 25, input_tokens: 25_000, cost_nanos: Number(25n * CENT) });
  assert.deepEqual(explain([quarter], [usage({ cost_nanos: Number(130n * CENT) })], [100, 130]), [["price", null, 30]]);
});

Deno.test("a model's own rates decide what caching is worth", () => {
  // Cached tokens at half the price: 75 cents before, 100 after.
  const before = usage({ input_tokens: 50_000, cache_read_tokens: 50_000, cost_nanos: Number(75n * CENT) });
  const rates = new Map([["m", { cache_read: 0.5, cache_write: 1.25, output: 4 }]]);
  const difference = { expected: cents(75), actual: cents(100), before: [before], after: [usage()], rates };
  assert.deepEqual(explainDifference(difference), [{ name: "cache", model: null, amount: 25n * CENT }]);
});

Deno.test("the causes add up to the difference to the last nano-dollar, whatever the usage", () => {
  const count = fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 1_000_000 }));
  const models = fc.array(
    fc.record({
      model: fc.constantFrom("a", "b", "c"),
      requests: count,
      input_tokens: count,
      cache_read_tokens: count,
      cache_write_tokens: count,
      output_tokens: count,
      cost_nanos: fc.integer({ min: 0, max: 10 ** 15 }),
      unpriced_share: fc.constantFrom(0, 0, 0.25, 1),
    }),
    { maxLength: 3 },
  ).map((usages) => [...new Map(usages.map((usage) => [usage.model, usage])).values()]);
  const total = (usages: readonly ModelUsage[]) =>
    usdFromNanos(usages.reduce((sum, { cost_nanos }) => sum + BigInt(cost_nanos), 0n));
  const rate = fc.constantFrom(0, 0.1, 5);
  const rates = fc.record({ cache_read: rate, cache_write: rate, output: rate }).map((all) => new Map([["a", all]]));
  fc.assert(fc.property(models, models, rates, (before, after, rates) => {
    const [expected, actual] = [total(before), total(after)];
    const causes = explainDifference({ expected, actual, before, after, rates });
    const sum = causes.reduce((sum, { amount }) => sum + amount, 0n);
    if (causes.length > 0 || before.length + after.length > 0) assert.equal(sum, actual - expected);
  }));
});
