/**
 * Validation: what a request gives against its route's schemas, and what is wrong with it in a few words.
 */

import type { z } from "@hono/zod-openapi";
import { CostopsError, type ErrorIssue } from "../../core/error.ts";
import { describeIssue } from "../../core/issue_words.ts";
import { LIMITS } from "../../core/limits.ts";

/** Checks a value. Fails with `invalid` and at most `LIMITS.issues` issues; pointers begin with `at`. */
export function validate<Schema extends z.ZodType>(schema: Schema, value: unknown, at: string): z.output<Schema> {
  const parsed = schema.safeParse(value, { error: describeIssue });
  if (parsed.success) return parsed.data;
  const issues = parsed.error.issues.slice(0, LIMITS.issues).flatMap((issue) => toIssues(issue, at))
    .slice(0, LIMITS.issues);
  const [first] = issues;
  const where = first === undefined || first.pointer === "" ? "" : ` ${first.pointer}:`;
  throw new CostopsError("invalid", `Cannot take this request:${where} ${first?.detail ?? "it is invalid"}`, {
    issues,
  });
}

function toIssues(issue: z.core.$ZodIssue, at: string): ErrorIssue[] {
  const pointer = at + issue.path.map((part) => `/${escapePointer(String(part))}`).join("");
  if (issue.code !== "unrecognized_keys") return [{ pointer, detail: issue.message }];
  return issue.keys.slice(0, LIMITS.issues).map((key) => ({
    pointer: `${pointer}/${escapePointer(key.slice(0, LIMITS.id_characters))}`,
    detail: "is not known here",
  }));
}

/** A name as one part of a JSON pointer. */
export function escapePointer(part: string): string {
  return part.replaceAll("~", "~0").replaceAll("/", "~1");
}
