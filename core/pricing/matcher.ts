/**
 * The catalogue's matchers: which names mean a provider or a model.
 */

import { CostopsError } from "../error.ts";
import { LIMITS } from "../limits.ts";

/** A test of a lower-case name, in the catalogue's own form. */
export type Matcher =
  | { readonly or: readonly Matcher[] }
  | { readonly and: readonly Matcher[] }
  | { readonly equals: string }
  | { readonly starts_with: string }
  | { readonly ends_with: string }
  | { readonly contains: string }
  | { readonly regex: string };

/** A matcher made ready to run on lower-case names. */
export type NameTest = (name: string) => boolean;

/** Makes a matcher ready to run. Regular expressions are run as they stand, the others without regard to case. */
export function compileMatcher(matcher: Matcher): NameTest {
  if ("or" in matcher) {
    const tests = matcher.or.map(compileMatcher);
    return (name) => tests.some((test) => test(name));
  }
  if ("and" in matcher) {
    const tests = matcher.and.map(compileMatcher);
    return (name) => tests.every((test) => test(name));
  }
  if ("regex" in matcher) {
    const pattern = new RegExp(matcher.regex);
    return (name) => pattern.test(name);
  }
  if ("equals" in matcher) {
    const text = matcher.equals.toLowerCase();
    return (name) => name === text;
  }
  if ("starts_with" in matcher) {
    const text = matcher.starts_with.toLowerCase();
    return (name) => name.startsWith(text);
  }
  if ("ends_with" in matcher) {
    const text = matcher.ends_with.toLowerCase();
    return (name) => name.endsWith(text);
  }
  const text = matcher.contains.toLowerCase();
  return (name) => name.includes(text);
}

/** Checks a value as a matcher. Fails with `invalid`, naming what is wrong. */
export function readMatcher(value: unknown): Matcher {
  if (typeof value !== "object" || value === null) throw wrongMatcher(value);
  const entries = Object.entries(value);
  const [kind, operand] = entries[0] ?? [];
  if (entries.length !== 1) throw wrongMatcher(value);
  if (kind === "or" || kind === "and") {
    if (!Array.isArray(operand) || operand.length === 0) throw wrongMatcher(value);
    const matchers = operand.map(readMatcher);
    return kind === "or" ? { or: matchers } : { and: matchers };
  }
  if (typeof operand !== "string") throw wrongMatcher(value);
  switch (kind) {
    case "equals":
      return { equals: operand };
    case "starts_with":
      return { starts_with: operand };
    case "ends_with":
      return { ends_with: operand };
    case "contains":
      return { contains: operand };
    case "regex":
      checkPattern(operand);
      return { regex: operand };
    default:
      throw wrongMatcher(value);
  }
}

function checkPattern(pattern: string): void {
  if (pattern.length > LIMITS.matcher_pattern_characters) throw wrongMatcher(pattern.slice(0, 40));
  try {
    new RegExp(pattern);
  } catch (error) {
    throw new CostopsError("invalid", `Cannot read "${pattern}" as a regular expression of a matcher`, {
      cause: error,
    });
  }
}

function wrongMatcher(value: unknown): CostopsError {
  const text = JSON.stringify(value)?.slice(0, 80) ?? String(value);
  return new CostopsError(
    "invalid",
    `Cannot read ${text} as a matcher of a catalogue: one of or, and, equals, starts_with, ends_with, contains, regex is wanted`,
  );
}
