import { deepStrictEqual, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { sumTokens } from "../../../../core/usage/draft.ts";
import type { SourceObject } from "../../../../core/usage/format.ts";
import { buckets, readAs, readFixture, readOne } from "./fixtures.ts";

const row = (rest: SourceObject) => ({
  request_id: "r-1",
  call_type: "acompletion",
  spend: 0,
  prompt_tokens: 100,
  completion_tokens: 10,
  total_tokens: 110,
  model: "gpt-4o",
  startTime: "2026-03-02T09:00:00Z",
  ...rest,
});

Deno.test("litellm takes the cache out of the prompt, Anthropic's too, and keeps the gateway's names as labels", () => {
  deepStrictEqual(readOne("litellm", readFixture("litellm--spend-log.json")), {
    id: "chatcmpl-7f1",
    timestamp: Date.UTC(2026, 2, 2, 9, 0, 0, 250),
    provider: "anthropic",
    model: "claude-sonnet-4-5",
    operation: "chat",
    status: "success",
    latency_ms: 3_500,
    time_to_first_token_ms: 750,
    reported_cost: "0.0123456",
    user: "ana",
    session: "sess-1",
    api_key: "search-prod",
    tags: { team: "search", end_user: "customer-1", job: "7", nightly: "true" },
    input_tokens: 600,
    cache_read_tokens: 10_000,
    cache_write_5m_tokens: 1_500,
    cache_write_1h_tokens: 500,
    output_tokens: 500,
    reasoning_tokens: 120,
    units: { web_searches: 1 },
    extra: { organization_id: "org-9", team_id: "team-4", model_group: "smart", model_id: "0b1c" },
  });
});

Deno.test("litellm reads rows of CSV with JSON in their cells", () => {
  const draft = readOne("litellm", readFixture("litellm--csv-row.json"));
  deepStrictEqual(buckets(draft), [600, 400, 0, 0, 100, 0, null]);
  deepStrictEqual(
    [draft.timestamp, draft.latency_ms, draft.reported_cost, draft.api_key, draft.tags, draft.user],
    [Date.UTC(2026, 2, 2, 9, 0, 0, 250), 1_000, "1.5e-05", "88dc28d0", { env: "prod" }, undefined],
  );
});

Deno.test("litellm reads logging payloads: seconds, response_cost, the key's hash cut short", () => {
  const draft = readOne("litellm", readFixture("litellm--logging-payload.json"));
  deepStrictEqual(buckets(draft), [200, 0, 0, 0, 100, 0, null]);
  deepStrictEqual(
    [draft.id, draft.timestamp, draft.latency_ms, draft.time_to_first_token_ms, draft.reported_cost, draft.api_key],
    ["chatcmpl-slp", 1_772_442_000_250, 2_000, 500, "0.00075", "88dc28d0"],
  );
  deepStrictEqual([draft.provider, draft.session, draft.user, draft.service_tier], ["azure", "tr-1", "bob", "flex"]);
});

Deno.test("litellm counts nothing of an answer out of LiteLLM's own cache, flags it and keeps what it once took", () => {
  const draft = readOne("litellm", readFixture("litellm--cache-hit.json"));
  deepStrictEqual(buckets(draft), [0, 0, 0, 0, 0, 0, null]);
  deepStrictEqual(
    [draft.quality, draft.extra, draft.reported_cost],
    [["served_from_cache"], { cached_answer: { input_tokens: 1_000, output_tokens: 100 } }, "0"],
  );
});

Deno.test("litellm keeps failed calls with their status, and skips those that never had a model", () => {
  const draft = readOne("litellm", readFixture("litellm--failed.json"));
  deepStrictEqual([...buckets(draft), draft.status], [0, 0, 0, 0, 0, 0, null, "failure"]);
  const nothing = { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0, model: "", model_group: "" };
  deepStrictEqual(readAs("litellm", row(nothing)), []);
});

Deno.test("litellm's organizations never choose the organization", () => {
  const draft = readOne(
    "litellm",
    row({ organization_id: "other", team_id: "t", metadata: { user_api_key_org_id: "x" } }),
  );
  strictEqual(draft.organization_id, undefined);
  deepStrictEqual(draft.extra, { organization_id: "other", team_id: "t" });
});

Deno.test("litellm keeps tags that are no tags beside the record", () => {
  const long = "x".repeat(300);
  const draft = readOne("litellm", row({ request_tags: ["a:1", "a:2", long, 7] }));
  deepStrictEqual([draft.tags, draft.extra], [{ a: "1" }, { request_tags: ["a:2", long, 7] }]);
});

Deno.test("litellm never keeps a key", () => {
  strictEqual(readOne("litellm", row({ api_key: "sk-abcdefghijklmnop" })).api_key, "...mnop");
});

Deno.test("litellm keeps unknown counters of its usage and flags them", () => {
  const draft = readOne("litellm", row({ metadata: { usage_object: { new_tokens: 5 } } }));
  deepStrictEqual([draft.extra, draft.quality], [{ usage: { new_tokens: 5 } }, ["unmapped_tokens"]]);
});

Deno.test("litellm's buckets add up to its total", () => {
  const count = fc.nat(1_000_000);
  const parts = fc.record({ fresh: count, read: count, five: count, hour: count, output: count, reasoning: count });
  fc.assert(fc.property(parts, fc.boolean(), ({ fresh, read, five, hour, output, reasoning }, isText) => {
    const prompt = fresh + read + five + hour;
    const completion = output + reasoning;
    const usage = {
      prompt_tokens_details: {
        cached_tokens: read,
        cache_creation_tokens: five + hour,
        cache_creation_token_details: { ephemeral_5m_input_tokens: five, ephemeral_1h_input_tokens: hour },
      },
      completion_tokens_details: { reasoning_tokens: reasoning },
    };
    const counts = { prompt_tokens: prompt, completion_tokens: completion, total_tokens: prompt + completion };
    const metadata = { usage_object: usage };
    const draft = readOne("litellm", row({ ...counts, metadata: isText ? JSON.stringify(metadata) : metadata }));
    deepStrictEqual(buckets(draft), [fresh, read, five, hour, completion, reasoning, null]);
    strictEqual(sumTokens(draft), prompt + completion);
    strictEqual(draft.quality, undefined);
  }));
});
