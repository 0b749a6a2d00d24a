import { deepStrictEqual, strictEqual, throws } from "node:assert/strict";
import type { SourceObject } from "../../../../core/usage/format.ts";
import { buckets, readAs, readFixture, readOne } from "./fixtures.ts";

const chat = (usage: SourceObject, rest: SourceObject = {}) =>
  readOne("openai-chat", { object: "chat.completion", model: "gpt-4o", usage, ...rest });

const refused = (code: string) => (error: { code?: string }) => error.code === code;

Deno.test("openaiChat reads 17,903 prompt, 17,817 cached and 188 out as 86, 17,817 and 188", () => {
  deepStrictEqual(readOne("openai-chat", readFixture("openai-chat--cached.json")), {
    id: "chatcmpl-B9MBs8CjcvOU2jLn4n570S5qMJKcT",
    timestamp: 1741569952000,
    provider: "openai",
    model: "gpt-4o-2024-08-06",
    operation: "chat",
    service_tier: "standard",
    input_tokens: 86,
    cache_read_tokens: 17_817,
    cache_write_5m_tokens: 0,
    cache_write_1h_tokens: 0,
    output_tokens: 188,
    reasoning_tokens: 64,
    units: null,
  });
});

Deno.test("openaiChat does not add a million prompt tokens to the 900,000 of them that were cached", () => {
  const usage = { prompt_tokens: 1_000_000, completion_tokens: 0, prompt_tokens_details: { cached_tokens: 900_000 } };
  deepStrictEqual(buckets(chat(usage)), [100_000, 900_000, 0, 0, 0, 0, null]);
});

Deno.test("openaiChat takes audio and pictures out of the text", () => {
  const draft = readOne("openai-chat", readFixture("openai-chat--audio.json"));
  deepStrictEqual(buckets(draft), [40, 20, 0, 0, 15, 0, {
    audio_input_tokens: 30,
    image_input_tokens: 10,
    audio_output_tokens: 45,
  }]);
  strictEqual(draft.service_tier, "flex");
  strictEqual(draft.quality, undefined);
});

Deno.test("openaiChat takes cached audio out of the cache where the source tells it", () => {
  const draft = chat({
    prompt_tokens: 100,
    completion_tokens: 0,
    prompt_tokens_details: {
      cached_tokens: 50,
      audio_tokens: 40,
      cached_tokens_details: { text_tokens: 20, audio_tokens: 30 },
    },
  });
  deepStrictEqual(buckets(draft), [40, 20, 0, 0, 0, 0, { audio_input_tokens: 10, cache_audio_read_tokens: 30 }]);
  strictEqual(draft.quality, undefined);
});

Deno.test("openaiChat takes cached tokens that the text has no room for from the audio, and flags it", () => {
  const draft = chat({
    prompt_tokens: 100,
    completion_tokens: 0,
    total_tokens: 100,
    prompt_tokens_details: { cached_tokens: 90, audio_tokens: 50 },
  });
  deepStrictEqual(buckets(draft), [0, 50, 0, 0, 0, 0, { audio_input_tokens: 10, cache_audio_read_tokens: 40 }]);
  deepStrictEqual(draft.quality, ["breakdown_exceeds_total"]);
});

Deno.test("openaiChat keeps parts that add up to more than the total, none negative", () => {
  const draft = chat({
    prompt_tokens: 100,
    completion_tokens: 10,
    total_tokens: 110,
    prompt_tokens_details: { cached_tokens: 120, cache_write_tokens: 5 },
    completion_tokens_details: { reasoning_tokens: 20, audio_tokens: 12 },
  });
  deepStrictEqual(buckets(draft), [0, 120, 5, 0, 0, 0, { audio_output_tokens: 12 }]);
  deepStrictEqual(draft.quality, ["breakdown_exceeds_total", "total_mismatch"]);
  deepStrictEqual(draft.extra, { usage: { total_tokens: 110 } });
});

Deno.test("openaiChat cuts reasoning to the output and flags it", () => {
  const draft = chat({ prompt_tokens: 1, completion_tokens: 10, completion_tokens_details: { reasoning_tokens: 20 } });
  deepStrictEqual(buckets(draft), [1, 0, 0, 0, 10, 10, null]);
  deepStrictEqual(draft.quality, ["breakdown_exceeds_total"]);
});

Deno.test("openaiChat adds reasoning to the output where the source's own total proves that it stands beside it", () => {
  const draft = chat(
    { prompt_tokens: 32, completion_tokens: 9, total_tokens: 135, completion_tokens_details: { reasoning_tokens: 94 } },
    { model: "grok-4" },
  );
  deepStrictEqual(buckets(draft), [32, 0, 0, 0, 103, 94, null]);
  strictEqual(draft.quality, undefined);
  strictEqual(draft.provider, undefined);
});

