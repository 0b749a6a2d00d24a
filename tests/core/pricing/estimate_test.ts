import assert from "node:assert/strict";
import { loadBundledCatalogue, readCatalogue } from "../../../core/pricing/catalogue.ts";
import { estimateCost } from "../../../core/pricing/estimate.ts";
import { createPriceBook } from "../../../core/pricing/price_book.ts";
import { costText, exampleCall } from "./example_calls.ts";

/** Prices of input and output; models of the same provider and of another. */
const book = createPriceBook(
  readCatalogue([
    {
      id: "openai",
      models: [
        model("big", { input_mtok: 10, output_mtok: 10 }),
        model("small", { input_mtok: 2, output_mtok: 2 }),
        model("dear", { input_mtok: 20, output_mtok: 20 }),
        model("free", { input_mtok: 0, output_mtok: 0 }),
        model("embedding", { input_mtok: 1 }),
        model("small-embedding", { input_mtok: 0.5 }),
        { ...model("gone", { input_mtok: 1, output_mtok: 1 }), deprecated: true },
        { ...model("short", { input_mtok: 1, output_mtok: 1 }), context_window: 1_000 },
      ],
    },
    { id: "anthropic", models: [model("other", { input_mtok: 2, output_mtok: 2 })] },
    { id: "reseller", models: [model("copy", { input_mtok: 1, output_mtok: 1 })] },
  ], "test"),
  [],
);

function model(id: string, prices: Record<string, number>) {
  return { id, match: { equals: id }, prices };
}

Deno.test("estimateCost() offers cheaper models that can take the call, its own provider's first", () => {
  const call = exampleCall({ model: "big", input_tokens: 900_000, output_tokens: 100_000 });
  const { cost, alternatives } = estimateCost(call, { book, count: 10 });
  assert.equal(costText(cost), "10.000000000");
  assert.deepEqual(alternatives.map(({ provider, model, amount, saving }) => [provider, model, amount, saving]), [
    ["openai", "small", 2_000_000_000n, 8_000_000_000n],
    ["anthropic", "other", 2_000_000_000n, 8_000_000_000n],
  ]);
  assert.equal(estimateCost(call, { book, count: 1 }).alternatives.length, 1);
});

Deno.test("estimateCost() offers nothing for a call without a price", () => {
  const { cost, alternatives, chosen } = estimateCost(exampleCall({ model: "nope" }), { book, count: 10 });
  assert.equal(costText(cost), "unknown_model");
  assert.deepEqual(alternatives, []);
  assert.equal(chosen, "none: the call itself has no price");
});

Deno.test("estimateCost() offers only models that have the service tier", async () => {
  const bundled = createPriceBook(await loadBundledCatalogue(), []);
  const call = exampleCall({ model: "gpt-5.4", service_tier: "batch", input_tokens: 10_000, output_tokens: 1_000 });
  const { alternatives } = estimateCost(call, { book: bundled, count: 50 });
  assert.ok(alternatives.length > 5);
  assert.deepEqual([...new Set(alternatives.map(({ provider }) => provider))].sort(), [
    "anthropic",
    "google",
    "openai",
  ]);
});

Deno.test("estimateCost() offers models of the same kind, whatever the call happens to use", () => {
  const offered = (asked: string) => {
    const call = exampleCall({ model: asked, input_tokens: 900_000, output_tokens: 0 });
    return estimateCost(call, { book, count: 10 }).alternatives.map(({ model }) => model);
  };
  assert.deepEqual(offered("big"), ["small", "other"]);
  assert.deepEqual(offered("embedding"), ["small-embedding"]);
});

Deno.test("estimateCost() says how the alternatives were chosen, by what the catalogue says of them", () => {
  const { chosen } = estimateCost(exampleCall({ model: "big", input_tokens: 1_000 }), { book, count: 1 });
  assert.match(chosen, /that are not marked deprecated in the catalogue test, /);
});
