import assert from "node:assert/strict";
import { CostopsError } from "../../../core/error.ts";
import { findOverlap, parseRate, writeOwnPrice } from "../../../core/pricing/own_price.ts";
import { examplePrice } from "./example_calls.ts";

function invalid(message: RegExp): (error: unknown) => boolean {
  return (error) => error instanceof CostopsError && error.kind === "invalid" && message.test(error.message);
}

Deno.test("parseRate() reads a decimal exactly, for the price key's number of units", () => {
  assert.deepEqual(parseRate("input_mtok", "2.50"), { nanos: 2_500_000_000n, per: 1_000_000n });
  assert.deepEqual(parseRate("audio_hours", "0.111"), { nanos: 111_000_000n, per: 3_600_000n });
  assert.deepEqual(parseRate("output_images_kcount", "40"), { nanos: 40_000_000_000n, per: 1_000n });
});

Deno.test("parseRate() refuses more than nine decimals, negative prices and unknown keys", () => {
  assert.throws(() => parseRate("input_mtok", "0.0833333333"), invalid(/at most 9 decimals/));
  assert.throws(() => parseRate("input_mtok", "-1"), invalid(/write 0 or more/));
  assert.throws(() => parseRate("input_mtokens", "1"), invalid(/"input_mtokens"/));
  assert.throws(() => parseRate("toString", "1"), invalid(/"toString"/));
});

Deno.test("readOwnPrice() refuses an empty card, tiers out of order and an end before the start", () => {
  assert.throws(() => examplePrice({ rates: {} }), invalid(/without rates/));
  const tiers = [{ above_input_tokens: 200_000, price: "2" }, { above_input_tokens: 100_000, price: "3" }];
  assert.throws(() => examplePrice({ rates: { input_mtok: { base: "1", tiers } } }), invalid(/ascending/));
  assert.throws(() => examplePrice({ effective_to: "2026-01-01" }), invalid(/after effective_from/));
  assert.throws(() => examplePrice({ modifiers: { batch: "-0.5" } }), invalid(/from 0 to 1000/));
});

Deno.test("writeOwnPrice() writes what readOwnPrice() read", () => {
  const tiers = [{ above_input_tokens: 200_000, price: "6" }];
  const price = examplePrice({
    rates: { output_mtok: "15", input_mtok: { base: "3", tiers } },
    hours: "01:00:00Z-12:00:00+08:00",
    modifiers: { batch: "0.50", priority: "1.75" },
    source: "contract 17",
  });
  assert.deepEqual(writeOwnPrice(price), {
    id: "price-1",
    organization_id: "acme",
    provider: "openai",
    model: "gpt-4o",
    effective_from: "2026-01-01T00:00:00.000Z",
    effective_to: null,
    rates: { input_mtok: { base: "3", tiers }, output_mtok: "15" },
    hours: "01:00:00Z-04:00:00Z",
    modifiers: { batch: "0.5", priority: "1.75" },
    source: "contract 17",
    note: null,
  });
});

Deno.test("findOverlap() finds a price that holds at the same time for the same names", () => {
  const first = examplePrice({ id: "first", effective_from: "2026-01-01", effective_to: "2026-02-01" });
  const at = (fields: Parameters<typeof examplePrice>[0]) =>
    findOverlap([first], examplePrice({ id: "next", ...fields }))?.id;
  assert.equal(at({ effective_from: "2026-01-31" }), "first");
  assert.equal(at({ effective_from: "2025-01-01" }), "first");
  assert.equal(at({ effective_from: "2026-02-01" }), undefined);
  assert.equal(at({ effective_from: "2025-01-01", effective_to: "2026-01-01" }), undefined);
  assert.equal(at({ provider: "OpenAI", model: "GPT-4o" }), "first");
  assert.equal(at({ model: "gpt-4*" }), undefined);
  assert.equal(at({ organization_id: null }), undefined);
  assert.equal(at({ id: "first" }), undefined);
});

Deno.test("findOverlap() lets a price for hours of the day stand beside one for the whole day", () => {
  const night = examplePrice({ id: "night", hours: "22:00:00Z-06:00:00Z" });
  assert.equal(findOverlap([night], examplePrice({ id: "day" })), undefined);
  assert.equal(findOverlap([night], examplePrice({ id: "noon", hours: "06:00:00Z-22:00:00Z" })), undefined);
  assert.equal(findOverlap([night], examplePrice({ id: "dawn", hours: "05:00:00Z-07:00:00Z" }))?.id, "night");
});