Deno.test("openaiChat flags a total that differs and keeps it", () => {
  const draft = chat({ prompt_tokens: 10, completion_tokens: 5, total_tokens: 99 });
  deepStrictEqual(draft.quality, ["total_mismatch"]);
  deepStrictEqual(draft.extra, { usage: { total_tokens: 99 } });
});

Deno.test("openaiChat keeps unknown fields of the usage and flags counters among them", () => {
  const draft = chat({
    prompt_tokens: 10,
    completion_tokens: 5,
    new_field: "x",
    prompt_tokens_details: { hologram_tokens: 3, cached_tokens: 1 },
    completion_tokens_details: { rejected_prediction_tokens: 2, accepted_prediction_tokens: 0 },
    nothing: null,
  });
  deepStrictEqual(draft.extra, {
    usage: {
      new_field: "x",
      prompt_tokens_details: { hologram_tokens: 3 },
      completion_tokens_details: { rejected_prediction_tokens: 2 },
    },
  });
  deepStrictEqual(draft.quality, ["unmapped_tokens"]);
});

Deno.test("openaiChat keeps an unknown counter of zero without a flag", () => {
  const draft = chat({ prompt_tokens: 10, completion_tokens: 5, hologram_tokens: 0 });
  deepStrictEqual(draft.extra, { usage: { hologram_tokens: 0 } });
  strictEqual(draft.quality, undefined);
});

Deno.test("openaiChat keeps an unknown service tier and flags it", () => {
  const draft = chat({ prompt_tokens: 1, completion_tokens: 1 }, { service_tier: "scale" });
  strictEqual(draft.service_tier, undefined);
  deepStrictEqual(draft.quality, ["unknown_service_tier"]);
  deepStrictEqual(draft.extra, { service_tier: "scale" });
  strictEqual(chat({ prompt_tokens: 1 }, { service_tier: "flex-tier" }).service_tier, "flex");
  strictEqual(chat({ prompt_tokens: 1 }, { service_tier: " Priority " }).service_tier, "priority");
});

Deno.test("openaiChat reads a streaming chunk without usage as no usage", () => {
  deepStrictEqual(readAs("openai-chat", readFixture("openai-chat--stream-chunk.json")), []);
});

Deno.test("openaiChat reads the labels a caller adds, and ignores other things of the same name", () => {
  const draft = chat({ prompt_tokens: 1 }, {
    created: 1741569952,
    timestamp: "2026-01-05T10:00:00Z",
    organization_id: "org-1",
    project: "search",
    user: { id: 5 },
    tags: { team: "core" },
    metadata: { team: "other", stage: "prod", long: "x".repeat(300), nested: {} },
  });
  strictEqual(draft.timestamp, Date.UTC(2026, 0, 5, 10));
  strictEqual(draft.organization_id, "org-1");
  strictEqual(draft.project, "search");
  strictEqual(draft.user, undefined);
  deepStrictEqual(draft.tags, { team: "core", stage: "prod" });
  deepStrictEqual(draft.extra, { metadata: { team: "other", long: "x".repeat(300), nested: {} } });
});

Deno.test("openaiChat reads a cache hit in DeepSeek's words", () => {
  const usage = {
    prompt_tokens: 1000,
    completion_tokens: 10,
    prompt_cache_hit_tokens: 640,
    prompt_cache_miss_tokens: 360,
  };
  const draft = chat(usage, { model: "my-deployment" });
  deepStrictEqual(buckets(draft), [360, 640, 0, 0, 10, 0, null]);
  strictEqual(draft.provider, "deepseek");
  strictEqual(draft.quality, undefined);
});

Deno.test("openaiChat refuses negative, huge, broken and mistyped counts", () => {
  throws(() => chat({ prompt_tokens: -1 }), refused("negative_tokens"));
  throws(() => chat({ prompt_tokens: 2e12 }), refused("tokens_out_of_range"));
  throws(() => chat({ prompt_tokens: 1.5 }), refused("invalid_field"));
  throws(() => chat({ prompt_tokens: true }), refused("invalid_field"));
  throws(() => chat({ prompt_tokens: 1, prompt_tokens_details: { cached_tokens: -1 } }), refused("negative_tokens"));
  throws(() => chat({ prompt_tokens: 1, prompt_tokens_details: 7 }), refused("invalid_field"));
  throws(() => chat({ prompt_tokens: 1 }, { id: 2 ** 60 }), refused("invalid_id"));
  throws(() => chat({ prompt_tokens: 1 }, { model: 4 }), refused("invalid_field"));
  throws(() => chat({ prompt_tokens: 1 }, { created: "soon" }), refused("invalid_timestamp"));
});

