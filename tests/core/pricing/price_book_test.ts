import assert from "node:assert/strict";
import { loadBundledCatalogue, readCatalogue } from "../../../core/pricing/catalogue.ts";
import { priceUsage } from "../../../core/pricing/cost.ts";
import { createPriceBook } from "../../../core/pricing/price_book.ts";
import type { OwnPrice } from "../../../core/pricing/own_price.ts";
import { costText, exampleCall, examplePrice } from "./example_calls.ts";

const bundled = await loadBundledCatalogue();
const book = createPriceBook(bundled, []);

function cost(fields: Parameters<typeof exampleCall>[0], prices: readonly OwnPrice[] = []): string {
  const from = prices.length === 0 ? book : createPriceBook(bundled, prices);
  return costText(priceUsage(exampleCall({ input_tokens: 1_000_000, ...fields }), from));
}

Deno.test("findPrice() takes the organization's price, then the installation's, then the catalogue's", () => {
  const installation = examplePrice({ id: "all", organization_id: null, rates: { input_mtok: "2" } });
  const organization = examplePrice({ id: "acme", rates: { input_mtok: "1" } });
  assert.equal(cost({}, [installation, organization]), "1.000000000");
  assert.equal(cost({ organization_id: "other" }, [installation, organization]), "2.000000000");
  assert.equal(cost({ organization_id: "other" }, [organization]), "2.500000000");
});

Deno.test("findPrice() never answers one organization with what it remembered for another", () => {
  const own = createPriceBook(bundled, [
    examplePrice({ id: "a", organization_id: "acme", rates: { input_mtok: "1" } }),
    examplePrice({ id: "b", organization_id: "bolt", provider: "o", model: "penai*", rates: { input_mtok: "9" } }),
  ]);
  const at = (organization_id: string, provider: string, model: string) =>
    costText(priceUsage(exampleCall({ organization_id, provider, model, input_tokens: 1_000_000 }), own));
  assert.equal(at("acme", "openai", "gpt-4o"), "1.000000000");
  assert.equal(at("bolt", "openai", "gpt-4o"), "2.500000000");
  assert.equal(at("bolt", "o", "penaigpt-4o"), "9.000000000");
  assert.equal(at("acme", "o", "penaigpt-4o"), "unknown_provider");
  assert.equal(at("acme", "openai", "gpt-4o"), "1.000000000");
});

Deno.test("findPrice() says which price was applied", () => {
  const own = createPriceBook(bundled, [examplePrice({ id: "p-7", model: "gpt-4*", note: "contract" })]);
  const priced = priceUsage(exampleCall({ input_tokens: 1 }), own);
  assert.ok(priced.amount !== null);
  assert.deepEqual(priced.price, {
    source: "organization",
    reference: "p-7",
    provider: "openai",
    model: "gpt-4*",
    effective_from: "2026-01-01T00:00:00.000Z",
    hours: null,
    rates: {
      input_mtok: { nanos: 1_000_000_000n, per: 1_000_000n },
      output_mtok: { nanos: 2_000_000_000n, per: 1_000_000n },
    },
    above_input_tokens: null,
    modifiers: [],
    minimum_audio_ms: null,
  });
});

Deno.test("findPrice() takes the most specific pattern, whatever the order", () => {
  const prices = [
    examplePrice({ id: "a", model: "*", rates: { input_mtok: "1" } }),
    examplePrice({ id: "b", model: "gpt-4o-2024*", rates: { input_mtok: "2" } }),
    examplePrice({ id: "c", model: "gpt-4o", rates: { input_mtok: "3" } }),
    examplePrice({ id: "d", model: "gpt-*", rates: { input_mtok: "4" } }),
  ];
  for (const order of [prices, prices.toReversed()]) {
    assert.equal(cost({ model: "gpt-4o" }, order), "3.000000000");
    // The catalogue knows the dated name as gpt-4o, and a name is more than a pattern.
    assert.equal(cost({ model: "GPT-4o-2024-08-06" }, order), "3.000000000");
    assert.equal(cost({ model: "gpt-4.1" }, order), "4.000000000");
    assert.equal(cost({ model: "o3" }, order), "1.000000000");
  }
});

Deno.test("findPrice() takes an own price from its first instant to just before its end", () => {
  const price = examplePrice({ effective_from: "2026-02-01", effective_to: "2026-03-01", rates: { input_mtok: "9" } });
  const at = (timestamp: number) => cost({ timestamp }, [price]);
  assert.equal(at(Date.UTC(2026, 1, 1) - 1), "2.500000000");
  assert.equal(at(Date.UTC(2026, 1, 1)), "9.000000000");
  assert.equal(at(Date.UTC(2026, 2, 1) - 1), "9.000000000");
  assert.equal(at(Date.UTC(2026, 2, 1)), "2.500000000");
});

Deno.test("findPrice() takes an own price for hours of the day only then", () => {
  const prices = [
    examplePrice({ id: "night", hours: "22:00:00Z-06:00:00Z", rates: { input_mtok: "1" } }),
    examplePrice({ id: "day", rates: { input_mtok: "4" } }),
  ];
  assert.equal(cost({ timestamp: Date.UTC(2026, 5, 1, 23) }, prices), "1.000000000");
  assert.equal(cost({ timestamp: Date.UTC(2026, 5, 1, 5, 59, 59, 999) }, prices), "1.000000000");
  assert.equal(cost({ timestamp: Date.UTC(2026, 5, 1, 6) }, prices), "4.000000000");
});

