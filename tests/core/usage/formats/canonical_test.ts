import { deepStrictEqual, ok, strictEqual, throws } from "node:assert/strict";
import type { SourceObject } from "../../../../core/usage/format.ts";
import { OTHER_UNIT_NAMES, OTHER_UNITS } from "../../../../core/usage/units.ts";
import { buckets, readFixture, readOne } from "./fixtures.ts";

const read = (value: SourceObject) => readOne("canonical", value);

const refused = (code: string, detail?: RegExp) => (error: { code?: string; message: string }) =>
  error.code === code && (detail === undefined || detail.test(error.message));

Deno.test("canonical reads every field of the record", () => {
  deepStrictEqual(read(readFixture("canonical--exclusive.json")), {
    id: "req-1",
    timestamp: Date.UTC(2026, 0, 5, 10),
    provider: "anthropic",
    model: "claude-opus-5",
    organization_id: "org-123",
    project: "search",
    user: "ana",
    environment: "prod",
    session: "s-1",
    operation: "chat",
    service_tier: "standard",
    region: "us",
    tags: { team: "core" },
    status: "success",
    latency_ms: 1200,
    time_to_first_token_ms: 300,
    reported_cost: "0.0125",
    input_tokens: 109_911,
    cache_read_tokens: 1000,
    cache_write_5m_tokens: 2528,
    cache_write_1h_tokens: 40,
    output_tokens: 34_988,
    reasoning_tokens: 400,
    units: { audio_input_tokens: 7, web_searches: 2, seconds: 1500 },
  });
});

Deno.test("canonical reads the example of the documentation", () => {
  deepStrictEqual(read(readFixture("canonical--inclusive.json")), {
    provider: "openai",
    model: "gpt-4",
    organization_id: "org-123",
    latency_ms: 1200,
    input_tokens: 1500,
    cache_read_tokens: 0,
    cache_write_5m_tokens: 0,
    cache_write_1h_tokens: 0,
    output_tokens: 500,
    reasoning_tokens: 0,
    units: null,
  });
});

Deno.test("canonical reads rows of CSV: text, empty cells, tag columns", () => {
  deepStrictEqual(read(readFixture("canonical--csv-row.json")), {
    id: "row-1",
    timestamp: Date.UTC(2026, 0, 5, 10, 0, 0, 123),
    provider: "openai",
    model: "gpt-4o",
    reported_cost: "0.10",
    tags: { team: "core" },
    input_tokens: 1000,
    cache_read_tokens: 0,
    cache_write_5m_tokens: 0,
    cache_write_1h_tokens: 0,
    output_tokens: 20,
    reasoning_tokens: 0,
    units: null,
  });
});

Deno.test("canonical reads the same record from JSON and from the text of CSV", () => {
  const value = {
    id: "1",
    timestamp: 1767607200,
    model: "m",
    input_tokens: 5,
    output_tokens: 6,
    latency_ms: 7,
    seconds: 1.25,
  };
  const row = Object.fromEntries(Object.entries(value).map(([name, field]) => [name, String(field)]));
  deepStrictEqual(read(row), read(value));
});

Deno.test("canonical reads every alias, in snake_case and camelCase", () => {
  const cases: [SourceObject, string, unknown][] = [
    [{ model_id: "m" }, "model", "m"],
    [{ modelId: "m" }, "model", "m"],
    [{ "model.name": "m" }, "model", "m"],
    [{ model: { name: "m" } }, "model", "m"],
    [{ request_id: "r" }, "id", "r"],
    [{ requestId: "r" }, "id", "r"],
    [{ event_id: "r" }, "id", "r"],
    [{ eventId: 7 }, "id", "7"],
    [{ user_id: "u" }, "user", "u"],
    [{ userId: 5 }, "user", "5"],
    [{ project_id: "p" }, "project", "p"],
    [{ projectId: "p" }, "project", "p"],
    [{ organizationId: "o" }, "organization_id", "o"],
    [{ sessionId: "s" }, "session", "s"],
    [{ serviceTier: "batch" }, "service_tier", "batch"],
    [{ service_tier: "flex-tier" }, "service_tier", "flex"],
    [{ latencyMs: 3 }, "latency_ms", 3],
    [{ timeToFirstTokenMs: 3 }, "time_to_first_token_ms", 3],
    [{ reportedCostUsd: "0.5" }, "reported_cost", "0.5"],
    [{ createdAt: "2026-01-05T10:00:00Z" }, "timestamp", Date.UTC(2026, 0, 5, 10)],
    [{ status: 200 }, "status", "200"],
    [{ inputTokens: 3 }, "input_tokens", 3],
    [{ prompt_tokens: 3 }, "input_tokens", 3],
    [{ promptTokens: 3 }, "input_tokens", 3],
    [{ outputTokens: 3 }, "output_tokens", 3],
    [{ completion_tokens: 3 }, "output_tokens", 3],
    [{ completionTokens: 3 }, "output_tokens", 3],
    [{ cacheReadTokens: 3 }, "cache_read_tokens", 3],
    [{ cache_read_input_tokens: 3 }, "cache_read_tokens", 3],
    [{ cacheWrite5mTokens: 3 }, "cache_write_5m_tokens", 3],
    [{ cacheWrite1hTokens: 3 }, "cache_write_1h_tokens", 3],
  ];
  for (const [value, field, wanted] of cases) {
    const draft = read({ ...value, web_searches: 1 });
    strictEqual(draft[field as keyof typeof draft], wanted, JSON.stringify(value));
    strictEqual(draft.extra, undefined, JSON.stringify(value));
  }
});

