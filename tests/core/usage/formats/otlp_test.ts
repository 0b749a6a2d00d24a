import { deepStrictEqual, strictEqual, throws } from "node:assert/strict";
import fc from "fast-check";
import { sumTokens } from "../../../../core/usage/draft.ts";
import { otlpTraces } from "../../../../core/usage/formats/otlp_traces.ts";
import type { SourceObject } from "../../../../core/usage/format.ts";
import { RejectedRecord } from "../../../../core/usage/record.ts";
import { buckets, readAs, readFixture, readOne } from "./fixtures.ts";

const TRACE = "5b8efff798038103d269b633813fc60c";

/** Attributes as the protocol writes them. */
function attributes(given: SourceObject): SourceObject[] {
  return Object.entries(given).map(([key, value]) => ({
    key,
    value: typeof value === "number" ? { intValue: String(value) } : { stringValue: value },
  }));
}

interface SpanOptions {
  readonly id?: string;
  readonly parent?: string;
  readonly name?: string;
  readonly kind?: unknown;
}

function span(given: SourceObject, { id = "a", parent, name = "call", kind }: SpanOptions = {}): SourceObject {
  return {
    traceId: TRACE,
    spanId: id.padStart(16, "0"),
    ...(parent === undefined ? {} : { parentSpanId: parent.padStart(16, "0") }),
    name,
    kind,
    startTimeUnixNano: "1790000000123999999",
    attributes: attributes(given),
  };
}

const trace = (spans: readonly SourceObject[], scope = "") => ({
  resourceSpans: [{ scopeSpans: [{ scope: { name: scope }, spans }] }],
});
const read = (given: SourceObject, scope?: string) => readOne("otlp-traces", trace([span(given)], scope));
const usage = (input: number, output: number) => ({
  "gen_ai.request.model": "gpt-5",
  "gen_ai.usage.input_tokens": input,
  "gen_ai.usage.output_tokens": output,
});
const ids = (value: SourceObject) => readAs("otlp-traces", value).map(({ id }) => id!.slice(-1));

Deno.test("otlpTraces reads a span of a model call: 17,903 input of which 17,817 cached, 188 output", () => {
  deepStrictEqual(readOne("otlp-traces", readFixture("otlp-traces--chat.json")), {
    id: `${TRACE}:eee19b7ec3c1b174`,
    timestamp: 1_790_000_000_123,
    provider: "openai",
    model: "gpt-5-2025-08-07",
    operation: "chat",
    service_tier: "standard",
    project: "api",
    environment: "prod",
    user: "ana",
    session: "conv-1",
    status: "ok",
    latency_ms: 1_500,
    input_tokens: 86,
    cache_read_tokens: 17_817,
    cache_write_5m_tokens: 0,
    cache_write_1h_tokens: 0,
    output_tokens: 188,
    reasoning_tokens: 64,
    units: null,
    extra: { response_id: "chatcmpl-1" },
  });
});

Deno.test("otlpTraces reads older and other names of the same counters", () => {
  const named = [
    ["gen_ai.usage.prompt_tokens", "gen_ai.usage.completion_tokens", "gen_ai.usage.cache_read_tokens"],
    ["llm.token_count.prompt", "llm.token_count.completion", "llm.token_count.prompt_details.cache_read"],
    ["ai.usage.promptTokens", "ai.usage.completionTokens", "ai.usage.cachedInputTokens"],
    ["ai.usage.inputTokens", "ai.usage.outputTokens", "ai.usage.cachedInputTokens"],
    ["gen_ai.usage.input_tokens", "gen_ai.usage.output_tokens", "gen_ai.usage.input_tokens.cached"],
    ["gen_ai.usage.input_tokens", "gen_ai.usage.output_tokens", "gen_ai.usage.details.cache_read_input_tokens"],
  ];
  for (const [input, output, cached] of named) {
    const draft = read({ "gen_ai.system": "openai", [input!]: 100, [output!]: 10, [cached!]: 40 });
    deepStrictEqual([...buckets(draft), draft.quality], [60, 40, 0, 0, 10, 0, null, undefined], input!);
  }
});

Deno.test("otlpTraces: the model that answered comes before the AI SDK's and the one that was asked", () => {
  const models = { "gen_ai.request.model": "asked", "ai.model.id": "sdk", "gen_ai.response.model": "answered" };
  const { "gen_ai.response.model": _, ...asked } = models;
  strictEqual(read({ ...usage(1, 1), ...models }).model, "answered");
  strictEqual(read({ ...usage(1, 1), ...asked }).model, "sdk");
  strictEqual(read(usage(1, 1)).model, "gpt-5");
});

const CLAUDE = {
  "gen_ai.provider.name": "anthropic",
  "gen_ai.request.model": "claude-sonnet-4-5",
  "gen_ai.usage.output_tokens": 10,
  "gen_ai.usage.cache_read.input_tokens": 128_955,
  "gen_ai.usage.cache_creation.input_tokens": 1_253,
};

