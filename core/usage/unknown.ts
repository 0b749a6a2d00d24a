/**
 * What a source says that a format's mapping does not know: kept, and flagged where it counts tokens.
 */

import { isObject } from "./fields.ts";
import type { SourceObject } from "./format.ts";
import { flag, keepUsage, type OpenDraft, setOwn } from "./draft.ts";

/**
 * The fields of an object that a mapping knows: `mapped` into the draft, `kept` in `extra` as it is when it is not
 * zero (known to be in no bucket of its own), or an object with known fields in turn.
 */
export type KnownFields = ReadonlyMap<string, "mapped" | "kept" | KnownFields>;

/** Makes a table of known fields: names that are mapped, then those that are kept or have fields in turn. */
export function knownFields(
  mapped: readonly string[],
  others: Readonly<Record<string, "kept" | KnownFields>> = {},
): KnownFields {
  const known = new Map<string, "mapped" | "kept" | KnownFields>(Object.entries(others));
  for (const name of mapped) known.set(name, "mapped");
  return known;
}

/** Keeps the fields of a usage object that the mapping does not know, and flags counters among them. */
export function keepUnknown(draft: OpenDraft, usage: SourceObject, known: KnownFields): void {
  const rest = collectUnknown(draft, usage, known);
  if (rest !== undefined) keepUsage(draft, rest);
}

/** The unknown fields of an object, in the same nesting; undefined when there are none. Flags counters among them. */
export function collectUnknown(draft: OpenDraft, source: SourceObject, known: KnownFields): SourceObject | undefined {
  let rest: Record<string, unknown> | undefined;
  for (const name in source) {
    const value = source[name];
    if (value === undefined || value === null) continue;
    const knowledge = known.get(name);
    if (knowledge === "mapped") continue;
    if (knowledge === "kept") {
      if (value !== 0) setOwn(rest ??= {}, name, value);
    } else if (knowledge === undefined) {
      setOwn(rest ??= {}, name, value);
      if (countsTokens(name, value)) flag(draft, "unmapped_tokens");
    } else if (isObject(value)) {
      const inner = collectUnknown(draft, value, knowledge);
      if (inner !== undefined) setOwn(rest ??= {}, name, inner);
    }
  }
  return rest;
}

/** Whether a field, or one inside it, is named like a counter of tokens and holds more than zero. */
export function countsTokens(name: string, value: unknown): boolean {
  if (typeof value === "number") return value > 0 && isCounterName(name);
  if (typeof value === "string") return isCounterName(name) && Number(value) > 0;
  if (typeof value !== "object" || value === null) return false;
  if (Array.isArray(value)) return value.some((item) => typeof item === "object" && countsTokens(name, item));
  for (const inner in value) if (countsTokens(inner, (value as SourceObject)[inner])) return true;
  return false;
}

function isCounterName(name: string): boolean {
  return name.endsWith("_tokens") || name.endsWith("_count") || name.endsWith("okenCount") ||
    name.endsWith("Tokens") ||
    name === "tokens";
}