Deno.test("canonical reads every unit, under its name and in camelCase", () => {
  for (const name of OTHER_UNIT_NAMES) {
    const camel = name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
    const wanted = { [name]: OTHER_UNITS[name].decimals === 3 ? 7000 : 7 };
    deepStrictEqual(read({ [name]: 7 }).units, wanted);
    deepStrictEqual(read({ [camel]: "7" }).units, wanted);
  }
});

Deno.test("canonical takes the first of two names and keeps the other where it differs", () => {
  for (const value of [{ id: "a", request_id: "b", event_id: "a" }, { event_id: "a", request_id: "b", id: "a" }]) {
    const draft = read({ ...value, input_tokens: 1 });
    strictEqual(draft.id, "a");
    deepStrictEqual(draft.extra, { request_id: "b" });
  }
});

Deno.test("canonical takes input with costops' cache fields as exclusive", () => {
  const draft = read({ input_tokens: 10, cache_read_tokens: 90, output_tokens: 5, total_tokens: 105 });
  deepStrictEqual(buckets(draft), [10, 90, 0, 0, 5, 0, null]);
  strictEqual(draft.quality, undefined);
});

Deno.test("canonical takes prompt_tokens and any details as inclusive", () => {
  const wanted = [86, 17_817, 0, 0, 188, 64, null];
  const details = { cached_tokens: 17_817 };
  const outputDetails = { reasoning_tokens: 64 };
  deepStrictEqual(
    buckets(read({
      prompt_tokens: 17_903,
      prompt_tokens_details: details,
      completion_tokens: 188,
      completion_tokens_details: outputDetails,
    })),
    wanted,
  );
  deepStrictEqual(
    buckets(read({
      input_tokens: 17_903,
      input_tokens_details: JSON.stringify(details),
      output_tokens: 188,
      output_tokens_details: outputDetails,
    })),
    wanted,
  );
  deepStrictEqual(buckets(read({ prompt_tokens: 5, completion_tokens: 3, reasoning_tokens: 2 })), [
    5,
    0,
    0,
    0,
    3,
    2,
    null,
  ]);
});

Deno.test("canonical refuses records that speak both vocabularies", () => {
  const records: SourceObject[] = [
    { prompt_tokens: 100, cache_read_tokens: 50 },
    { promptTokens: "100", cacheReadTokens: "50" },
    { prompt_tokens: 100, cache_write_tokens: 50 },
    { prompt_tokens: 100, cache_write_5m_tokens: 50 },
    { prompt_tokens: 100, cache_write_1h_tokens: 50 },
    { prompt_tokens: 100, cache_audio_read_tokens: 50 },
    { prompt_tokens: 100, cache_read_input_tokens: 50 },
    { input_tokens: 100, cache_read_tokens: 50, input_tokens_details: { cached_tokens: 0 } },
    { input_tokens: 100, cache_read_tokens: 50, output_tokens_details: { reasoning_tokens: 1 } },
    { prompt_tokens: 100, input_tokens: 90 },
    { input_tokens: 100, inputTokens: 90 },
    { completion_tokens: 100, output_tokens: 90 },
    { prompt_tokens: 100, prompt_tokens_details: { audio_tokens: 5 }, audio_input_tokens: 5 },
    { completion_tokens: 10, completion_tokens_details: { audio_tokens: 5 }, audio_output_tokens: 5 },
    { completion_tokens: 10, completion_tokens_details: { reasoning_tokens: 5 }, reasoning_tokens: 6 },
  ];
  for (const record of records) throws(() => read(record), refused("ambiguous_tokens"), JSON.stringify(record));
});

