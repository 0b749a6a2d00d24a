import assert from "node:assert/strict";
import fc from "fast-check";
import { ROUTES } from "../../../server/routes/routes.ts";
import { withApi } from "./api.ts";

const words = [
  "7d",
  "2026-01-01",
  "2026-02-31",
  "model",
  "model,day",
  "gpt-4",
  "x=y",
  "project=a",
  "UTC",
  "Europe/Berlin",
  "1",
  "0",
  "-1",
  "100",
  "101",
  "true",
  "",
  "\u0000",
  "'; drop table usage; --",
  "%",
  "..",
  "a".repeat(2000),
  "\u{1F600}",
  "day",
];
const word = fc.oneof(fc.constantFrom(...words), fc.string({ maxLength: 20 }));
const value: fc.Arbitrary<unknown> = fc.oneof(word, fc.integer(), fc.double(), fc.boolean(), fc.constant(null));
const body = fc.oneof(
  fc.dictionary(word, value, { maxKeys: 5 }),
  fc.array(value, { maxLength: 5 }),
  value,
  fc.jsonValue({ maxDepth: 4 }),
);

Deno.test("requests made at random from the routes never answer 5xx, and always as the schemas say", async () => {
  await withApi(async ({ send }) => {
    const request = fc.constantFrom(...ROUTES).chain((route) =>
      fc.record({
        route: fc.constant(route),
        id: word,
        query: fc.dictionary(fc.oneof(fc.constantFrom("x", ...Object.keys(route.query.shape)), word), word, {
          maxKeys: 3,
        }),
        fields: fc.dictionary(fc.constantFrom("x", ...bodyFields(route)), value, { maxKeys: 4 }),
        body,
        isShaped: fc.boolean(),
      })
    );
    await fc.assert(
      fc.asyncProperty(request, async ({ route, id, query, fields, body, isShaped }) => {
        const path = route.path.replaceAll(/\{\w+\}/g, encodeURIComponent(id.toWellFormed()) || "x");
        const search = new URLSearchParams(query).toString();
        const sent = route.body.as === "none" ? {} : { json: isShaped ? fields : body ?? null };
        const response = await send(route.method.toUpperCase(), `/api/v1${path}?${search}`, sent);
        await response.body?.cancel();
        assert.ok(
          response.status < 500,
          `${route.method} ${path}?${search} ${JSON.stringify(sent)} ${response.status}`,
        );
      }),
      { numRuns: 600 },
    );
  });
});

function bodyFields({ body }: (typeof ROUTES)[number]): string[] {
  if (body.as !== "json") return ["id", "model", "prompt_tokens", "timestamp", "organization_id", "tags"];
  const schema: unknown = body.schema;
  return typeof schema === "object" && schema !== null && "shape" in schema ? Object.keys(schema.shape as object) : [];
}
