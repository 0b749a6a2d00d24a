import assert from "node:assert/strict";
import fc from "fast-check";
import { LIMITS } from "../../../core/limits.ts";
import { ContentOrdinals } from "../../../core/usage/content_ordinals.ts";
import { detectFormat } from "../../../core/usage/detect.ts";
import { canonical } from "../../../core/usage/formats/canonical.ts";
import { admitUsage } from "../../../core/usage/intake.ts";
import { parseJson } from "../../../core/usage/json_text.ts";
import { RejectedRecord } from "../../../core/usage/record.ts";
import { UsageInput } from "../../../server/routes/schemas/usage_record.ts";

/** 2026-02-10T12:00:00Z. */
const NOW = Date.UTC(2026, 1, 10, 12);

/** Why the program's reader refuses a record, or null when it takes it. */
function readByProgram(record: unknown): string | null {
  try {
    const value = parseJson(JSON.stringify(record)) as Record<string, unknown>;
    if (detectFormat(value) !== canonical) return "unknown_format";
    for (const draft of canonical.read(value)) {
      admitUsage(draft, {
        organization_id: "acme",
        defaults: {},
        now: NOW,
        newId: () => "new",
        ordinals: new ContentOrdinals(),
        source: "api",
        format: "canonical",
        resolveProvider: (provider) => ({ provider: provider ?? "openai", is_assumed: false }),
      });
    }
    return null;
  } catch (error) {
    if (error instanceof RejectedRecord) return error.code;
    throw error;
  }
}

function readBySchema(record: unknown): boolean {
  return UsageInput.safeParse(JSON.parse(JSON.stringify(record))).success;
}

const BASE = { model: "gpt-4", input_tokens: 1 };

function agree(record: unknown): void {
  const refusal = readByProgram(record);
  assert.equal(readBySchema(record), refusal === null, `${JSON.stringify(record).slice(0, 500)}: ${refusal}`);
}

/** A text around a bound of its length, of characters that text may hold and some that it may not. */
const around = (most: number) =>
  fc.oneof(
    fc.constantFrom("", "x", "x".repeat(most), "x".repeat(most + 1), "é\u{1F600}", " ", "a\u0000b", "a\nb", "\ud800"),
    fc.string({ maxLength: 12 }),
  );
const wrongKinds = fc.constantFrom<unknown>(null, true, {}, [1], [[]], { a: 1 });
const label = fc.oneof(
  around(LIMITS.text_characters),
  fc.constantFrom<unknown>(0, -1, 7, 1.5, 2 ** 53 - 1, 2 ** 53, 1e300),
  wrongKinds,
);
const text = fc.oneof(around(LIMITS.text_characters), fc.integer(), wrongKinds);
const count = fc.oneof(
  fc.constantFrom<unknown>(0, 1, -1, 0.5, LIMITS.units, LIMITS.units + 1, 2 ** 53, 1e300, -0),
  fc.constantFrom<unknown>(
    "",
    " ",
    "0",
    "5",
    "1e3",
    "1000.0",
    "-1",
    "+2",
    ".5",
    "1e-3",
    "1e12",
    "x",
    "0x10",
    "Infinity",
  ),
  wrongKinds,
);
const seconds = fc.oneof(
  fc.constantFrom<unknown>(0, 1, 1.5, 1.001, 1.0001, -1, LIMITS.units / 1000, LIMITS.units / 1000 + 1, "1.5", "0.0005"),
  wrongKinds,
);
const latency = fc.oneof(
  fc.constantFrom<unknown>(0, 1.5, -5, 1e12, "12", "12.5", "x", "", " 7 ", "1e3"),
  wrongKinds,
);
const timestamp = fc.constantFrom<unknown>(
  "2026-01-05T10:00:00Z",
  "2026-01-05T10:00:00.123456+01:00",
  "2026-01-05 10:00:00",
  "2026-01-05 10:00",
  "2026-01-05",
  "2026-01-05T10:00:00",
  "2026-01-05T10:00Z",
  "05.01.2026",
  "yesterday",
  "1767607200",
  "1767607200.5",
  1767607200,
  1767607200000,
  1767607200000000,
  -1,
  "",
  null,
  true,
  {},
);
const id = fc.oneof(
  around(LIMITS.id_characters),
  fc.constantFrom<unknown>("stats", "batch", "trends", "tab\there", "del\u007f", "a/b", 5, -5, 2 ** 53, 1.5),
  wrongKinds,
);
const tags = fc.oneof(
  fc.dictionary(around(LIMITS.tag_key_characters).filter((key) => key !== "__proto__"), tagValue(), { maxKeys: 4 }),
  fc.constantFrom<unknown>(tagsOf(LIMITS.tags), tagsOf(LIMITS.tags + 1), {}, [], [1], 5, null, ""),
);
const reported = fc.constantFrom<unknown>(
  0,
  0.0125,
  -1,
  10_000_000,
  10_000_001,
  "0.0125",
  "1e-3",
  "-0.5",
  "12 USD",
  "",
  null,
  true,
  "0.1234567890123",
);

