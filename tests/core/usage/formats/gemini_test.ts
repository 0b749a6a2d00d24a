import { deepStrictEqual, strictEqual, throws } from "node:assert/strict";
import type { SourceObject } from "../../../../core/usage/format.ts";
import { buckets, readFixture, readOne } from "./fixtures.ts";

const read = (usageMetadata: SourceObject, rest: SourceObject = {}) =>
  readOne("gemini", { modelVersion: "gemini-2.5-pro", usageMetadata, ...rest });

Deno.test("gemini adds thoughts to the output and tool prompts to the input, and splits modalities", () => {
  // Prompt 1000 = text 600 + audio 150 + image 100 + document 50 + video 100; cached 400 = text 350 + audio 50.
  deepStrictEqual(readOne("gemini", readFixture("gemini--thinking.json")), {
    id: "mAitaLmkHPPlz7IPvtfUqQ4",
    provider: "google",
    model: "gemini-2.5-pro",
    operation: "chat",
    service_tier: "priority",
    input_tokens: 250,
    cache_read_tokens: 350,
    cache_write_5m_tokens: 0,
    cache_write_1h_tokens: 0,
    output_tokens: 930,
    reasoning_tokens: 750,
    units: {
      audio_input_tokens: 100,
      cache_audio_read_tokens: 50,
      image_input_tokens: 150,
      video_input_tokens: 100,
      image_output_tokens: 20,
      tool_input_tokens: 50,
    },
  });
});

Deno.test("gemini reads an answer of thoughts alone", () => {
  const draft = readOne("gemini", readFixture("gemini--thoughts-only.json"));
  deepStrictEqual(buckets(draft), [8, 0, 0, 0, 97, 97, null]);
  strictEqual(draft.timestamp, Date.UTC(2026, 0, 5, 10, 0, 0, 500));
});

Deno.test("gemini takes the cache as text where its modalities are not given, then from what is left", () => {
  const promptTokensDetails = [{ modality: "TEXT", tokenCount: 60 }, { modality: "AUDIO", tokenCount: 40 }];
  const enough = read({ promptTokenCount: 100, cachedContentTokenCount: 50, promptTokensDetails });
  deepStrictEqual(buckets(enough), [10, 50, 0, 0, 0, 0, { audio_input_tokens: 40 }]);
  strictEqual(enough.quality, undefined);
  const short = read({ promptTokenCount: 100, cachedContentTokenCount: 70, promptTokensDetails });
  deepStrictEqual(buckets(short), [0, 60, 0, 0, 0, 0, { audio_input_tokens: 30, cache_audio_read_tokens: 10 }]);
  deepStrictEqual(short.quality, ["breakdown_exceeds_total"]);
});

Deno.test("gemini takes the cache's modalities that the prompt's details leave out from the text", () => {
  const cacheTokensDetails = [{ modality: "VIDEO", tokenCount: 30 }];
  const draft = read({ promptTokenCount: 100, cachedContentTokenCount: 50, totalTokenCount: 100, cacheTokensDetails });
  deepStrictEqual(buckets(draft), [50, 20, 0, 0, 0, 0, { cache_video_read_tokens: 30 }]);
  deepStrictEqual(draft.quality, ["breakdown_exceeds_total"]);
});

Deno.test("gemini reads the kind of traffic as the tier", () => {
  const tier = (trafficType: string) => read({ promptTokenCount: 1, trafficType }).service_tier;
  strictEqual(tier("ON_DEMAND"), "standard");
  strictEqual(tier("ON_DEMAND_PRIORITY"), "priority");
  strictEqual(tier("ON_DEMAND_FLEX"), "flex");
  strictEqual(tier("FLEX"), "flex");
  strictEqual(tier("BATCH"), "batch");
  strictEqual(tier("TRAFFIC_TYPE_UNSPECIFIED"), undefined);
  const provisioned = read({ promptTokenCount: 1, trafficType: "PROVISIONED_THROUGHPUT" });
  deepStrictEqual(provisioned.quality, ["unknown_service_tier"]);
  deepStrictEqual(provisioned.extra, { service_tier: "PROVISIONED_THROUGHPUT" });
});

Deno.test("gemini keeps an unknown modality in the text and flags it", () => {
  for (const modality of ["SMELL", "constructor", 5]) {
    const promptTokensDetails = [{ modality, tokenCount: 40 }];
    const draft = read({ promptTokenCount: 100, promptTokensDetails });
    deepStrictEqual(buckets(draft), [100, 0, 0, 0, 0, 0, null]);
    deepStrictEqual(draft.quality, ["unmapped_tokens"]);
    deepStrictEqual(draft.extra, { usage: { promptTokensDetails } });
  }
});

Deno.test("gemini flags a total that differs, and unknown counters", () => {
  const draft = read({ promptTokenCount: 10, totalTokenCount: 12, dreamsTokenCount: 2 });
  deepStrictEqual(draft.quality, ["total_mismatch", "unmapped_tokens"]);
  deepStrictEqual(draft.extra, { usage: { totalTokenCount: 12, dreamsTokenCount: 2 } });
});

Deno.test("gemini refuses an output beyond the limit", () => {
  const usage = { candidatesTokenCount: 6e11, thoughtsTokenCount: 6e11 };
  throws(() => read(usage), (error: { code?: string }) => error.code === "tokens_out_of_range");
});
