import assert from "node:assert/strict";
import fc from "fast-check";
import { readAppliedPrice, writeAppliedPrice } from "../../../core/pricing/applied_price.ts";
import { type Catalogue, loadBundledCatalogue, readCatalogue } from "../../../core/pricing/catalogue.ts";
import { explainCost, priceUsage } from "../../../core/pricing/cost.ts";
import { createPriceBook, type PriceBook } from "../../../core/pricing/price_book.ts";
import { costText, exampleCall, examplePrice } from "./example_calls.ts";

const bundled = await loadBundledCatalogue();
const book = createPriceBook(bundled, []);

/** One model with input at $3 and $6 above 200,000, no other rate tiered. */
const CLIFF = readCatalogue([{
  id: "acme",
  models: [{
    id: "cliff",
    match: { equals: "cliff" },
    prices: {
      input_mtok: { base: 3, tiers: [{ start: 200_000, price: 6 }] },
      cache_read_mtok: { base: 0.3, tiers: [{ start: 200_000, price: 0.6 }] },
      output_mtok: { base: 15, tiers: [{ start: 200_000, price: 22.5 }] },
    },
  }],
}], "test");
const cliffBook = createPriceBook(CLIFF, []);

function cost(fields: Parameters<typeof exampleCall>[0], from: PriceBook = book): string {
  return costText(priceUsage(exampleCall(fields), from));
}

Deno.test("priceUsage() prices the README's call: gpt-4, 1500 in, 500 out", () => {
  assert.equal(cost({ model: "gpt-4", input_tokens: 1500, output_tokens: 500 }), "0.075000000");
});

Deno.test("priceUsage() prices cached tokens instead of, not besides, input", () => {
  assert.equal(cost({ input_tokens: 100_000, cache_read_tokens: 900_000 }), "1.375000000");
});

Deno.test("priceUsage() prices a call of claude-opus-5 with a cache write", () => {
  const call = { provider: "anthropic", model: "claude-opus-5", input_tokens: 109_911, cache_write_5m_tokens: 2_528 };
  assert.equal(cost({ ...call, output_tokens: 34_988 }), "1.440055000");
});

Deno.test("priceUsage() prices cache writes by how long they are kept", () => {
  const call = { provider: "anthropic", model: "claude-fable-5" };
  assert.equal(cost({ ...call, cache_write_5m_tokens: 37_175 }), "0.464687500");
  assert.equal(cost({ ...call, cache_write_1h_tokens: 37_175 }), "0.743500000");
});

Deno.test("priceUsage() takes the long-context tier strictly above its threshold, for the whole request", () => {
  const call = { provider: "acme", model: "cliff" };
  assert.equal(cost({ ...call, input_tokens: 199_999 }, cliffBook), "0.599997000");
  assert.equal(cost({ ...call, input_tokens: 200_000 }, cliffBook), "0.600000000");
  assert.equal(cost({ ...call, input_tokens: 200_001 }, cliffBook), "1.200006000");
});

Deno.test("priceUsage() decides the long-context tier by all input, cache and modalities included", () => {
  const call = { provider: "acme", model: "cliff", input_tokens: 80_000, output_tokens: 1_000 };
  // 80,000 x 6 + 140,000 x 0.60 + 1,000 x 22.50, for a million.
  assert.equal(cost({ ...call, cache_read_tokens: 140_000 }, cliffBook), "0.586500000");
  // 80,000 x 6 + 120,001 x 6 + 1,000 x 22.50.
  assert.equal(cost({ ...call, units: { image_input_tokens: 120_001 } }, cliffBook), "1.222506000");
  // Output does not count: 80,000 x 3 + 190,000 x 15.
  assert.equal(cost({ ...call, output_tokens: 190_000 }, cliffBook), "3.090000000");
});

Deno.test("priceUsage() prices reasoning apart where the catalogue does, and never twice", () => {
  const call = { model: "sonar-deep-research", output_tokens: 1_000, reasoning_tokens: 400 };
  // 600 x $8 + 400 x $3 for a million.
  assert.equal(cost({ ...call, provider: "perplexity" }), "0.006000000");
  // gpt-4o has no price for reasoning: 1,000 x $10.
  assert.equal(cost({ output_tokens: 1_000, reasoning_tokens: 400 }), "0.010000000");
});

Deno.test("priceUsage() adds a price per request once", () => {
  const priced = priceUsage(exampleCall({ provider: "perplexity", model: "sonar", input_tokens: 1_000 }), book);
  assert.equal(costText(priced), "0.013000000");
  assert.deepEqual(priced.amount === null ? [] : priced.components.map(({ unit, quantity }) => [unit, quantity]), [
    ["input_tokens", 1_000],
    ["requests", 1],
  ]);
});

Deno.test("priceUsage() bills Groq's Whisper for at least ten seconds", () => {
  const call = { provider: "groq", model: "whisper-large-v3" };
  // $0.111 an hour: 10 seconds are 0.000308333…
  assert.equal(cost({ ...call, units: { seconds: 3_000 } }), "0.000308333");
  assert.equal(cost({ ...call, units: { audio_input_seconds: 2_000, seconds: 1_000 } }), "0.000308333");
  assert.equal(cost({ ...call, units: { seconds: 10_000 } }), "0.000308333");
  assert.equal(cost({ ...call, units: { seconds: 3_600_000 } }), "0.111000000");
  assert.equal(cost(call), "0.000000000");
});

