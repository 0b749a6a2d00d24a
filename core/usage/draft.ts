/**
 * A draft while its format fills it: empty counts, then units, flags and what has no field of its own.
 */

import { isObject, readText } from "./fields.ts";
import type { SourceObject } from "./format.ts";
import type { QualityFlag, ServiceTier, UsageDraft } from "./record.ts";
import { OTHER_UNITS, type OtherUnitName } from "./units.ts";

/** A draft that can still be written to. */
export type OpenDraft = { -readonly [Field in keyof UsageDraft]: UsageDraft[Field] };

/** A draft that used nothing yet. */
export function newDraft(): OpenDraft {
  return {
    input_tokens: 0,
    cache_read_tokens: 0,
    cache_write_5m_tokens: 0,
    cache_write_1h_tokens: 0,
    output_tokens: 0,
    reasoning_tokens: 0,
    units: null,
  };
}

/** Adds to one of the rarer units; nothing and zero leave it absent. */
export function addUnit(draft: OpenDraft, name: OtherUnitName, amount: number | undefined): void {
  if (amount === undefined || amount === 0) return;
  draft.units = { ...draft.units, [name]: (draft.units?.[name] ?? 0) + amount };
}

/** Says what was noticed about the record, once. */
export function flag(draft: OpenDraft, noticed: QualityFlag): void {
  if (draft.quality === undefined) draft.quality = [noticed];
  else if (!draft.quality.includes(noticed)) draft.quality = [...draft.quality, noticed];
}

/** Keeps in `extra` what has no field of its own. */
export function keepExtra(draft: OpenDraft, name: string, value: unknown): void {
  const extra: Record<string, unknown> = { ...draft.extra };
  setOwn(extra, name, value);
  draft.extra = extra;
}

/** Keeps what the source's usage object says beyond the buckets, as `extra.usage.<field>`. */
export function keepUsage(draft: OpenDraft, fields: SourceObject): void {
  const usage = isObject(draft.extra?.usage) ? draft.extra.usage : undefined;
  keepExtra(draft, "usage", { ...usage, ...fields });
}

/** Sets an own property whatever its name: `__proto__` too is a name that a source may use. */
export function setOwn(target: Record<string, unknown>, name: string, value: unknown): void {
  if (name !== "__proto__") target[name] = value;
  else Object.defineProperty(target, name, { value, enumerable: true, writable: true, configurable: true });
}

/** All tokens of the draft, of every modality; reasoning is inside the output and not added again. */
export function sumTokens(draft: UsageDraft): number {
  let sum = draft.input_tokens + draft.cache_read_tokens + draft.cache_write_5m_tokens +
    draft.cache_write_1h_tokens + draft.output_tokens;
  if (draft.units !== null) {
    for (const name of Object.keys(draft.units) as OtherUnitName[]) {
      if (OTHER_UNITS[name].dimensions.family === "tokens") sum += draft.units[name] ?? 0;
    }
  }
  return sum;
}

/** The tier that a source's word means; undefined when costops does not know the word. */
export function findServiceTier(word: string): ServiceTier | undefined {
  return TIER_WORDS.get(word) ?? TIER_WORDS.get(word.trim().toLowerCase());
}

/** Sets the tier by the source's word; a word that is not known is flagged and kept in `extra`. */
export function setServiceTier(draft: OpenDraft, word: unknown): void {
  const text = readText(word, "service_tier");
  if (text === undefined || text.trim() === "") return;
  const tier = findServiceTier(text);
  if (tier !== undefined) {
    draft.service_tier = tier;
    return;
  }
  flag(draft, "unknown_service_tier");
  keepExtra(draft, "service_tier", text);
}

const TIER_WORDS: ReadonlyMap<string, ServiceTier> = new Map<string, ServiceTier>([
  ["standard", "standard"],
  ["default", "standard"],
  ["auto", "standard"],
  ["on_demand", "standard"],
  ["batch", "batch"],
  ["flex", "flex"],
  ["flex-tier", "flex"],
  ["on_demand_flex", "flex"],
  ["priority", "priority"],
  ["on_demand_priority", "priority"],
  ["fast", "fast"],
]);