Deno.test("openaiResponses counts searches and takes cache writes out of the input", () => {
  const draft = readOne("openai-responses", readFixture("openai-responses--tools.json"));
  deepStrictEqual(buckets(draft), [2100, 1000, 500, 0, 870, 512, { web_searches: 1, storage_searches: 1 }]);
  strictEqual(draft.status, "completed");
  strictEqual(draft.service_tier, "priority");
  strictEqual(draft.timestamp, 1741476542000);
  strictEqual(draft.user, "ana");
  deepStrictEqual(draft.tags, { team: "core" });
  strictEqual(draft.quality, undefined);
});

Deno.test("openaiResponses reads a failed response without usage as no usage", () => {
  deepStrictEqual(readAs("openai-responses", { object: "response", status: "failed", usage: null }), []);
});

Deno.test("openaiEmbeddings reads the prompt as input, without an id", () => {
  deepStrictEqual(readOne("openai-embeddings", readFixture("openai-embeddings--small.json")), {
    provider: "openai",
    model: "text-embedding-3-small",
    operation: "embedding",
    input_tokens: 8,
    cache_read_tokens: 0,
    cache_write_5m_tokens: 0,
    cache_write_1h_tokens: 0,
    output_tokens: 0,
    reasoning_tokens: 0,
    units: null,
  });
});

Deno.test("openaiImages takes all output as pictures", () => {
  const draft = readOne("openai-images", readFixture("openai-images--high.json"));
  deepStrictEqual(buckets(draft), [10, 0, 0, 0, 0, 0, { image_input_tokens: 40, image_output_tokens: 4160 }]);
});

Deno.test("openaiBatch reads the body at the batch tier, by the request's id", () => {
  const draft = readOne("openai-batch", readFixture("openai-batch--chat.json"));
  deepStrictEqual(buckets(draft), [86, 17_817, 0, 0, 188, 64, null]);
  strictEqual(draft.service_tier, "batch");
  strictEqual(draft.id, "req_123");
  strictEqual(draft.status, "200");
  strictEqual(draft.operation, "chat");
});

Deno.test("openaiBatch falls back to the body's id, then the line's", () => {
  const body = { id: "chatcmpl-1", object: "chat.completion", model: "gpt-4o", usage: { prompt_tokens: 1 } };
  strictEqual(readOne("openai-batch", { id: "l", custom_id: "c", response: { body } }).id, "chatcmpl-1");
  strictEqual(readOne("openai-batch", { id: "l", custom_id: "c", response: { body: { ...body, id: null } } }).id, "l");
});

Deno.test("openaiBatch skips failed lines without usage and keeps failed ones that used something", () => {
  deepStrictEqual(readAs("openai-batch", readFixture("openai-batch--failed.json")), []);
  deepStrictEqual(readAs("openai-batch", readFixture("openai-batch--expired.json")), []);
  const body = { object: "response", model: "gpt-5", status: "failed", usage: { input_tokens: 5, output_tokens: 2 } };
  const draft = readOne("openai-batch", { custom_id: "c", response: { status_code: 500, body } });
  deepStrictEqual([draft.input_tokens, draft.output_tokens, draft.status], [5, 2, "failed"]);
});

Deno.test("openaiBatch refuses a body it does not know", () => {
  const line = { custom_id: "c", response: { status_code: 200, body: { usage: { spins: 3 } } } };
  throws(() => readAs("openai-batch", line), refused("unknown_format"));
});

Deno.test("openrouter reads the cost as it stood, the host, and unsplit cache writes", () => {
  const draft = readOne("openrouter", readFixture("openrouter--byok.json"));
  deepStrictEqual(buckets(draft), [94, 0, 100, 0, 2, 0, null]);
  strictEqual(draft.provider, "openrouter");
  strictEqual(draft.reported_cost, "0.95");
  strictEqual(draft.model, "anthropic/claude-sonnet-4.5");
  deepStrictEqual(draft.quality, ["cache_write_unsplit"]);
  deepStrictEqual(draft.extra, {
    upstream_provider: "Anthropic",
    usage: { is_byok: true, cost_details: { upstream_inference_cost: 19 } },
  });
});

Deno.test("openrouter takes a cost that comes as text or as a tiny number", () => {
  const read = (cost: unknown) => readOne("openrouter", { id: "gen-1", model: "m", usage: { prompt_tokens: 1, cost } });
  strictEqual(read("0.0000012300").reported_cost, "0.0000012300");
  strictEqual(read(1e-7).reported_cost, "1e-7");
  strictEqual(read(null).reported_cost, undefined);
  throws(() => read("free"), refused("invalid_field"));
});
