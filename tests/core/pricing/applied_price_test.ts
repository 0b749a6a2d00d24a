import assert from "node:assert/strict";
import { CostopsError } from "../../../core/error.ts";
import { readAppliedPrice, writeAppliedPrice } from "../../../core/pricing/applied_price.ts";
import type { AppliedPrice } from "../../../core/pricing/price.ts";

const PRICE: AppliedPrice = {
  source: "catalogue",
  reference: "genai-prices 0.1.8",
  provider: "openai",
  model: "gpt-5",
  effective_from: null,
  hours: null,
  rates: { output_mtok: { nanos: 10_000_000_000n, per: 1_000_000n }, input_mtok: { nanos: 1n, per: 1_000_000n } },
  above_input_tokens: null,
  modifiers: [{
    name: "batch",
    numerator: 1n,
    denominator: 2n,
    source: "page",
    price_keys: ["output_mtok", "input_mtok"],
  }],
  minimum_audio_ms: null,
};

const TEXT = '{"source":"catalogue","reference":"genai-prices 0.1.8","provider":"openai","model":"gpt-5",' +
  '"effective_from":null,"hours":null,"rates":{"input_mtok":{"nanos":"1","per":"1000000"},' +
  '"output_mtok":{"nanos":"10000000000","per":"1000000"}},"above_input_tokens":null,"modifiers":[{"name":"batch",' +
  '"numerator":"1","denominator":"2","source":"page","price_keys":["input_mtok","output_mtok"]}],' +
  '"minimum_audio_ms":null}';

Deno.test("writeAppliedPrice() writes the same price as the same text, whatever the order of its fields", () => {
  assert.equal(writeAppliedPrice(PRICE), TEXT);
  const { source, reference, ...rest } = PRICE;
  assert.equal(writeAppliedPrice({ ...rest, reference, source }), TEXT);
});

Deno.test("readAppliedPrice() reads what was written", () => {
  const modifiers = PRICE.modifiers.map((modifier) => ({ ...modifier, price_keys: ["input_mtok", "output_mtok"] }));
  assert.deepEqual(readAppliedPrice(TEXT), { ...PRICE, modifiers });
});

Deno.test("readAppliedPrice() refuses anything else", () => {
  for (const text of ["", "{}", "null", TEXT.replace('"1000000"', "1000000"), TEXT.replace("catalogue", "guess")]) {
    const isRefused = (error: unknown) => error instanceof CostopsError && error.kind === "storage_failure";
    assert.throws(() => readAppliedPrice(text), isRefused, text);
  }
});
