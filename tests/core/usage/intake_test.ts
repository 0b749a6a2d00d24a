import assert from "node:assert/strict";
import { ContentOrdinals } from "../../../core/usage/content_ordinals.ts";
import { admitUsage, type IntakeContext } from "../../../core/usage/intake.ts";
import { RejectedRecord, type UsageDraft } from "../../../core/usage/record.ts";

const NOW = Date.UTC(2026, 0, 15, 12);

const DRAFT: UsageDraft = {
  model: "gpt-4",
  provider: "openai",
  input_tokens: 1500,
  cache_read_tokens: 0,
  cache_write_5m_tokens: 0,
  cache_write_1h_tokens: 0,
  output_tokens: 500,
  reasoning_tokens: 0,
  units: null,
};

function context(changes: Partial<IntakeContext> = {}): IntakeContext {
  return {
    organization_id: "default",
    defaults: {},
    now: NOW,
    newId: () => "random-id",
    ordinals: new ContentOrdinals(),
    source: "stdin",
    format: "canonical",
    resolveProvider: (provider, model) => {
      if (provider !== undefined) return { provider, is_assumed: false };
      return model.startsWith("gpt-") ? { provider: "openai", is_assumed: true } : undefined;
    },
    ...changes,
  };
}

function codeOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof RejectedRecord) return error.code;
    throw error;
  }
  return "admitted";
}

const admitWith = (changes: Partial<UsageDraft>) => codeOf(() => admitUsage({ ...DRAFT, ...changes }, context()));

Deno.test("admitUsage() keeps the caller's id and time", () => {
  const record = admitUsage({ ...DRAFT, id: "Ünï-1", timestamp: NOW - 5 }, context());
  assert.equal(record.id, "Ünï-1");
  assert.equal(record.timestamp, NOW - 5);
  assert.equal(record.is_retry_safe, true);
  assert.deepEqual(record.quality, []);
});

Deno.test("admitUsage() derives the id from content and ordinal when there is a time but no id", () => {
  const draft = { ...DRAFT, timestamp: NOW - 5 };
  const run = () => {
    const shared = context();
    return [admitUsage(draft, shared).id, admitUsage(draft, shared).id];
  };
  const [first, second] = run();
  assert.match(first!, /^c-[0-9a-f]{32}$/);
  assert.notEqual(first, second);
  assert.deepEqual(run(), [first, second]);
});

Deno.test("admitUsage() gives a random id that is not safe to retry when there is neither id nor time", () => {
  const record = admitUsage(DRAFT, context());
  assert.equal(record.id, "random-id");
  assert.equal(record.is_retry_safe, false);
  assert.equal(record.timestamp, NOW);
  assert.deepEqual(record.quality, ["assumed_timestamp"]);
});

Deno.test("admitUsage() fills in defaults only where the source is silent, and never into the content hash", () => {
  const defaults = { project: "search", user: "ann", tags: { team: "core", a: "1" }, timestamp: NOW - 60_000 };
  const draft = { ...DRAFT, id: "a", user: "bob", tags: { a: "2" } };
  const plain = admitUsage(draft, context());
  const filled = admitUsage(draft, context({ defaults }));
  assert.equal(filled.project, "search");
  assert.equal(filled.user, "bob");
  assert.deepEqual(filled.tags, { a: "2", team: "core" });
  assert.equal(filled.timestamp, NOW - 60_000);
  assert.equal(filled.content_hash, plain.content_hash);
});

Deno.test("admitUsage() hashes what the caller said and nothing else", () => {
  const hash = (changes: Partial<UsageDraft>) => admitUsage({ ...DRAFT, id: "a", ...changes }, context()).content_hash;
  assert.equal(hash({ id: "b" }), hash({}));
  assert.equal(hash({ tags: { x: "1", y: "2" } }), hash({ tags: { y: "2", x: "1" } }));
  assert.equal(hash({ extra: { x: 1, y: { b: 1, a: 2 } } }), hash({ extra: { y: { a: 2, b: 1 }, x: 1 } }));
  assert.equal(hash({ quality: ["unmapped_tokens"] }), hash({}));
  for (const changes of [{ output_tokens: 501 }, { user: "ann" }, { timestamp: NOW }, { units: { web_searches: 1 } }]) {
    assert.notEqual(hash(changes), hash({}), JSON.stringify(changes));
  }
});

