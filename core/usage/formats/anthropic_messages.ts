/**
 * Bodies of Anthropic's Messages API and result lines of its Message Batches: exclusive counts, cache writes by time
 * to live (Anthropic's API reference, 2026-11).
 */

import { addCacheWrite, setReasoning } from "../breakdown.ts";
import { addUnit, newDraft, type OpenDraft, setServiceTier } from "../draft.ts";
import { isAbsent, isObject, quote, readCount, readId, readObject, readText } from "../fields.ts";
import type { Format, SourceObject } from "../format.ts";
import { addLabels, findText } from "../labels.ts";
import { RejectedRecord, type UsageDraft } from "../record.ts";
import { readTimestamp } from "../timestamp.ts";
import { keepUnknown, knownFields } from "../unknown.ts";
import { readNothing } from "./no_usage.ts";

const COUNTS = ["input_tokens", "output_tokens", "cache_creation_input_tokens", "cache_read_input_tokens"];
const CACHE_CREATION = knownFields(["ephemeral_5m_input_tokens", "ephemeral_1h_input_tokens"]);
const OUTPUT_DETAILS = knownFields(["thinking_tokens"]);
const USAGE = knownFields([...COUNTS, "service_tier", "inference_geo", "speed", "iterations"], {
  cache_creation: CACHE_CREATION,
  output_tokens_details: OUTPUT_DETAILS,
  // Fetches are free: their text is billed as input.
  server_tool_use: knownFields(["web_search_requests"], { web_fetch_requests: "kept" }),
});
const ITERATION = knownFields([...COUNTS, "type", "model"], {
  cache_creation: CACHE_CREATION,
  output_tokens_details: OUTPUT_DETAILS,
});

/** Anthropic messages, and succeeded lines of Message Batches results. */
export const anthropicMessages: Format = {
  name: "anthropic-messages",
  title: "Anthropic message",
  detect(value) {
    if (isObject(value.usage)) return isAbsent(value.object) && isMessage(value, value.usage);
    return !isAbsent(value.custom_id) && isObject(value.result) && isAbsent(value.response);
  },
  read(value) {
    if (isObject(value.usage)) return readAnthropicMessage(value);
    if (!isObject(value.result)) return readNothing(anthropicMessages, value);
    const { type, message } = value.result;
    if (type !== "succeeded") return [];
    if (!isObject(message)) {
      throw new RejectedRecord("invalid_field", `Cannot read result.message ${quote(message)}: give a message`);
    }
    const timestamp = readTimestamp(value.timestamp, "timestamp");
    return readAnthropicMessage(message).map((draft) => ({
      ...draft,
      timestamp: draft.timestamp ?? timestamp,
      service_tier: "batch" as const,
      status: "succeeded",
    }));
  },
};

function isMessage(value: SourceObject, usage: SourceObject): boolean {
  if (isAbsent(usage.input_tokens) && isAbsent(usage.output_tokens)) return false;
  if (value.type === "message") return true;
  if (!isAbsent(value.type) || isObject(usage.input_tokens_details)) return false;
  return !isAbsent(usage.cache_creation_input_tokens) || !isAbsent(usage.cache_read_input_tokens) ||
    isObject(usage.cache_creation) || isObject(usage.server_tool_use) ||
    (isObject(usage.output_tokens_details) && !isAbsent(usage.output_tokens_details.thinking_tokens));
}

/** The calls of a message: the message itself, and what ran inside its request beside its totals. */
export function readAnthropicMessage(message: SourceObject): UsageDraft[] {
  const usage = readObject(message.usage, "usage");
  if (usage === undefined) return [];
  const draft = newMessage(message, usage);
  draft.id = readId(message.id, "id");
  draft.model = readText(message.model, "model");
  addCounts(draft, usage);
  const tools = readObject(usage.server_tool_use, "server_tool_use");
  if (tools !== undefined) {
    addUnit(draft, "web_searches", readCount(tools.web_search_requests, "web_search_requests"));
  }
  keepUnknown(draft, usage, USAGE);
  return [draft, ...readIterations(draft, { message, usage })];
}

function newMessage(message: SourceObject, usage: SourceObject): OpenDraft {
  const draft = newDraft();
  draft.provider = findText(message.provider) ?? "anthropic";
  draft.operation = "chat";
  const geo = findText(usage.inference_geo);
  if (geo !== "not_available") draft.region = geo;
  addLabels(draft, message);
  setServiceTier(draft, usage.service_tier);
  if (usage.speed === "fast" && draft.service_tier !== "batch") draft.service_tier = "fast";
  return draft;
}

function addCounts(draft: OpenDraft, usage: SourceObject): void {
  draft.input_tokens = readCount(usage.input_tokens, "input_tokens") ?? 0;
  draft.cache_read_tokens = readCount(usage.cache_read_input_tokens, "cache_read_input_tokens") ?? 0;
  draft.output_tokens = readCount(usage.output_tokens, "output_tokens") ?? 0;
  const creation = readObject(usage.cache_creation, "cache_creation");
  addCacheWrite(draft, {
    total: readCount(usage.cache_creation_input_tokens, "cache_creation_input_tokens"),
    written_5m: readCount(creation?.ephemeral_5m_input_tokens, "ephemeral_5m_input_tokens"),
    written_1h: readCount(creation?.ephemeral_1h_input_tokens, "ephemeral_1h_input_tokens"),
  });
  const details = readObject(usage.output_tokens_details, "output_tokens_details");
  setReasoning(draft, readCount(details?.thinking_tokens, "thinking_tokens") ?? 0);
}

/**
 * Compaction and the advisor run the model once more inside the request, and the totals leave them out: each is a call
 * of its own, at its own model's price. Iterations of type `message` are what the totals add up.
 */
function readIterations(draft: UsageDraft, whole: { message: SourceObject; usage: SourceObject }): UsageDraft[] {
  const { message, usage } = whole;
  const drafts: UsageDraft[] = [];
  if (!Array.isArray(usage.iterations)) return drafts;
  for (const [index, iteration] of usage.iterations.entries()) {
    if (!isObject(iteration) || isAbsent(iteration.type) || iteration.type === "message") continue;
    const inner = newMessage(message, usage);
    inner.id = draft.id === undefined ? undefined : `${draft.id}:${index}`;
    inner.model = findText(iteration.model) ?? draft.model;
    // Speed was asked for the message's own model.
    if (inner.model !== draft.model && inner.service_tier === "fast") inner.service_tier = undefined;
    inner.operation = findText(iteration.type);
    addCounts(inner, iteration);
    keepUnknown(inner, iteration, ITERATION);
    drafts.push(inner);
  }
  return drafts;
}
