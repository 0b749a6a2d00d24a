import assert from "node:assert/strict";
import { z } from "zod";
import { describeIssue } from "../../core/issue_words.ts";

function say(schema: z.ZodType, value: unknown): string[] {
  return schema.safeParse(value, { error: describeIssue }).error?.issues.map(({ message }) => message) ?? [];
}

Deno.test("describeIssue() says what is wanted in a few words", () => {
  const cases: readonly (readonly [z.ZodType, unknown, string])[] = [
    [z.string(), undefined, "is required"],
    [z.string(), 1, "must be text"],
    [z.int(), 1.5, "must be a whole number"],
    [z.number(), "1", "must be a number"],
    [z.boolean(), null, "must be true or false"],
    [z.array(z.string()), {}, "must be a list"],
    [z.strictObject({}), 5, "must be an object"],
    [z.int().min(1), 0, "must be at least 1"],
    [z.number().positive(), 0, "must be more than 0"],
    [z.int().max(100), 101, "must be at most 100"],
    [z.string().min(1), "", "must not be empty"],
    [z.string().min(12), "short", "must have at least 12 characters"],
    [z.string().max(3), "abcd", "must have at most 3 characters"],
    [z.array(z.int()).min(1), [], "must have at least 1 item"],
    [z.array(z.int()).max(2), [1, 2, 3], "must have at most 2 items"],
    [z.enum(["day", "week"]), "year", "must be one of day, week"],
    [z.literal("USD"), "EUR", "must be USD"],
    [z.iso.datetime(), "today", "must be a time such as 2026-01-31T09:00:00Z"],
    [z.string().regex(/^[a-z]+$/), "A", "must match /^[a-z]+$/"],
    [z.union([z.string(), z.number()]), null, "must be text or a number"],
    [
      z.union([z.iso.date(), z.iso.datetime()]),
      "2026-13-01",
      "must be a day such as 2026-01-31 or a time such as 2026-01-31T09:00:00Z",
    ],
    [z.string().refine((text) => text !== "x", "is taken"), "x", "is taken"],
  ];
  for (const [schema, value, wanted] of cases) assert.deepEqual(say(schema, value), [wanted]);
});

Deno.test("describeIssue() says which kinds of an object there are", () => {
  const schema = z.discriminatedUnion("kind", [z.object({ kind: z.literal("a") }), z.object({ kind: z.literal("b") })]);
  assert.deepEqual(say(schema, { kind: "c" }), ["must be one of a, b"]);
});
