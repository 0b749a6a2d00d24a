import assert from "node:assert/strict";
import { loadBundledCatalogue } from "../../../core/pricing/catalogue.ts";
import { priceUsage } from "../../../core/pricing/cost.ts";
import { MODIFIER_ROWS } from "../../../core/pricing/modifier_rows.ts";
import { matchesPattern } from "../../../core/pricing/model_pattern.ts";
import { createPriceBook } from "../../../core/pricing/price_book.ts";
import { costText, exampleCall } from "./example_calls.ts";

const catalogue = await loadBundledCatalogue();
const book = createPriceBook(catalogue, []);

/** A million tokens in and a million out, unless said otherwise. */
function cost(fields: Parameters<typeof exampleCall>[0]): string {
  return costText(priceUsage(exampleCall({ input_tokens: 1_000_000, output_tokens: 1_000_000, ...fields }), book));
}

Deno.test("findModifierRows() halves OpenAI's batch and flex, cached input too since GPT-5", () => {
  const gpt5 = { model: "gpt-5", input_tokens: 1_000_000, cache_read_tokens: 1_000_000, output_tokens: 1_000_000 };
  assert.equal(cost(gpt5), "11.375000000");
  assert.equal(cost({ ...gpt5, service_tier: "batch" }), "5.687500000");
  assert.equal(cost({ ...gpt5, service_tier: "flex" }), "5.687500000");
});

Deno.test("findModifierRows() does not guess what a cached token costs in a batch of OpenAI's older models", () => {
  assert.equal(cost({ model: "gpt-4o", service_tier: "batch" }), "6.250000000");
  assert.equal(cost({ model: "gpt-4o", service_tier: "batch", cache_read_tokens: 1 }), "no_price_for_service_tier");
});

Deno.test("findModifierRows() has OpenAI's priority prices as published, model by model", () => {
  const short = { input_tokens: 100_000, output_tokens: 100_000 };
  const priority = (model: string) => cost({ ...short, model, service_tier: "priority" });
  assert.equal(priority("gpt-5.5"), "8.750000000");
  assert.equal(priority("gpt-5.4"), "3.500000000");
  assert.equal(priority("gpt-5-mini"), "0.405000000");
  assert.equal(priority("gpt-4.1"), "1.750000000");
  assert.equal(priority("gpt-4o"), "2.125000000");
  assert.equal(priority("gpt-4o-mini"), "0.125000000");
  assert.equal(priority("o4-mini"), "1.000000000");
  assert.equal(cost({ ...short, model: "gpt-5.4", service_tier: "fast" }), "3.500000000");
  assert.equal(priority("gpt-4"), "no_price_for_service_tier");
  assert.equal(cost({ model: "gpt-5.4", service_tier: "priority" }), "no_price_for_service_tier");
});

Deno.test("findModifierRows() has Anthropic's batch, fast mode and US inference, which multiply", () => {
  const opus = { provider: "anthropic", model: "claude-opus-4-6", timestamp: Date.UTC(2026, 3, 1) };
  assert.equal(cost(opus), "30.000000000");
  assert.equal(cost({ ...opus, service_tier: "batch" }), "15.000000000");
  assert.equal(cost({ ...opus, service_tier: "fast" }), "180.000000000");
  assert.equal(cost({ ...opus, region: "us" }), "33.000000000");
  assert.equal(cost({ ...opus, region: "global" }), "30.000000000");
  assert.equal(cost({ ...opus, service_tier: "fast", region: "US" }), "198.000000000");
  assert.equal(cost({ ...opus, model: "claude-opus-5", service_tier: "fast" }), "60.000000000");
  assert.equal(cost({ ...opus, model: "claude-opus-4-5", region: "us" }), "30.000000000");
  assert.equal(cost({ ...opus, model: "claude-opus-4-5", service_tier: "fast" }), "no_price_for_service_tier");
  assert.equal(cost({ ...opus, service_tier: "priority" }), "no_price_for_service_tier");
});

Deno.test("findModifierRows() halves Gemini's batch but for cached tokens", () => {
  const flash = { provider: "google", model: "gemini-2.5-flash", service_tier: "batch", output_tokens: 0 } as const;
  assert.equal(cost(flash), "0.150000000");
  assert.equal(cost({ ...flash, cache_read_tokens: 1_000_000 }), "0.180000000");
});

Deno.test("findModifierRows() leaves tool calls and requests at their price", () => {
  const call = { provider: "anthropic", model: "claude-opus-4-5", service_tier: "batch" } as const;
  // 2.50 for the input and 10 for a thousand searches.
  assert.equal(cost({ ...call, output_tokens: 0, units: { web_searches: 1_000 } }), "12.500000000");
});

Deno.test("findModifierRows() has no factor for a tier that nobody published", () => {
  assert.equal(cost({ provider: "cohere", model: "command-r", service_tier: "batch" }), "no_price_for_service_tier");
});

Deno.test("MODIFIER_ROWS are each for models of the catalogue, with a source and a day or a version", () => {
  for (const row of MODIFIER_ROWS) {
    assert.match(row.source, /^https:\/\/\S+.*(read 2026-\d\d-\d\d|genai-prices 0\.1\.8)$/);
    const provider = catalogue.findProvider(row.provider);
    const sellers = [provider, ...provider!.fallback_providers.map((id) => catalogue.findProvider(id))];
    const ids = sellers.flatMap((seller) => seller!.models.map(({ id }) => id));
    for (const pattern of row.models) {
      assert.ok(ids.some((id) => matchesPattern(pattern, id.toLowerCase())), `${row.provider} ${pattern}`);
    }
  }
});

Deno.test("MODIFIER_ROWS never give one call two factors for its service tier", () => {
  for (const provider of catalogue.providers) {
    for (const { id } of provider.models) {
      for (const tier of ["batch", "flex", "priority", "fast"] as const) {
        const rows = MODIFIER_ROWS.filter((row) =>
          row.provider === provider.id && "service_tiers" in row.when && row.when.service_tiers.includes(tier) &&
          row.models.some((pattern) => matchesPattern(pattern, id.toLowerCase()))
        );
        assert.ok(rows.length <= 1, `${provider.id} ${id} ${tier}`);
      }
    }
  }
});