Deno.test("priceUsage() rounds each component once, half to even, and adds the rounded components", () => {
  const rates = { input_mtok: "0.0005", output_mtok: "0.0015" };
  const own = createPriceBook(bundled, [examplePrice({ rates })]);
  // 1 x 0.5 nano-dollars rounds to 0, 1 x 1.5 to 2, 3 x 0.5 to 2.
  assert.equal(cost({ input_tokens: 1 }, own), "0.000000000");
  assert.equal(cost({ output_tokens: 1 }, own), "0.000000002");
  assert.equal(cost({ input_tokens: 3, output_tokens: 1 }, own), "0.000000004");
});

Deno.test("priceUsage() takes a unit's nearest price where it has none of its own", () => {
  // gpt-4o has no price of its own for images in: they are input at $2.50.
  assert.equal(cost({ units: { image_input_tokens: 1_000 } }), "0.002500000");
});

Deno.test("priceUsage() says a true zero and an unknown price apart", () => {
  assert.equal(cost({ model: "moderation", input_tokens: 1_000 }), "0.000000000");
  assert.equal(cost({ provider: "openrouter", model: "openai/gpt-oss-20b:free", input_tokens: 9 }), "0.000000000");
  assert.equal(
    cost({ provider: "openrouter", model: "google/lyria-3-pro-preview", input_tokens: 9 }),
    "no_price_for_unit",
  );
});

Deno.test("priceUsage() names the unit that has no price, and asks none for a unit that was not used", () => {
  const unpriced = priceUsage(exampleCall({ input_tokens: 1, units: { characters: 5, pages: 0 } }), book);
  assert.deepEqual(unpriced, {
    amount: null,
    reason: "no_price_for_unit",
    detail: "the price of openai gpt-4o has no rate for characters",
  });
  assert.equal(cost({ input_tokens: 1, units: { pages: 0 } }), "0.000002500");
});

Deno.test("priceUsage() refuses to choose between two prices of equal right", () => {
  const rates = { input_mtok: "1", input_audio_mtok: "5", cache_read_mtok: "0.1" };
  const own = createPriceBook(bundled, [examplePrice({ rates })]);
  const unpriced = priceUsage(exampleCall({ units: { cache_audio_read_tokens: 5 } }), own);
  assert.deepEqual(unpriced, {
    amount: null,
    reason: "no_price_for_unit",
    detail: "two prices of openai gpt-4o cover cache_audio_read_tokens, neither more special than the other",
  });
});

Deno.test("priceUsage() says why there is no price, with the nearest names of an unknown model", () => {
  assert.deepEqual(priceUsage(exampleCall({ model: "gpt-4.1-minni", input_tokens: 1 }), book), {
    amount: null,
    reason: "unknown_model",
    detail:
      'no price is known for the model "gpt-4.1-minni" of openai; the nearest known are gpt-4.1-mini, gpt-4o-mini, gpt-5.4-mini',
  });
  assert.deepEqual(priceUsage(exampleCall({ provider: "in-house", input_tokens: 1 }), book), {
    amount: null,
    reason: "unknown_provider",
    detail: 'no price is known for the provider "in-house"',
  });
  assert.deepEqual(priceUsage(exampleCall({ provider: "", model: "mystery-7b", input_tokens: 1 }), book), {
    amount: null,
    reason: "unknown_provider",
    detail: 'the model "mystery-7b" does not tell its provider, and the record names none',
  });
});

Deno.test("priceUsage() gives the same applied price object for the same price, and another above the threshold", () => {
  const short = priceUsage(exampleCall({ provider: "acme", model: "cliff", input_tokens: 1 }), cliffBook);
  const later = priceUsage(exampleCall({ provider: "acme", model: "CLIFF", timestamp: 5, input_tokens: 2 }), cliffBook);
  const long = priceUsage(exampleCall({ provider: "acme", model: "cliff", input_tokens: 300_000 }), cliffBook);
  assert.ok(short.amount !== null && later.amount !== null && long.amount !== null);
  assert.equal(short.price, later.price);
  assert.equal(short.price.above_input_tokens, null);
  assert.equal(long.price.above_input_tokens, 200_000);
});

Deno.test("explainCost() reproduces priceUsage() from the frozen price, through its JSON", () => {
  const models = everyModel(bundled);
  fc.assert(
    fc.property(
      fc.constantFrom(...models),
      fc.constantFrom("standard", "batch", "flex", "priority", "fast"),
      fc.constantFrom(null, "us"),
      fc.record({
        input_tokens: fc.nat(300_000),
        cache_read_tokens: fc.nat(300_000),
        cache_write_5m_tokens: fc.nat(9_000),
        cache_write_1h_tokens: fc.nat(9_000),
        output_tokens: fc.nat(100_000),
        reasoning_tokens: fc.nat(100_000),
        units: fc.option(fc.record({ audio_input_tokens: fc.nat(9_000), seconds: fc.nat(20_000) }), { nil: null }),
      }),
      fc.integer({ min: Date.UTC(2024, 0), max: Date.UTC(2027, 6) }),
      (model, service_tier, region, counts, timestamp) => {
        const call = exampleCall({ ...model, ...counts, service_tier, region, timestamp });
        const priced = priceUsage(call, book);
        if (priced.amount === null) return;
        const text = writeAppliedPrice(priced.price);
        const explained = explainCost(call, readAppliedPrice(text));
        assert.deepEqual(explained, { ...priced, price: readAppliedPrice(text) });
        assert.equal(writeAppliedPrice(readAppliedPrice(text)), text);
        assert.equal(priced.components.reduce((sum, { amount }) => sum + amount, 0n), priced.amount);
      },
    ),
    { numRuns: 1_000, seed: 20261123 },
  );
});

function everyModel(catalogue: Catalogue): { provider: string; model: string }[] {
  return catalogue.providers.flatMap(({ id, models }) => models.map((model) => ({ provider: id, model: model.id })));
}