Deno.test("otlpTraces takes input that is less than the cache as beside it: 5 + 128,955 + 1,253 = 130,213", () => {
  const draft = read({ ...CLAUDE, "gen_ai.usage.input_tokens": 5 });
  deepStrictEqual([...buckets(draft), draft.quality], [5, 128_955, 1_253, 0, 10, 0, null, ["cache_write_unsplit"]]);
});

Deno.test("otlpTraces takes 130,213 with the cache inside as 5, assumed where nothing tells", () => {
  const given = { ...CLAUDE, "gen_ai.usage.input_tokens": 130_213 };
  const assumed = read(given);
  deepStrictEqual([...buckets(assumed), assumed.quality], [
    ...[5, 128_955, 1_253, 0, 10, 0, null],
    ["assumed_inclusive", "cache_write_unsplit"],
  ]);
  const known = read(given, "opentelemetry.instrumentation.anthropic");
  deepStrictEqual([...buckets(known), known.quality], [5, 128_955, 1_253, 0, 10, 0, null, ["cache_write_unsplit"]]);
});

Deno.test("otlpTraces takes input beside the cache where the instrumentation or the total says so", () => {
  const cached = { "gen_ai.system": "aws.bedrock", "gen_ai.usage.cache_read_tokens": 40, ...usage(100, 10) };
  deepStrictEqual(buckets(read(cached, "opentelemetry.instrumentation.bedrock")), [100, 40, 0, 0, 10, 0, null]);
  const totalled = read({ ...cached, "gen_ai.usage.total_tokens": 150 });
  deepStrictEqual([...buckets(totalled), totalled.quality], [100, 40, 0, 0, 10, 0, null, undefined]);
});

Deno.test("otlpTraces counts the AI SDK's inner span alone, also without the outer one beside it", () => {
  const outer = span({ "ai.model.id": "gpt-5", "ai.usage.inputTokens": 100, "ai.usage.outputTokens": 10 }, {
    id: "1",
    name: "ai.generateText answer",
  });
  const inner = span({ "ai.model.id": "gpt-5", "ai.usage.inputTokens": 100, "ai.usage.outputTokens": 10 }, {
    id: "2",
    parent: "1",
    name: "ai.generateText.doGenerate answer",
  });
  deepStrictEqual(ids(trace([outer, inner])), ["2"]);
  deepStrictEqual(ids(trace([inner, outer])), ["2"]);
  deepStrictEqual(ids(trace([outer])), []);
  deepStrictEqual(ids(trace([inner])), ["2"]);
});

Deno.test("otlpTraces passes over agents, chains and workflows, and over what repeats its children", () => {
  const call = (id: string) => span({ ...usage(100, 10), "gen_ai.operation.name": "chat" }, { id, parent: "5" });
  const between = span({}, { id: "5", parent: "1" });
  const above = (given: SourceObject, kind?: number) => span({ ...usage(200, 20), ...given }, { id: "1", kind });
  const inner = [call("2"), call("3"), between];
  deepStrictEqual(ids(trace([above({ "gen_ai.operation.name": "invoke_agent" }), ...inner])), ["2", "3"]);
  deepStrictEqual(ids(trace([above({ "openinference.span.kind": "CHAIN" }), ...inner])), ["2", "3"]);
  deepStrictEqual(ids(trace([above({ "traceloop.span.kind": "workflow" }), ...inner])), ["2", "3"]);
  deepStrictEqual(ids(trace([above({}), ...inner])), ["2", "3"]);
  deepStrictEqual(ids(trace([above({ "gen_ai.operation.name": "chat" }), ...inner])), ["2", "3"]);
  deepStrictEqual(ids(trace([above({ "gen_ai.operation.name": "chat" }), call("2"), between])), ["1", "2"]);
  deepStrictEqual(ids(trace([above({ "gen_ai.operation.name": "invoke_agent" }, 3)])), ["1"]);
  deepStrictEqual(ids(trace([above({ "gen_ai.operation.name": "invoke_agent" })])), []);
});

Deno.test("otlpTraces takes a trace whose spans are each other's parents", () => {
  const one = span(usage(1, 1), { id: "1", parent: "2" });
  const other = span({}, { id: "2", parent: "1" });
  deepStrictEqual(ids(trace([one, other])), ["1"]);
});

Deno.test("otlpTraces refuses one span alone", () => {
  const bad = span({ ...usage(1, 1), "gen_ai.usage.input_tokens": -5 }, { id: "1" });
  const good = span(usage(7, 1), { id: "2" });
  const readings = otlpTraces.open!().read(trace([bad, good]));
  deepStrictEqual(
    readings.map((reading) => (reading instanceof RejectedRecord ? reading.code : reading.input_tokens)),
    [
      "negative_tokens",
      7,
    ],
  );
  throws(() => otlpTraces.read(trace([bad, good])), RejectedRecord);
});