Deno.test("canonical takes equal numbers, and cache fields of zero, in either vocabulary", () => {
  const draft = read({
    prompt_tokens: 100,
    input_tokens: "100",
    completion_tokens: 5,
    output_tokens: 5,
    cache_read_tokens: 0,
    cache_write_5m_tokens: "0",
  });
  deepStrictEqual(buckets(draft), [100, 0, 0, 0, 5, 0, null]);
  strictEqual(draft.quality, undefined);
});

Deno.test("canonical counts modal tokens beside the text of both vocabularies", () => {
  const draft = read({ prompt_tokens: 100, audio_input_tokens: 20, completion_tokens: 5, total_tokens: 125 });
  deepStrictEqual(buckets(draft), [100, 0, 0, 0, 5, 0, { audio_input_tokens: 20 }]);
  strictEqual(draft.quality, undefined);
});

Deno.test("canonical prices the part of the cache writes that is not split as 5 minutes, and flags it", () => {
  const partly = read({
    input_tokens: 1,
    cache_write_tokens: 100,
    cache_write_5m_tokens: 20,
    cache_write_1h_tokens: 30,
  });
  deepStrictEqual(buckets(partly), [1, 0, 70, 30, 0, 0, null]);
  deepStrictEqual(partly.quality, ["cache_write_unsplit"]);
  deepStrictEqual(partly.extra, { cache_write_unsplit_tokens: 50 });
  const whole = read({ input_tokens: 1, cache_write_tokens: 100 });
  deepStrictEqual(buckets(whole), [1, 0, 100, 0, 0, 0, null]);
  deepStrictEqual(whole.quality, ["cache_write_unsplit"]);
  const split = read({ input_tokens: 1, cache_write_tokens: 100, cache_write_1h_tokens: 100 });
  strictEqual(split.quality, undefined);
  const over = read({ input_tokens: 1, cache_write_tokens: 10, cache_write_1h_tokens: 100 });
  deepStrictEqual(buckets(over), [1, 0, 0, 100, 0, 0, null]);
  deepStrictEqual(over.quality, ["breakdown_exceeds_total"]);
});

Deno.test("canonical flags a total that differs and keeps it", () => {
  const draft = read({ input_tokens: 1, output_tokens: 2, total_tokens: 4 });
  deepStrictEqual(draft.quality, ["total_mismatch"]);
  deepStrictEqual(draft.extra, { total_tokens: 4 });
});

Deno.test("canonical keeps unknown fields and flags counters among them", () => {
  const draft = read({
    input_tokens: 1,
    color: "blue",
    empty: "",
    nothing: null,
    cached_tokens: "5",
    nested: { a: [1] },
  });
  deepStrictEqual(draft.extra, { color: "blue", cached_tokens: "5", nested: { a: [1] } });
  deepStrictEqual(draft.quality, ["unmapped_tokens"]);
  strictEqual(read({ input_tokens: 1, cached_tokens: 0 }).quality, undefined);
  deepStrictEqual(read({ input_tokens: 1, nested: { dreamTokenCount: 2 } }).quality, ["unmapped_tokens"]);
  deepStrictEqual(read({ prompt_tokens: 1, prompt_tokens_details: { x_tokens: 2 } }).extra, {
    prompt_tokens_details: { x_tokens: 2 },
  });
});

