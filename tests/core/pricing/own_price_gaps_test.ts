import assert from "node:assert/strict";
import { readCatalogue } from "../../../core/pricing/catalogue.ts";
import { findGaps } from "../../../core/pricing/own_price_gaps.ts";
import { examplePrice } from "./example_calls.ts";

const MATCH = { equals: "gpt-4o" };
const JANUARY = Date.UTC(2026, 0, 1);
const dated = (start_date: string, prices: Record<string, number>) => ({ constraint: { start_date }, prices });
const catalogue = readCatalogue([{
  id: "openai",
  models: [
    {
      id: "gpt-4o",
      match: MATCH,
      prices: {
        input_mtok: 2.5,
        cache_read_mtok: 1.25,
        output_mtok: 10,
        output_reasoning_mtok: 12,
        web_searches_kcount: 10,
      },
    },
    { id: "house-1", match: { equals: "house-1" }, prices: { input_mtok: 1 } },
    {
      id: "house-2",
      match: { equals: "house-2" },
      prices: [dated("2025-01-01", { input_mtok: 1 }), dated("2027-01-01", { input_mtok: 1, output_mtok: 1 })],
    },
  ],
}], "test");

Deno.test("findGaps() names the rates that the catalogue has and the price has not, and what is taken instead", () => {
  const price = examplePrice({ provider: "openai", model: "GPT-4o", rates: { input_mtok: "2", output_mtok: "8" } });
  assert.deepEqual(findGaps(price, { catalogue, at: JANUARY }), {
    rates: [
      { price_key: "cache_read_mtok", instead: "input_mtok" },
      { price_key: "output_reasoning_mtok", instead: "output_mtok" },
      { price_key: "web_searches_kcount", instead: null },
    ],
    service_tiers: ["batch", "priority", "fast"],
  });
});

Deno.test("findGaps() finds none in a price that has every rate and factor", () => {
  const price = examplePrice({
    provider: "openai",
    model: "gpt-*",
    rates: {
      input_mtok: "2",
      cache_read_mtok: "1",
      output_mtok: "8",
      output_reasoning_mtok: "8",
      web_searches_kcount: "9",
    },
    modifiers: { batch: "0.5", priority: "1.7", fast: "1.7" },
  });
  assert.deepEqual(findGaps(price, { catalogue, at: JANUARY }), { rates: [], service_tiers: [] });
});

Deno.test("findGaps() compares with the catalogue's price at the instant, and with one model alone", () => {
  const price = examplePrice({ provider: "openai", model: "house-2", rates: { input_mtok: "2" } });
  assert.deepEqual(findGaps(price, { catalogue, at: JANUARY }).rates, []);
  assert.deepEqual(findGaps(price, { catalogue, at: Date.UTC(2027, 0, 1) }).rates, [
    { price_key: "output_mtok", instead: null },
  ]);
  const none = { rates: [], service_tiers: [] };
  for (const names of [{ model: "*" }, { model: "unheard-of" }, { provider: "in-house" }]) {
    const other = examplePrice({ provider: "openai", model: "gpt-4o", rates: { input_mtok: "2" }, ...names });
    assert.deepEqual(findGaps(other, { catalogue, at: JANUARY }), none, JSON.stringify(names));
  }
});