Deno.test("otlpTraces reads times to the millisecond, integers as numbers, and ids in base64", () => {
  const numbers = {
    ...span({}),
    traceId: "W47/95gDgQPSabYzgT/GDA==",
    spanId: "7uGbfsPBsXQ=",
    startTimeUnixNano: 1_790_000_000_001_000_000,
    attributes: [{ key: "gen_ai.usage.input_tokens", value: { intValue: 7 } }],
  };
  const draft = readOne("otlp-traces", trace([numbers]));
  deepStrictEqual([draft.id, draft.timestamp, draft.input_tokens], [
    `${TRACE}:eee19b7ec3c1b174`,
    1_790_000_000_001,
    7,
  ]);
});

Deno.test("otlpTraces keeps unknown counters and flags them", () => {
  const draft = read({ ...usage(1, 1), "gen_ai.usage.sparkle_tokens": 9, "gen_ai.usage.details.input_tokens": 1 });
  deepStrictEqual([draft.extra, draft.quality], [{ usage: { "gen_ai.usage.sparkle_tokens": "9" } }, [
    "unmapped_tokens",
  ]]);
});

Deno.test("otlpTraces' buckets add up to the input and output, whoever counts the cache in", () => {
  const count = fc.nat(1_000_000);
  const parts = fc.record({ fresh: count, cached: count, written: count, output: count, isInside: fc.boolean() });
  fc.assert(fc.property(parts, ({ fresh, cached, written, output, isInside }) => {
    const draft = read({
      "gen_ai.usage.input_tokens": isInside ? fresh + cached + written : fresh,
      "gen_ai.usage.output_tokens": output,
      "gen_ai.usage.cache_read.input_tokens": cached,
      "gen_ai.usage.cache_creation.input_tokens": written,
    }, isInside ? "opentelemetry.instrumentation.anthropic" : "opentelemetry.instrumentation.bedrock");
    deepStrictEqual(buckets(draft), [fresh, cached, written, 0, output, 0, null]);
    strictEqual(sumTokens(draft), fresh + cached + written + output);
  }));
});

Deno.test("otlpLogs reads Claude Code's api_request as exclusive, and no other event", () => {
  deepStrictEqual(readOne("otlp-logs", readFixture("otlp-logs--claude-code.json")), {
    id: "req_1",
    timestamp: Date.UTC(2026, 2, 2, 10, 0, 0, 500),
    provider: "anthropic",
    model: "claude-sonnet-4-5",
    operation: "chat",
    service_tier: "fast",
    user: "acc-1",
    session: "s-1",
    tags: { query_source: "main" },
    latency_ms: 2_500,
    reported_cost: "0.0123",
    input_tokens: 5,
    cache_read_tokens: 128_955,
    cache_write_5m_tokens: 1_253,
    cache_write_1h_tokens: 0,
    output_tokens: 200,
    reasoning_tokens: 0,
    units: null,
    extra: { "organization.id": "org-a" },
    quality: ["cache_write_unsplit"],
  });
});

const log = (record: SourceObject) => ({ resourceLogs: [{ scopeLogs: [{ logRecords: [record] }] }] });

Deno.test("otlpLogs reads Codex's completed responses as inclusive, and none of its other events", () => {
  const given = {
    "event.name": "codex.sse_event",
    "event.kind": "response.completed",
    "event.timestamp": "2026-03-02T10:00:00.000Z",
    "conversation.id": "c-1",
    model: "gpt-5.2-codex",
    input_token_count: "117231",
    cached_token_count: "115584",
    output_token_count: "225",
    reasoning_token_count: "64",
    tool_token_count: "117456",
  };
  const draft = readOne("otlp-logs", log({ attributes: attributes(given) }));
  deepStrictEqual([...buckets(draft), draft.model, draft.session, draft.provider], [
    ...[1_647, 115_584, 0, 0, 225, 64, null],
    "gpt-5.2-codex",
    "c-1",
    "openai",
  ]);
  const other = { "event.name": "codex.sse_event", "event.kind": "response.output_item.done" };
  deepStrictEqual(readAs("otlp-logs", log({ attributes: attributes(other) })), []);
});

Deno.test("otlpLogs reads Gemini CLI's responses: thoughts beside the output, the cache inside the input", () => {
  const given = {
    "event.name": "gemini_cli.api_response",
    "session.id": "g-1",
    model: "gemini-2.5-pro",
    input_token_count: 1_000,
    cached_content_token_count: 400,
    output_token_count: 50,
    thoughts_token_count: 30,
    tool_token_count: 20,
    total_token_count: 1_100,
    status_code: 200,
  };
  const draft = readOne("otlp-logs", log({ timeUnixNano: "1790000000123999999", attributes: attributes(given) }));
  deepStrictEqual([...buckets(draft), draft.status, draft.timestamp, draft.quality], [
    ...[600, 400, 0, 0, 80, 30, { tool_input_tokens: 20 }],
    "200",
    1_790_000_000_123,
    undefined,
  ]);
});

Deno.test("otlpLogs passes over metrics, which say the same again", () => {
  deepStrictEqual(readAs("otlp-logs", readFixture("otlp-logs--metrics.json")), []);
});