Deno.test("canonical reads tags as an object, as JSON text and as columns", () => {
  deepStrictEqual(read({ input_tokens: 1, tags: { team: "x", tier: 2, live: true, none: null } }).tags, {
    team: "x",
    tier: "2",
    live: "true",
  });
  deepStrictEqual(read({ input_tokens: "1", tags: '{"team":"x"}' }).tags, { team: "x" });
  deepStrictEqual(read({ input_tokens: "1", "tags.team": "x", "tags.a.b": "y" }).tags, { team: "x", "a.b": "y" });
  strictEqual(read({ input_tokens: "1", tags: "" }).tags, undefined);
  throws(() => read({ input_tokens: 1, tags: ["a"] }), refused("invalid_field", /^Cannot read tags /));
  throws(() => read({ input_tokens: 1, tags: { a: {} } }), refused("invalid_field", /^Cannot read tag "a" /));
  // Two numbers could have become one.
  deepStrictEqual(read({ input_tokens: 1, tags: { a: 9007199254740991, b: 0.5 } }).tags, {
    a: "9007199254740991",
    b: "0.5",
  });
  throws(
    () => read({ input_tokens: 1, tags: { a: 2 ** 53 } }),
    refused("invalid_field", /^Cannot read tag "a" .*: give a text/),
  );
  throws(() => read({ input_tokens: 1, tags: "team=x" }), refused("invalid_field"));
});

Deno.test("canonical makes tags of metadata's short texts and keeps the rest", () => {
  const long = "x".repeat(257);
  const draft = read({ input_tokens: 1, tags: { team: "a" }, metadata: { team: "b", stage: "prod", long, n: 5 } });
  deepStrictEqual(draft.tags, { team: "a", stage: "prod" });
  deepStrictEqual(draft.extra, { metadata: { team: "b", long, n: 5 } });
  deepStrictEqual(read({ input_tokens: 1, metadata: '{"stage":"prod"}' }).tags, { stage: "prod" });
  deepStrictEqual(read({ input_tokens: 1, metadata: "note" }).extra, { metadata: "note" });
});

Deno.test("canonical keeps metadata that has too many short texts for tags whole", () => {
  const metadata = Object.fromEntries(Array.from({ length: 33 }, (_, index) => [`k${index}`, "v"]));
  const draft = read({ input_tokens: 1, metadata });
  strictEqual(draft.tags, undefined);
  deepStrictEqual(draft.extra, { metadata });
});

Deno.test("canonical takes names from a prototype as plain names", () => {
  const value = JSON.parse(
    '{"input_tokens":1,"__proto__":{"polluted":true},"tags":{"__proto__":"x"},"constructor":"c"}',
  );
  const draft = read(value);
  ok(Object.hasOwn(draft.extra!, "__proto__"));
  strictEqual(Object.getOwnPropertyDescriptor(draft.tags, "__proto__")?.value, "x");
  strictEqual((draft.extra as { polluted?: boolean }).polluted, undefined);
  strictEqual(draft.extra!.constructor, "c");
});

Deno.test("canonical stores a key's label, never the key", () => {
  strictEqual(read({ input_tokens: 1, api_key: "Closer App" }).api_key, "Closer App");
  strictEqual(read({ input_tokens: 1, api_key: "sk-proj-abcdefghijklmnop1234" }).api_key, "...1234");
  const named = read({ input_tokens: 1, api_key_name: "a", api_key: "sk-proj-abcdefghijklmnop1234" });
  strictEqual(named.api_key, "a");
  ok(!JSON.stringify(named).includes("abcdef"));
});

Deno.test("canonical flags a service tier it does not know", () => {
  const draft = read({ input_tokens: 1, service_tier: "incentivized-tier" });
  strictEqual(draft.service_tier, undefined);
  deepStrictEqual(draft.quality, ["unknown_service_tier"]);
  deepStrictEqual(draft.extra, { service_tier: "incentivized-tier" });
});

Deno.test("canonical refuses bad values, naming the field", () => {
  throws(() => read({ input_tokens: -1 }), refused("negative_tokens", /input_tokens -1/));
  throws(() => read({ output_tokens: "abc" }), refused("invalid_field", /output_tokens "abc"/));
  throws(() => read({ web_searches: 1.5 }), refused("invalid_field", /web_searches 1.5/));
  throws(() => read({ seconds: 1.2345 }), refused("invalid_field", /seconds/));
  throws(() => read({ input_tokens: 1e15 }), refused("tokens_out_of_range"));
  throws(() => read({ input_tokens: 1, timestamp: "05.01.2026" }), refused("invalid_timestamp"));
  throws(() => read({ input_tokens: 1, id: 2 ** 53 }), refused("invalid_id"));
  throws(() => read({ input_tokens: 1, model: 5 }), refused("invalid_field", /^Cannot read model 5/));
  throws(() => read({ input_tokens: 1, reported_cost_usd: "$5" }), refused("invalid_field"));
  throws(() => read({ input_tokens: 1, service_tier: 5 }), refused("invalid_field"));
});
