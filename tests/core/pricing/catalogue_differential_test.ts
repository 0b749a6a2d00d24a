import assert from "node:assert/strict";
import { calcPrice, type Provider, type Usage, waitForUpdate } from "@pydantic/genai-prices";
import { readCatalogue } from "../../../core/pricing/catalogue.ts";
import { priceUsage } from "../../../core/pricing/cost.ts";
import { findPriceKey } from "../../../core/pricing/price_keys.ts";
import { createPriceBook } from "../../../core/pricing/price_book.ts";
import { OTHER_UNIT_NAMES, type OtherUnitName, TEXT_UNIT_NAMES } from "../../../core/usage/units.ts";
import { exampleCall } from "./example_calls.ts";
import type { UsageCounts } from "../../../core/usage/record.ts";

/** Instants before, between and after every dated price of the catalogue, at hours within and outside every window. */
const INSTANTS = [
  Date.UTC(2024, 5, 1, 2),
  Date.UTC(2025, 5, 20, 12),
  Date.UTC(2026, 3, 1, 7, 30),
  Date.UTC(2026, 7, 16, 3, 59, 59, 999),
  Date.UTC(2026, 7, 18, 0, 30),
  Date.UTC(2026, 10, 20, 16, 30),
  Date.UTC(2027, 1, 1, 8),
];

/** Where costops answers otherwise on purpose, and why. */
const DIFFERENCES_BY_DESIGN = new Map([
  // The package applies the peak hours that began on 2026-08-17 to every day before, which its own comment regrets.
  ["deepseek deepseek-v4-flash 2024-06-01T02:00:00.000Z", "the flat price before the peak hours began"],
  ["deepseek deepseek-v4-flash 2026-04-01T07:30:00.000Z", "the flat price before the peak hours began"],
  ["deepseek deepseek-v4-flash 2026-08-16T03:59:59.999Z", "the flat price before the peak hours began"],
  ["deepseek deepseek-v4-pro 2024-06-01T02:00:00.000Z", "the flat price before the peak hours began"],
  ["deepseek deepseek-v4-pro 2026-04-01T07:30:00.000Z", "the flat price before the peak hours began"],
  ["deepseek deepseek-v4-pro 2026-08-16T03:59:59.999Z", "the flat price before the peak hours began"],
]);

/** Models without any rate that are not free: the package says 0, costops says that no price is known. */
const WITHOUT_PRICE_BY_DESIGN = [
  "cerebras qwen-3-coder-480b",
  "huggingface_together ServiceNow-AI/Apriel-1.6-15b-Thinker",
  "openrouter google/lyria-3-clip-preview",
  "openrouter google/lyria-3-pro-preview",
];

Deno.test("priceUsage() agrees with the catalogue's own engine on every model, unit and period", async () => {
  const providers = await waitForUpdate() ?? [];
  const random = seededRandom(20261123);
  const differences: string[] = [];
  const withoutPrice = new Set<string>();
  let compared = 0;
  for (const provider of providers) {
    for (const model of provider.models) {
      const alone: Provider = {
        ...provider,
        provider_match: undefined,
        fallback_model_providers: undefined,
        models: [{ ...model, match: { equals: model.id } }],
      };
      const book = createPriceBook(readCatalogue([alone], "test"), []);
      for (const timestamp of INSTANTS) {
        const where = `${provider.id} ${model.id} ${new Date(timestamp).toISOString()}`;
        const question = exampleCall({ provider: provider.id, model: model.id, timestamp });
        const found = book.findPrice(question);
        assert.ok(found.plan !== null, where);
        const [step] = found.plan.steps;
        if (Object.keys(step.price.rates).length === 0) {
          withoutPrice.add(`${provider.id} ${model.id}`);
          continue;
        }
        const counts = randomCounts(
          random,
          (unit) => step.other.has(unit) || step.text.some((rate) => rate?.unit === unit),
        );
        const ours = priceUsage({ ...question, ...counts }, book);
        assert.ok(ours.amount !== null, where);
        const theirs = calcPrice(toInclusive(counts), model.id, { provider: alone, timestamp: new Date(timestamp) });
        assert.ok(theirs !== null, where);
        compared += 1;
        const tolerance = ours.components.length * 1e-9 + theirs.total_price * 1e-12;
        if (Math.abs(Number(ours.amount) / 1e9 - theirs.total_price) > tolerance) {
          differences.push(where);
          continue;
        }
        // For Groq's Whisper the package books all seconds as input so that its minimum holds.
        if (ours.price.minimum_audio_ms !== null) continue;
        for (const direction of ["input", "output"] as const) {
          let nanos = 0n;
          for (const component of ours.components) {
            if (findPriceKey(component.price_key)?.dimensions.direction === direction) nanos += component.amount;
          }
          assert.ok(Math.abs(Number(nanos) / 1e9 - theirs[`${direction}_price`]) <= tolerance, `${where} ${direction}`);
        }
      }
    }
  }
  assert.ok(compared > 11_000, `only ${compared} compared`);
  assert.deepEqual(differences, [...DIFFERENCES_BY_DESIGN.keys()]);
  assert.deepEqual([...withoutPrice].sort(), WITHOUT_PRICE_BY_DESIGN);
});

