import assert from "node:assert/strict";
import { CostopsError } from "../../../core/error.ts";
import {
  checkCatalogue,
  loadBundledCatalogue,
  parseCatalogue,
  readCatalogue,
  writeCatalogue,
} from "../../../core/pricing/catalogue.ts";
import { diffCatalogues } from "../../../core/pricing/catalogue_diff.ts";
import denoJson from "../../../deno.json" with { type: "json" };

const bundled = await loadBundledCatalogue();

/** A catalogue of one provider with one model for each of the given prices. */
function catalogueOf(prices: Record<string, unknown>) {
  const models = Object.entries(prices).map(([id, price]) => ({ id, match: { equals: id }, prices: price }));
  return readCatalogue([{ id: "acme", models }], "test");
}

Deno.test("loadBundledCatalogue() has the version that deno.json pins", () => {
  const pinned = denoJson.imports["@pydantic/genai-prices"];
  assert.equal(`npm:@pydantic/genai-prices@${bundled.version.split(" ")[1]}`, pinned);
});

Deno.test("checkCatalogue() reads the whole bundled catalogue and lists what was rounded", () => {
  const check = checkCatalogue(bundled);
  assert.equal(check.providers, 43);
  assert.equal(check.models, 1694);
  assert.deepEqual(check.unknown_price_keys, []);
  assert.deepEqual(
    check.rounded.map(({ provider, model, price_key, text, rounded }) => [provider, model, price_key, text, rounded]),
    [
      ["huggingface_together", "Qwen/Qwen3-VL-8B-Instruct", "input_mtok", "0.18000000000000002", "0.180000000"],
      ...[
        "google/gemini-2.5-flash-image",
        "google/gemini-2.5-flash-lite",
        "google/gemini-3-flash-preview",
        "google/gemini-3.1-flash-lite",
        "google/gemini-3.5-flash",
        "~google/gemini-flash-latest",
      ].map((model) => ["openrouter", model, "cache_write_mtok", "0.08333333333333334", "0.083333333"]),
    ],
  );
});

Deno.test("checkCatalogue() keeps unknown price keys out and lists them", () => {
  const catalogue = catalogueOf({ m: { input_mtok: 1, thoughts_mtok: 2 } });
  assert.deepEqual(checkCatalogue(catalogue).unknown_price_keys, ["thoughts_mtok"]);
  assert.deepEqual(Object.keys(catalogue.findProvider("acme")!.models[0]!.periods()[0]!.rates), ["input_mtok"]);
});

Deno.test("checkCatalogue() refuses prices that are none", () => {
  const dated = (start_date: unknown) => ({ constraint: { start_date }, prices: { input_mtok: 1 } });
  const wrong: Record<string, unknown> = {
    negative: { input_mtok: -1 },
    text: { input_mtok: "1" },
    infinite: { input_mtok: Infinity },
    "tiers out of order": {
      input_mtok: { base: 1, tiers: [{ start: 9, price: 2 }, { start: 8, price: 3 }] },
    },
    "no such date": [dated("2026-02-31x")],
    "dates out of order": [dated("2026-02-01"), dated("2026-01-01")],
    "no such hour": [
      { prices: { input_mtok: 1 } },
      { constraint: { start_time: "25:00:00Z", end_time: "26:00:00Z" }, prices: {} },
    ],
    nothing: null,
  };
  for (const [name, prices] of Object.entries(wrong)) {
    const isRefused = (error: unknown) => error instanceof CostopsError && error.kind === "invalid";
    assert.throws(() => checkCatalogue(catalogueOf({ [name]: prices })), isRefused, name);
  }
});

Deno.test("readCatalogue() refuses what is no catalogue", () => {
  for (const value of [null, {}, [], [{ id: "a" }], [{ id: "a", models: [{}] }], [{ id: "", models: [] }]]) {
    assert.throws(() => readCatalogue(value, "test"), CostopsError, JSON.stringify(value));
  }
  assert.throws(
    () => parseCatalogue("{", "test"),
    (error) => error instanceof CostopsError && error.kind === "unreadable",
  );
});

Deno.test("writeCatalogue() writes what parseCatalogue() reads as the same prices", () => {
  const again = parseCatalogue(writeCatalogue(bundled), "again");
  const diff = diffCatalogues(bundled, again);
  assert.deepEqual(diff, { added: [], removed: [], changed: [], unchanged: 1694 });
  assert.equal(again.version, "again");
});

Deno.test("diffCatalogues() lists added, removed and changed models with both prices", () => {
  const before = catalogueOf({ gone: { input_mtok: 1 }, same: { input_mtok: 2 }, cheaper: { input_mtok: 3 } });
  const after = catalogueOf({ same: { input_mtok: 2 }, cheaper: { input_mtok: 1.5 }, fresh: { output_mtok: 0.1 } });
  const whole = { from: null, hours: null };
  assert.deepEqual(diffCatalogues(before, after), {
    added: [{ provider: "acme", model: "fresh", before: [], after: [{ ...whole, rates: { output_mtok: "0.1" } }] }],
    removed: [{ provider: "acme", model: "gone", before: [{ ...whole, rates: { input_mtok: "1" } }], after: [] }],
    changed: [{
      provider: "acme",
      model: "cheaper",
      before: [{ ...whole, rates: { input_mtok: "3" } }],
      after: [{ ...whole, rates: { input_mtok: "1.5" } }],
    }],
    unchanged: 1,
  });
});
