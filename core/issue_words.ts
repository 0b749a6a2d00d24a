/**
 * What a schema finds wrong with a value, in a few words that go on behind the field's name: `must be at least 1`.
 */

import type { z } from "zod";

/** A fault as zod tells it to those who word it. */
type Issue = z.core.$ZodRawIssue;

const KINDS: Readonly<Record<string, string>> = {
  string: "text",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  array: "a list",
  object: "an object",
  record: "an object",
  null: "null",
};

const FORMATS: Readonly<Record<string, string>> = {
  datetime: "a time such as 2026-01-31T09:00:00Z",
  date: "a day such as 2026-01-31",
  email: "an email address",
  url: "a URL",
  uuid: "a UUID",
};

/** Words for a fault, to be given as zod's `error`; undefined leaves what the schema itself says of it. */
export function describeIssue(issue: Issue): string | undefined {
  if (issue.input === undefined && issue.code !== "unrecognized_keys") return "is required";
  if (issue.code === "invalid_type") return `must be ${nameKind(issue.expected)}`;
  if (issue.code === "invalid_value") return `must be ${listValues(issue.values)}`;
  if (issue.code === "too_small") {
    const { minimum, inclusive } = issue;
    if (issue.origin === "string" && minimum === 1) return "must not be empty";
    return `must ${measure(issue.origin, { bound: minimum, word: inclusive === false ? "more than" : "at least" })}`;
  }
  if (issue.code === "too_big") {
    const { maximum, inclusive } = issue;
    return `must ${measure(issue.origin, { bound: maximum, word: inclusive === false ? "less than" : "at most" })}`;
  }
  if (issue.code === "invalid_format") {
    const known = FORMATS[issue.format];
    return known === undefined ? `must match ${issue.pattern ?? issue.format}` : `must be ${known}`;
  }
  if (issue.code === "invalid_union") return describeUnion(issue);
  return undefined;
}

function nameKind(expected: string): string {
  return KINDS[expected] ?? `a ${expected}`;
}

function listValues(values: readonly unknown[]): string {
  const shown = values.map(String).join(", ");
  return values.length === 1 ? shown : `one of ${shown}`;
}

/** Texts and lists have a length, numbers are compared. */
function measure(origin: string, { bound, word }: { readonly bound: unknown; readonly word: string }): string {
  const unit = origin === "string" ? "character" : origin === "array" || origin === "set" ? "item" : undefined;
  if (unit === undefined) return `be ${word} ${bound}`;
  return `have ${word} ${bound} ${unit}${String(bound) === "1" ? "" : "s"}`;
}

/** Where every branch wants a kind or a form of value, these; otherwise what the schema says. */
function describeUnion({ errors, options }: z.core.$ZodRawIssue<z.core.$ZodIssueInvalidUnion>): string | undefined {
  if (Array.isArray(options) && options.length > 0) return `must be ${listValues(options)}`;
  const kinds = errors.map(([first]) => {
    if (first === undefined || first.path.length > 0) return undefined;
    if (first.code === "invalid_type") return nameKind(first.expected);
    return first.code === "invalid_format" ? FORMATS[first.format] : undefined;
  });
  if (kinds.length === 0 || kinds.includes(undefined)) return undefined;
  return `must be ${[...new Set(kinds)].join(" or ")}`;
}
