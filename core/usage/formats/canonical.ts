/**
 * costops' own record: JSON objects, and rows of CSV whose columns have the same names and hold text.
 *
 * Two vocabularies meet here. `input_tokens` with costops' cache fields is exclusive; `prompt_tokens` or any
 * `*_details` object is inclusive, as OpenAI means them. A record that speaks both is refused, never guessed.
 */

import { flag, keepExtra, newDraft, type OpenDraft, setOwn, setServiceTier, sumTokens } from "../draft.ts";
import {
  isAbsent,
  isObject,
  readAmountText,
  readId,
  readLabel,
  readLatency,
  readObjectOrText,
  readText,
} from "../fields.ts";
import type { Format, SourceObject } from "../format.ts";
import { parsePlainJson } from "../json_text.ts";
import { addMetadata, addTag, addTags } from "../labels.ts";
import { RejectedRecord, type UsageDraft } from "../record.ts";
import { readTimestamp } from "../timestamp.ts";
import { countsTokens } from "../unknown.ts";
import { addCanonicalCounts, sameCount } from "./canonical_counts.ts";
import { ALIASES, emptySlots, FIELD_SLOTS, isCounterField, type SlotName, type Slots } from "./canonical_fields.ts";
import { readNothing } from "./no_usage.ts";

/** costops' own records. */
export const canonical: Format = {
  name: "canonical",
  title: "costops usage record (JSON or CSV)",
  detect(value) {
    if (isObject(value.usage) || isObject(value.usageMetadata)) return false;
    if (
      value.input_tokens !== undefined || value.prompt_tokens !== undefined || value.output_tokens !== undefined ||
      value.completion_tokens !== undefined || value.inputTokens !== undefined || value.promptTokens !== undefined
    ) return true;
    for (const name in value) if (isCounterField(name)) return true;
    return false;
  },
  read(value) {
    const draft = readCanonical(value);
    // A record of nothing at all has other names for its counts, or is none.
    if (sumTokens(draft) === 0 && draft.units === null && !canonical.detect(value)) {
      return readNothing(canonical, value);
    }
    return [draft];
  },
};

function readCanonical(value: SourceObject): UsageDraft {
  const draft = newDraft();
  try {
    return fillDraft(draft, value);
  } catch (error) {
    if (!(error instanceof RejectedRecord)) throw error;
    throw new RejectedRecord(error.code, error.message, draft.id);
  }
}

function fillDraft(draft: OpenDraft, value: SourceObject): UsageDraft {
  const slots = emptySlots();
  let isUnmapped = false;
  let extra: Record<string, unknown> | undefined;
  for (const name in value) {
    const given = value[name];
    if (given === undefined || given === null || given === "") continue;
    const slot = FIELD_SLOTS.get(name);
    if (slot !== undefined) {
      if (slots[slot] === undefined) slots[slot] = given;
      else extra = takeAlias(slots, { slot, value, extra });
    } else if (name.startsWith(TAG_PREFIX) && name.length > TAG_PREFIX.length) {
      addTag(draft, name.slice(TAG_PREFIX.length), given);
    } else {
      setOwn(extra ??= {}, name, given);
      isUnmapped ||= countsTokens(name, given);
    }
  }
  if (extra !== undefined) draft.extra = extra;
  if (isUnmapped) flag(draft, "unmapped_tokens");
  addNames(draft, slots);
  addCanonicalCounts(draft, slots);
  return draft;
}

const TAG_PREFIX = "tags.";

/** Two names of one field: counts must agree; of others the name that comes first in the table wins, the rest is kept. */
function takeAlias(slots: Slots, given: { slot: SlotName; value: SourceObject; extra?: Record<string, unknown> }) {
  const { slot, value } = given;
  const [first, ...others] = ALIASES.get(slot)!.filter((name) => !isAbsent(value[name]));
  const chosen = value[first!];
  slots[slot] = chosen;
  let extra = given.extra;
  for (const name of others) {
    if (isCounterField(name)) sameCount({ name: first!, value: chosen }, { name, value: value[name] });
    else if (value[name] !== chosen) setOwn(extra ??= {}, name, value[name]);
  }
  return extra;
}

function addNames(draft: OpenDraft, slots: Slots): void {
  if (slots.id !== undefined) draft.id = readId(slots.id, "id");
  if (slots.timestamp !== undefined) draft.timestamp = readTimestamp(slots.timestamp, "timestamp");
  if (slots.organization_id !== undefined) draft.organization_id = readLabel(slots.organization_id, "organization_id");
  if (slots.provider !== undefined) draft.provider = readText(slots.provider, "provider");
  if (slots.model !== undefined) draft.model = readModel(draft, slots.model);
  if (slots.service_tier !== undefined) setServiceTier(draft, slots.service_tier);
  if (slots.region !== undefined) draft.region = readText(slots.region, "region");
  if (slots.operation !== undefined) draft.operation = readText(slots.operation, "operation");
  if (slots.project !== undefined) draft.project = readLabel(slots.project, "project");
  if (slots.user !== undefined) draft.user = readLabel(slots.user, "user");
  if (slots.environment !== undefined) draft.environment = readText(slots.environment, "environment");
  if (slots.session !== undefined) draft.session = readLabel(slots.session, "session");
  if (slots.api_key_name !== undefined) draft.api_key = maskSecret(readText(slots.api_key_name, "api_key_name"));
  else if (slots.api_key !== undefined) draft.api_key = maskSecret(readText(slots.api_key, "api_key"));
  if (slots.status !== undefined) draft.status = readLabel(slots.status, "status");
  if (slots.latency_ms !== undefined) draft.latency_ms = readLatency(slots.latency_ms, "latency_ms");
  if (slots.time_to_first_token_ms !== undefined) {
    draft.time_to_first_token_ms = readLatency(slots.time_to_first_token_ms, "time_to_first_token_ms");
  }
  if (slots.reported_cost_usd !== undefined) {
    draft.reported_cost = readAmountText(slots.reported_cost_usd, "reported_cost_usd");
  }
  if (slots.tags !== undefined) addTags(draft, readObjectOrText(slots.tags, "tags") ?? {});
  if (slots.metadata !== undefined) addMetadataField(draft, slots.metadata);
}

/** The model's name, or `{"name": …}` with whatever else a system says of its model. */
function readModel(draft: OpenDraft, model: unknown): string | undefined {
  if (!isObject(model)) return readText(model, "model");
  const { name, ...rest } = model;
  if (Object.keys(rest).length > 0) keepExtra(draft, "model", rest);
  return readText(name, "model.name");
}

function addMetadataField(draft: OpenDraft, metadata: unknown): void {
  const parsed = parseObject(metadata);
  const rest = isObject(parsed) ? addMetadata(draft, parsed) : metadata;
  if (rest !== undefined) keepExtra(draft, "metadata", rest);
}

/** JSON text of an object as that object, in cells of CSV; anything else as it is. */
function parseObject(value: unknown): unknown {
  if (typeof value !== "string" || !value.startsWith("{")) return value;
  try {
    return parsePlainJson(value);
  } catch {
    return value;
  }
}

/** Labels of keys are stored, keys never: of what looks like a secret only the last four characters stay. */
function maskSecret(key: string | undefined): string | undefined {
  if (key === undefined || !SECRET.test(key)) return key;
  return `...${key.slice(-4)}`;
}

const SECRET = /^(?:sk-|sk_|cops_|AIza|gsk_|xai-|Bearer )\S{12,}$/;