function tagValue() {
  const values = [
    "x".repeat(256),
    "x".repeat(257),
    "a\u0000b",
    1,
    0.5,
    2 ** 53 - 1,
    2 ** 53,
    -(2 ** 53),
    true,
    null,
    [],
    {},
  ];
  return fc.oneof(fc.string({ maxLength: 8 }), fc.constantFrom<unknown>(...values));
}

function tagsOf(number: number): Record<string, string> {
  return Object.fromEntries(Array.from({ length: number }, (_, at) => [`t${at}`, "x"]));
}

const FIELDS: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  id,
  timestamp,
  provider: text,
  model: fc.oneof(text, fc.constantFrom<unknown>({ name: "gpt-4", x: 1 }, { name: 5 }, { name: "" })),
  service_tier: fc.constantFrom<unknown>("batch", "standard", "odd", "", null, 5),
  region: text,
  operation: text,
  environment: text,
  api_key_name: text,
  project: label,
  user: label,
  session: label,
  status: label,
  tags,
  metadata: fc.constantFrom<unknown>({ team: "a" }, "x", 5, null, [1]),
  latency_ms: latency,
  time_to_first_token_ms: latency,
  reported_cost_usd: reported,
  input_tokens: count,
  output_tokens: count,
  cache_read_tokens: count,
  cache_write_tokens: count,
  cache_write_5m_tokens: count,
  cache_write_1h_tokens: count,
  reasoning_tokens: count,
  total_tokens: count,
  audio_input_tokens: count,
  web_searches: count,
  requests: count,
  seconds,
  audio_output_seconds: seconds,
};

for (const [name, values] of Object.entries(FIELDS)) {
  Deno.test(`UsageInput takes ${name} exactly as the reader does`, () => {
    fc.assert(fc.property(values, (value) => agree({ ...BASE, [name]: value })), { numRuns: 200 });
  });
}

Deno.test("UsageInput takes both vocabularies of tokens exactly as the reader does", () => {
  const few = fc.constantFrom<unknown>(undefined, 0, 1, 1000, "1000", "1e3", null, "");
  const record = fc.record({
    model: fc.constant("gpt-4"),
    prompt_tokens: few,
    input_tokens: few,
    completion_tokens: few,
    output_tokens: few,
    cache_read_tokens: few,
    cache_write_5m_tokens: few,
    cache_audio_read_tokens: few,
  });
  fc.assert(
    fc.property(record, (given) => {
      fc.pre(detectFormat(JSON.parse(JSON.stringify(given))) === canonical);
      agree(given);
    }),
    { numRuns: 1000 },
  );
});

Deno.test("UsageInput takes records of several fields exactly as the reader does", () => {
  const some = fc.uniqueArray(fc.constantFrom(...Object.keys(FIELDS)), { maxLength: 4 }).chain((names) =>
    fc.record(Object.fromEntries(names.map((name) => [name, FIELDS[name]!])))
  );
  fc.assert(fc.property(some, (fields) => agree({ ...BASE, ...fields })), { numRuns: 1000 });
});
