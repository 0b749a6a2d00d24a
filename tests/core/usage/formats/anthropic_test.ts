import { deepStrictEqual, strictEqual, throws } from "node:assert/strict";
import type { SourceObject } from "../../../../core/usage/format.ts";
import { buckets, readAs, readFixture, readOne } from "./fixtures.ts";

const message = (usage: SourceObject, rest: SourceObject = {}) =>
  readOne("anthropic-messages", { type: "message", id: "msg_1", model: "claude-opus-5", usage, ...rest });

Deno.test("anthropicMessages keeps cache reads and writes beside the input", () => {
  deepStrictEqual(readOne("anthropic-messages", readFixture("anthropic-messages--cached.json")), {
    id: "msg_013Zva2CMHLNnXjNJJKqJ2EF",
    provider: "anthropic",
    model: "claude-opus-5",
    operation: "chat",
    service_tier: "standard",
    region: "us",
    input_tokens: 2095,
    cache_read_tokens: 5000,
    cache_write_5m_tokens: 100,
    cache_write_1h_tokens: 200,
    output_tokens: 503,
    reasoning_tokens: 60,
    units: { web_searches: 2 },
    extra: { usage: { server_tool_use: { web_fetch_requests: 1 } } },
  });
});

Deno.test("anthropicMessages prices all 184,457 written tokens where the breakdown says 31,490, and flags 152,967", () => {
  const draft = readOne("anthropic-messages", readFixture("anthropic-messages--server-tools-stream.json"));
  deepStrictEqual(buckets(draft), [12, 0, 184_457, 0, 900, 0, { web_searches: 3 }]);
  deepStrictEqual(draft.quality, ["cache_write_unsplit"]);
  deepStrictEqual(draft.extra, { cache_write_unsplit_tokens: 152_967 });
});

Deno.test("anthropicMessages adds 5 uncached, 128,955 read and 1,253 written up to 130,213", () => {
  const draft = message({ input_tokens: 5, cache_read_input_tokens: 128_955, cache_creation_input_tokens: 1_253 });
  deepStrictEqual(buckets(draft), [5, 128_955, 1_253, 0, 0, 0, null]);
  deepStrictEqual(draft.quality, ["cache_write_unsplit"]);
  strictEqual(draft.input_tokens + draft.cache_read_tokens + draft.cache_write_5m_tokens, 130_213);
});

Deno.test("anthropicMessages reads 109,911 uncached, 2,528 written for 5 minutes and 34,988 out", () => {
  const draft = message({
    input_tokens: 109_911,
    cache_creation_input_tokens: 2_528,
    cache_creation: { ephemeral_5m_input_tokens: 2_528, ephemeral_1h_input_tokens: 0 },
    output_tokens: 34_988,
  });
  deepStrictEqual(buckets(draft), [109_911, 0, 2_528, 0, 34_988, 0, null]);
  strictEqual(draft.quality, undefined);
});

Deno.test("anthropicMessages takes where the model ran as the region", () => {
  strictEqual(message({ input_tokens: 1, inference_geo: "us" }).region, "us");
  strictEqual(message({ input_tokens: 1, inference_geo: "not_available" }).region, undefined);
});

Deno.test("anthropicMessages keeps parts of the cache writes that exceed their total, and flags them", () => {
  const draft = message({
    input_tokens: 1,
    cache_creation_input_tokens: 100,
    cache_creation: { ephemeral_5m_input_tokens: 90, ephemeral_1h_input_tokens: 20 },
  });
  deepStrictEqual(buckets(draft), [1, 0, 90, 20, 0, 0, null]);
  deepStrictEqual(draft.quality, ["breakdown_exceeds_total"]);
});

Deno.test("anthropicMessages takes the parts where there is no total", () => {
  const draft = message({ input_tokens: 1, cache_creation: { ephemeral_1h_input_tokens: 20 } });
  deepStrictEqual(buckets(draft), [1, 0, 0, 20, 0, 0, null]);
  strictEqual(draft.quality, undefined);
});

Deno.test("anthropicMessages reads speed and service tier", () => {
  strictEqual(message({ input_tokens: 1, speed: "fast", service_tier: "standard" }).service_tier, "fast");
  strictEqual(message({ input_tokens: 1, speed: "standard", service_tier: "priority" }).service_tier, "priority");
  strictEqual(message({ input_tokens: 1, service_tier: "batch", speed: "fast" }).service_tier, "batch");
  strictEqual(message({ input_tokens: 1 }).service_tier, undefined);
});

Deno.test("anthropicMessages makes calls of their own of compaction and advisor, which the totals leave out", () => {
  const drafts = readAs("anthropic-messages", readFixture("anthropic-messages--compaction.json"));
  deepStrictEqual(
    drafts.map((
      draft,
    ) => [draft.id, draft.model, draft.operation, draft.service_tier, draft.input_tokens, draft.output_tokens]),
    [
      ["msg_compact", "claude-opus-5", "chat", "fast", 23_000, 1_000],
      ["msg_compact:0", "claude-opus-5", "compaction", "fast", 180_000, 3_500],
      ["msg_compact:2", "claude-fable-5", "advisor_message", undefined, 823, 1_612],
    ],
  );
});

Deno.test("anthropicMessages reads succeeded batch results at the batch tier and skips the others", () => {
  const draft = readOne("anthropic-messages", readFixture("anthropic-messages--batch.json"));
  deepStrictEqual(buckets(draft), [2095, 5000, 100, 200, 503, 60, { web_searches: 2 }]);
  strictEqual(draft.service_tier, "batch");
  strictEqual(draft.id, "msg_014VwiXbi91y3JMjcpyGBHX5");
  deepStrictEqual(readAs("anthropic-messages", readFixture("anthropic-messages--batch-errored.json")), []);
  deepStrictEqual(readAs("anthropic-messages", { custom_id: "a", result: { type: "expired" } }), []);
  deepStrictEqual(readAs("anthropic-messages", { custom_id: "a", result: { type: "canceled" } }), []);
});

Deno.test("anthropicMessages keeps unknown fields and flags unknown counters", () => {
  const draft = message({ input_tokens: 1, vision_tokens: 9, server_tool_use: { code_execution_requests: 2 } });
  deepStrictEqual(draft.extra, { usage: { vision_tokens: 9, server_tool_use: { code_execution_requests: 2 } } });
  deepStrictEqual(draft.quality, ["unmapped_tokens"]);
});

Deno.test("anthropicMessages refuses a succeeded result without a message, and bad counts", () => {
  const invalid = (error: { code?: string }) => error.code === "invalid_field";
  throws(() => readAs("anthropic-messages", { custom_id: "a", result: { type: "succeeded" } }), invalid);
  throws(() => message({ input_tokens: 1, output_tokens: 0.5 }), invalid);
  throws(() => message({ input_tokens: -1 }), (error: { code?: string }) => error.code === "negative_tokens");
});
