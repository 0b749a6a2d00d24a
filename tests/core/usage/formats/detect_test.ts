import { deepStrictEqual, ok, strictEqual, throws } from "node:assert/strict";
import fc from "fast-check";
import { detectFormat, findFormat, FORMATS } from "../../../../core/usage/detect.ts";
import type { SourceObject } from "../../../../core/usage/format.ts";
import { listFixtures, readAs } from "./fixtures.ts";

Deno.test("every fixture is recognised by its own format and by no other", () => {
  for (const { file, format, value } of listFixtures()) {
    const names = FORMATS.filter((candidate) => candidate.detect(value)).map((candidate) => candidate.name);
    // LiteLLM's rows are canonical records with fields of their own.
    deepStrictEqual(names, format === "litellm" ? [format, "canonical"] : [format], file);
    strictEqual(detectFormat(value)?.name, format);
  }
});

Deno.test("every format has a fixture, and a name that findFormat() finds", () => {
  const fixtures = new Set(listFixtures().map((fixture) => fixture.format));
  for (const format of FORMATS) {
    ok(fixtures.has(format.name), format.name);
    strictEqual(findFormat(format.name), format);
    ok(/^[a-z-]+$/.test(format.name));
  }
  strictEqual(findFormat("nothing"), undefined);
});

Deno.test("key order does not change what is detected and read", () => {
  for (const { file, format, value } of listFixtures()) {
    const reversed = reverseKeys(value) as SourceObject;
    strictEqual(detectFormat(reversed)?.name, format, file);
    deepStrictEqual(readAs(format, reversed), readAs(format, value), file);
  }
});

Deno.test("unknown fields do not change what is detected", () => {
  const names = fc.stringMatching(/^x_[a-z_]{1,12}$/);
  for (const { file, format, value } of listFixtures()) {
    fc.assert(
      fc.property(fc.dictionary(names, fc.jsonValue({ maxDepth: 2 })), (unknown) => {
        strictEqual(detectFormat({ ...unknown, ...value })?.name, format, file);
      }),
      { numRuns: 20 },
    );
  }
});

Deno.test("unknown fields of a provider's body besides its usage are not kept", () => {
  for (const { file, format, value } of listFixtures()) {
    if (format === "canonical") continue;
    deepStrictEqual(readAs(format, { ...value, x_new: { tokens: 5 } }), readAs(format, value), file);
  }
});

Deno.test("content of messages never reaches a draft", () => {
  const content = /Hello|Hi!|Once upon|indeed a test|"hi"|"Hi"/;
  for (const { file, format, value } of listFixtures()) {
    ok(!content.test(JSON.stringify(readAs(format, value))), file);
  }
});

Deno.test("what is no usage is no format's", () => {
  const others: SourceObject[] = [
    {},
    { model: "gpt-4" },
    { type: "error", error: { type: "overloaded_error", message: "Overloaded" } },
    { error: { message: "Rate limit", type: "requests" } },
    { type: "message", role: "user", content: "hello" },
    { type: "user", message: { role: "user" } },
    { usage: {} },
    { usage: { input_tokens: 1, output_tokens: 2 } },
    { response: { usage: { prompt_tokens: 5 } } },
    { body: { usage: { prompt_tokens: 5 } } },
    { object: "list", data: [{ id: "gpt-4", object: "model" }] },
    { type: "token_count", info: { total_token_usage: { input_tokens: 5 } } },
    { id: "1", source: "a", type: "llm.usage", data: { prompt_tokens: 5 } },
    { spans: [{ name: "chat" }] },
  ];
  for (const value of others) strictEqual(detectFormat(value), undefined, JSON.stringify(value));
});

Deno.test("a format that is named by mistake refuses the record instead of passing over it", () => {
  const isUnknown = (error: { code?: string }) => error.code === "unknown_format";
  for (const format of FORMATS) throws(() => format.read({ model: "gpt-4", prompt: "hello" }), isUnknown, format.name);
  const record = { model: "gpt-4", prompt_tokens: 5 };
  for (const format of FORMATS) {
    if (format.name !== "canonical") throws(() => format.read(record), isUnknown, format.name);
  }
});

Deno.test("no JSON value makes a detector throw", () => {
  const keys = [
    "usage",
    "usageMetadata",
    "object",
    "id",
    "custom_id",
    "response",
    "result",
    "input",
    "output",
    "modelId",
    "type",
    "message",
    "data",
    "payload",
    "sessionId",
    "timestamp",
    "content",
    "resourceSpans",
    "resourceLogs",
    "specversion",
    "source",
  ];
  const value = fc.dictionary(fc.constantFrom(...keys), fc.jsonValue({ maxDepth: 2 }));
  fc.assert(fc.property(value, (given) => {
    for (const format of FORMATS) strictEqual(typeof format.detect(given), "boolean");
  }));
});

function reverseKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reverseKeys);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).reverse().map(([key, inner]) => [key, reverseKeys(inner)]));
}
