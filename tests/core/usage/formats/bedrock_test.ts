import { deepStrictEqual, strictEqual, throws } from "node:assert/strict";
import type { SourceObject } from "../../../../core/usage/format.ts";
import { buckets, readAs, readFixture, readOne } from "./fixtures.ts";

const converse = (usage: SourceObject, rest: SourceObject = {}) =>
  readOne("bedrock-converse", { modelId: "amazon.nova-pro-v1:0", stopReason: "end_turn", usage, ...rest });

Deno.test("bedrockConverse keeps cache reads and writes beside the input, by time to live", () => {
  deepStrictEqual(readOne("bedrock-converse", readFixture("bedrock-converse--cached.json")), {
    id: "915a6a04-3f83-4c70-a277-7fbf7ea546b3",
    timestamp: Date.UTC(2026, 0, 5, 10),
    provider: "aws",
    model: "us.anthropic.claude-opus-4-6-v1:0",
    operation: "chat",
    latency_ms: 3640,
    input_tokens: 42,
    cache_read_tokens: 1000,
    cache_write_5m_tokens: 100,
    cache_write_1h_tokens: 200,
    output_tokens: 128,
    reasoning_tokens: 0,
    units: null,
  });
});

Deno.test("bedrockConverse reads the other names of the cache's counts", () => {
  const draft = converse({
    inputTokens: 5,
    outputTokens: 6,
    cacheReadInputTokenCount: 7,
    cacheWriteInputTokenCount: 8,
  });
  deepStrictEqual(buckets(draft), [5, 7, 8, 0, 6, 0, null]);
  deepStrictEqual(draft.quality, ["cache_write_unsplit"]);
});

Deno.test("bedrockConverse takes a total with or without the cache, and flags any other", () => {
  const usage = { inputTokens: 5, outputTokens: 6, cacheReadInputTokens: 7 };
  strictEqual(converse({ ...usage, totalTokens: 11 }).quality, undefined);
  strictEqual(converse({ ...usage, totalTokens: 18 }).quality, undefined);
  const other = converse({ ...usage, totalTokens: 12 });
  deepStrictEqual(other.quality, ["total_mismatch"]);
  deepStrictEqual(other.extra, { usage: { totalTokens: 12 } });
});

Deno.test("bedrockConverse reads tier, region and the routed model", () => {
  const draft = converse({ inputTokens: 1 }, {
    serviceTier: { type: "flex" },
    region: "eu-west-1",
    trace: { promptRouter: { invokedModelId: "anthropic.claude-3-haiku-20240307-v1:0" } },
    $metadata: { requestId: "r-1" },
  });
  strictEqual(draft.service_tier, "flex");
  strictEqual(draft.region, "eu-west-1");
  strictEqual(draft.model, "anthropic.claude-3-haiku-20240307-v1:0");
  strictEqual(draft.id, "r-1");
});

Deno.test("bedrockConverse says of latency-optimized calls that no tier stands for them", () => {
  const draft = converse({ inputTokens: 1 }, { performanceConfig: { latency: "optimized" } });
  deepStrictEqual(draft.quality, ["unknown_service_tier"]);
  deepStrictEqual(draft.extra, { performance_latency: "optimized" });
});

Deno.test("bedrockInvocationLog reads counts, region, model as reported and the caller", () => {
  deepStrictEqual(readOne("bedrock-invocation-log", readFixture("bedrock-invocation-log--converse.json")), {
    id: "915a6a04-3f83-4c70-a277-7fbf7ea546b4",
    timestamp: Date.UTC(2026, 0, 5, 23, 0, 17),
    provider: "aws",
    model: "anthropic.claude-3-haiku-20240307-v1:0",
    region: "us-east-1",
    operation: "chat",
    user: "arn:aws:sts::123456789012:assumed-role/app/s",
    tags: { team: "core" },
    input_tokens: 35,
    cache_read_tokens: 10,
    cache_write_5m_tokens: 20,
    cache_write_1h_tokens: 0,
    output_tokens: 446,
    reasoning_tokens: 0,
    units: null,
    extra: { accountId: "123456789012" },
    quality: ["cache_write_unsplit"],
  });
});

Deno.test("bedrockInvocationLog splits cache writes by the body logged beside them", () => {
  const usage = { cache_creation: { ephemeral_5m_input_tokens: 5, ephemeral_1h_input_tokens: 15 } };
  const draft = readOne("bedrock-invocation-log", {
    schemaType: "ModelInvocationLog",
    operation: "InvokeModel",
    input: { inputTokenCount: 1, cacheWriteInputTokenCount: 20, newTokenCount: 3 },
    output: { outputTokenCount: 2, outputBodyJson: { content: "secret", usage } },
  });
  deepStrictEqual(buckets(draft), [1, 0, 5, 15, 2, 0, null]);
  deepStrictEqual(draft.quality, ["unmapped_tokens"]);
  deepStrictEqual(draft.extra, { input: { newTokenCount: 3 }, operation: "InvokeModel" });
});

Deno.test("bedrockInvocationLog skips calls that failed without counts", () => {
  deepStrictEqual(readAs("bedrock-invocation-log", readFixture("bedrock-invocation-log--failed.json")), []);
});

Deno.test("the Bedrock formats refuse negative counts", () => {
  const negative = (error: { code?: string }) => error.code === "negative_tokens";
  throws(() => converse({ inputTokens: 1, outputTokens: -1 }), negative);
  const log = { schemaType: "ModelInvocationLog", input: { inputTokenCount: -5 } };
  throws(() => readAs("bedrock-invocation-log", log), negative);
});