Deno.test("admitUsage() takes times from 2015 to 24 hours ahead", () => {
  assert.equal(admitWith({ timestamp: Date.UTC(2015, 0, 1) }), "admitted");
  assert.equal(admitWith({ timestamp: Date.UTC(2015, 0, 1) - 1 }), "timestamp_out_of_range");
  assert.equal(admitWith({ timestamp: 0 }), "timestamp_out_of_range");
  assert.equal(admitWith({ timestamp: NOW + 24 * 3_600_000 }), "admitted");
  assert.equal(admitWith({ timestamp: NOW + 24 * 3_600_000 + 1 }), "timestamp_out_of_range");
});

Deno.test("admitUsage() needs a model, and a provider that somebody names", () => {
  assert.equal(admitWith({ model: undefined }), "missing_model");
  assert.equal(admitWith({ model: "" }), "missing_model");
  assert.equal(admitWith({ provider: undefined, model: "house-model" }), "missing_provider");
  const assumed = admitUsage({ ...DRAFT, provider: undefined, id: "a", timestamp: NOW }, context());
  assert.equal(assumed.provider, "openai");
  assert.deepEqual(assumed.quality, ["assumed_provider"]);
});

Deno.test("admitUsage() keeps text byte for byte or refuses it", () => {
  assert.equal(admitWith({ project: "a\0b" }), "invalid_text");
  assert.equal(admitWith({ project: "\ud800" }), "invalid_text");
  assert.equal(admitWith({ model: "x".repeat(1024) }), "admitted");
  assert.equal(admitWith({ model: "x".repeat(1025) }), "invalid_text");
  assert.equal(admitUsage({ ...DRAFT, project: " e\u0301 " }, context()).project, " e\u0301 ");
});

Deno.test("admitUsage() takes ids of 1 to 128 characters without control characters or the API's words", () => {
  assert.equal(admitWith({ id: "x".repeat(128) }), "admitted");
  for (const id of ["", "x".repeat(129), "a\nb", "a\u0085b", "\udc00", "stats", "batch"]) {
    assert.equal(admitWith({ id }), "invalid_id", JSON.stringify(id));
  }
});

Deno.test("admitUsage() bounds tags", () => {
  const many = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, at) => [`k${at}`, "v"]));
  assert.equal(admitWith({ tags: many(32) }), "admitted");
  assert.equal(admitWith({ tags: many(33) }), "too_many_tags");
  assert.equal(admitWith({ tags: { a: "x".repeat(257) } }), "invalid_text");
  assert.equal(admitWith({ tags: { "": "x" } }), "invalid_text");
});

Deno.test("admitUsage() drops unknown fields that are too large or too deep, and says so", () => {
  let deep: Record<string, unknown> = {};
  for (let level = 0; level < 40; level++) deep = { deep };
  for (const extra of [{ text: "x".repeat(9000) }, deep]) {
    const record = admitUsage({ ...DRAFT, id: "a", timestamp: NOW, extra }, context());
    assert.equal(record.extra, null);
    assert.deepEqual(record.quality, ["extra_dropped"]);
  }
});

Deno.test("admitUsage() leaves out a latency that cannot be, and says so", () => {
  const record = admitUsage(
    { ...DRAFT, id: "a", timestamp: NOW, latency_ms: -5, time_to_first_token_ms: 12.6 },
    context(),
  );
  assert.equal(record.latency_ms, null);
  assert.equal(record.time_to_first_token_ms, 13);
  assert.deepEqual(record.quality, ["implausible_latency"]);
});

Deno.test("admitUsage() keeps the reported cost's text beside the rounded amount", () => {
  const record = admitUsage({ ...DRAFT, reported_cost: "0.00383598000000000000000001" }, context());
  assert.deepEqual(record.reported_cost, { text: "0.00383598000000000000000001", amount: 3_835_980n });
  assert.equal(admitWith({ reported_cost: "-0.01" }), "cost_out_of_range");
  assert.equal(admitWith({ reported_cost: "10000000.000000001" }), "cost_out_of_range");
  assert.equal(admitWith({ reported_cost: "free" }), "invalid_field");
});