Deno.test("resolve() finds the model that the catalogue's own engine finds, for every name in its matchers", async () => {
  const providers = await waitForUpdate() ?? [];
  const book = createPriceBook(readCatalogue(providers, "test"), []);
  const differences: string[] = [];
  let compared = 0;
  for (const provider of providers) {
    for (const name of provider.models.flatMap((model) => namesIn(model.match))) {
      const theirs = calcPrice({}, name, { providerId: provider.id });
      const ours = book.resolve(provider.id, name);
      compared += 1;
      if (theirs === null || ours.model !== theirs.model.id || ours.provider !== theirs.provider.id) {
        differences.push(`${provider.id} ${name}: ${ours.model}, not ${theirs?.model.id}`);
      }
    }
  }
  assert.ok(compared > 2_000, `only ${compared} compared`);
  assert.deepEqual(differences, []);
});

function namesIn(match: object): string[] {
  if ("or" in match && Array.isArray(match.or)) return match.or.flatMap(namesIn);
  if ("equals" in match && typeof match.equals === "string") return [match.equals];
  if ("starts_with" in match && typeof match.starts_with === "string") return [match.starts_with];
  return [];
}

/** Numerical Recipes' linear congruential generator: the same numbers on every machine. */
function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

function randomCounts(random: () => number, isPriced: (unit: string) => boolean): UsageCounts {
  const count = (unit: string) => isPriced(unit) && random() < 0.7 ? Math.floor(random() * 100_000) : 0;
  const text = Object.fromEntries(TEXT_UNIT_NAMES.map((unit) => [unit, count(unit)]));
  const units = Object.fromEntries(
    OTHER_UNIT_NAMES.filter((unit) => unit !== "requests").map((unit) => [unit, count(unit)]),
  );
  const output_tokens = text.output_tokens ?? 0;
  return {
    input_tokens: text.input_tokens ?? 0,
    cache_read_tokens: text.cache_read_tokens ?? 0,
    cache_write_5m_tokens: text.cache_write_5m_tokens ?? 0,
    cache_write_1h_tokens: text.cache_write_1h_tokens ?? 0,
    output_tokens,
    reasoning_tokens: Math.floor(random() * output_tokens),
    units,
  };
}

/** The package counts inclusively: every total contains its parts, and seconds are seconds. */
function toInclusive({ units, ...text }: UsageCounts): Usage {
  const of = (name: OtherUnitName) => units?.[name] ?? 0;
  const cacheWrites = text.cache_write_5m_tokens + text.cache_write_1h_tokens + of("cache_audio_write_tokens") +
    of("cache_image_write_tokens") + of("cache_video_write_tokens");
  const cacheReads = text.cache_read_tokens + of("cache_audio_read_tokens") + of("cache_image_read_tokens") +
    of("cache_video_read_tokens");
  return {
    input_tokens: text.input_tokens + cacheReads + cacheWrites + of("audio_input_tokens") + of("image_input_tokens") +
      of("video_input_tokens") + of("tool_input_tokens"),
    cache_read_tokens: cacheReads,
    cache_write_tokens: cacheWrites,
    cache_write_5m_tokens: text.cache_write_5m_tokens,
    cache_write_1h_tokens: text.cache_write_1h_tokens,
    input_audio_tokens: of("audio_input_tokens") + of("cache_audio_read_tokens") + of("cache_audio_write_tokens"),
    input_image_tokens: of("image_input_tokens") + of("cache_image_read_tokens") + of("cache_image_write_tokens"),
    input_video_tokens: of("video_input_tokens") + of("cache_video_read_tokens") + of("cache_video_write_tokens"),
    input_tool_tokens: of("tool_input_tokens"),
    cache_audio_read_tokens: of("cache_audio_read_tokens"),
    cache_image_read_tokens: of("cache_image_read_tokens"),
    cache_video_read_tokens: of("cache_video_read_tokens"),
    cache_audio_write_tokens: of("cache_audio_write_tokens"),
    cache_image_write_tokens: of("cache_image_write_tokens"),
    cache_video_write_tokens: of("cache_video_write_tokens"),
    output_tokens: text.output_tokens + of("audio_output_tokens") + of("image_output_tokens") +
      of("video_output_tokens") + of("citation_output_tokens"),
    output_reasoning_tokens: text.reasoning_tokens,
    output_audio_tokens: of("audio_output_tokens"),
    output_image_tokens: of("image_output_tokens"),
    output_video_tokens: of("video_output_tokens"),
    output_citation_tokens: of("citation_output_tokens"),
    web_searches: of("web_searches"),
    code_executions: of("code_executions"),
    storage_searches: of("storage_searches"),
    social_searches: of("social_searches"),
    rerank_searches: of("rerank_searches"),
    input_document_pages: of("pages") + of("annotated_pages"),
    input_annotated_document_pages: of("annotated_pages"),
    input_characters: of("characters"),
    input_pixels: of("pixels"),
    input_text_messages: of("text_messages"),
    audio_seconds: (of("seconds") + of("audio_input_seconds") + of("audio_output_seconds")) / 1000,
    input_audio_seconds: of("audio_input_seconds") / 1000,
    output_audio_seconds: of("audio_output_seconds") / 1000,
  } as Usage;
}