Deno.test("findPrice() prices a provider that no catalogue knows by own prices", () => {
  const price = examplePrice({ provider: "In House", model: "llama-*", rates: { input_mtok: "0.2" } });
  assert.equal(cost({ provider: "in-house", model: "llama-4" }, [price]), "0.200000000");
  assert.equal(cost({ provider: "in_house", model: "mixtral" }, [price]), "unknown_provider");
});

Deno.test("findPrice() knows an own price by any spelling of its provider", () => {
  const price = examplePrice({ provider: "Bedrock", model: "*claude-sonnet-4-5*", rates: { input_mtok: "2.7" } });
  const model = "us.anthropic.claude-sonnet-4-5-20250929-v1:0";
  assert.equal(cost({ provider: "aws", model }, [price]), "2.700000000");
});

Deno.test("findPrice() takes an own price's own factors and none of the catalogue's", () => {
  const price = examplePrice({ rates: { input_mtok: "3" }, modifiers: { batch: "0.4" } });
  assert.equal(cost({ service_tier: "batch" }, [price]), "1.200000000");
  assert.equal(cost({ service_tier: "flex" }, [price]), "no_price_for_service_tier");
  const rates = { audio_hours: "1", web_searches_kcount: "10" };
  const other = examplePrice({ rates, modifiers: { batch: "0.5" } });
  const units = { seconds: 3_600_000, web_searches: 100 };
  // Half of $1 for the hour, and all of $1 for the searches.
  assert.equal(cost({ service_tier: "batch", input_tokens: 0, units }, [other]), "1.500000000");
});

Deno.test("findPrice() has no price before an own price of an unknown model began", () => {
  const price = examplePrice({ provider: "in-house", model: "llama-4", effective_from: "2026-06-01" });
  const timestamp = Date.UTC(2026, 4, 31);
  assert.equal(cost({ provider: "in-house", model: "llama-4", timestamp }, [price]), "no_price_at_that_time");
});

Deno.test("findPrice() takes the catalogue's price in force at the record's instant", () => {
  const o3 = (timestamp: number) => cost({ model: "o3", timestamp });
  assert.equal(o3(Date.UTC(2025, 5, 10) - 1), "10.000000000");
  assert.equal(o3(Date.UTC(2025, 5, 10)), "2.000000000");
});

Deno.test("findPrice() has no price before the first dated one when there is none without a date", () => {
  const catalogue = readCatalogue([{
    id: "acme",
    models: [{
      id: "new",
      match: { equals: "new" },
      prices: [{ constraint: { type: "start_date", start_date: "2026-06-01" }, prices: { input_mtok: 1 } }],
    }],
  }], "test");
  const dated = createPriceBook(catalogue, []);
  const at = (timestamp: number) =>
    costText(priceUsage(exampleCall({ provider: "acme", model: "new", timestamp, input_tokens: 1_000_000 }), dated));
  assert.equal(at(Date.UTC(2026, 5, 1) - 1), "no_price_at_that_time");
  assert.equal(at(Date.UTC(2026, 5, 1)), "1.000000000");
});

Deno.test("findPrice() takes the catalogue's price for the hour of the day", () => {
  const call = { provider: "deepseek", model: "deepseek-chat" };
  // 00:30 to 16:30 UTC is the full price.
  assert.equal(cost({ ...call, timestamp: Date.UTC(2025, 3, 1, 0, 29, 59, 999) }), "0.135000000");
  assert.equal(cost({ ...call, timestamp: Date.UTC(2025, 3, 1, 0, 30) }), "0.270000000");
  assert.equal(cost({ ...call, timestamp: Date.UTC(2025, 3, 1, 16, 30) }), "0.135000000");
});

Deno.test("findPrice() keeps peak hours listed after a date out of the time before it", () => {
  const call = { provider: "deepseek", model: "deepseek-v4-pro" };
  assert.equal(cost({ ...call, timestamp: Date.UTC(2026, 7, 16, 2) }), "0.435000000");
  assert.equal(cost({ ...call, timestamp: Date.UTC(2026, 7, 17, 0) }), "0.660000000");
  assert.equal(cost({ ...call, timestamp: Date.UTC(2026, 7, 17, 2) }), "1.320000000");
  assert.equal(cost({ ...call, timestamp: Date.UTC(2026, 7, 17, 4) }), "0.660000000");
});

Deno.test("nearestModels() offers the nearest known names of the provider", () => {
  assert.deepEqual(book.nearestModels("anthropic", "claude-opus4-5", 2), ["claude-opus-4-5", "claude-opus-5"]);
});

Deno.test("show() has all periods of a model with their states, own prices first", () => {
  const own = createPriceBook(bundled, [examplePrice({ provider: "openai", model: "o3", effective_to: "2026-02-01" })]);
  const entries = own.show("openai", "o3", { at: Date.UTC(2025, 0, 1), organization_id: "acme" });
  assert.deepEqual(
    entries.map(({ source, effective_from, effective_to, state }) => [source, effective_from, effective_to, state]),
    [
      ["organization", "2026-01-01T00:00:00.000Z", "2026-02-01T00:00:00.000Z", "future"],
      ["catalogue", null, "2025-06-10T00:00:00.000Z", "current"],
      ["catalogue", "2025-06-10T00:00:00.000Z", null, "future"],
    ],
  );
});

Deno.test("list() has what is in force, and nothing of another organization", () => {
  const own = createPriceBook(bundled, [
    examplePrice({ id: "mine" }),
    examplePrice({ id: "theirs", organization_id: "other" }),
  ]);
  const at = Date.UTC(2026, 10, 1);
  const references = own.list({ at, provider: "openai", organization_id: "acme" }).map(({ reference }) => reference);
  assert.deepEqual([...new Set(references)], ["mine", "genai-prices 0.1.8"]);
  assert.equal(own.list({ at, provider: "anthropic" }).length, 23);
});
