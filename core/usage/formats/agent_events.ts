/**
 * The events in which coding agents say a call: one function an agent. Each is false for an event that counts nothing.
 */

import { addInput, addOutput, isTotalOff } from "../breakdown.ts";
import { addUnit, flag, keepExtra, keepUsage, type OpenDraft, setServiceTier } from "../draft.ts";
import { checkCount, isAbsent, readAmountText, readCount, readLatency } from "../fields.ts";
import { addTag } from "../labels.ts";
import { fitId } from "../long_id.ts";
import { type Attributes, findAttribute, findTextAttribute } from "./otlp.ts";

/** Claude Code's `api_request`: exclusive counts (Claude Code's documentation on monitoring, 2026-11). */
export function addClaudeCodeEvent(draft: OpenDraft, attributes: Attributes): boolean {
  const count = (name: string) => readCount(attributes.get(name), name) ?? 0;
  const session = findTextAttribute(attributes, ["session.id"]);
  const sequence = attributes.get("event.sequence");
  const request = findTextAttribute(attributes, ["request_id"]);
  if (request !== undefined) draft.id = fitId(request);
  else if (session !== undefined && !isAbsent(sequence)) draft.id = fitId(`${session}:${sequence}`);
  draft.model = findTextAttribute(attributes, ["model"]);
  draft.provider = draft.model?.startsWith("claude") === true ? "anthropic" : undefined;
  draft.session = session;
  draft.user = findTextAttribute(attributes, ["user.account_uuid", "user.id"]);
  draft.latency_ms = readLatency(attributes.get("duration_ms"), "duration_ms");
  draft.reported_cost = readAmountText(attributes.get("cost_usd"), "cost_usd");
  if (attributes.get("speed") === "fast") setServiceTier(draft, "fast");
  for (const name of ["query_source", "effort"]) addTag(draft, name, findTextAttribute(attributes, [name]));
  for (const name of ["organization.id", "prompt.id"]) {
    const value = findTextAttribute(attributes, [name]);
    if (value !== undefined) keepExtra(draft, name, value);
  }
  draft.input_tokens = count("input_tokens");
  draft.cache_read_tokens = count("cache_read_tokens");
  draft.cache_write_5m_tokens = count("cache_creation_tokens");
  // The event does not say for how long the cache was written.
  if (draft.cache_write_5m_tokens > 0) flag(draft, "cache_write_unsplit");
  draft.output_tokens = count("output_tokens");
  return true;
}

/** Codex's `sse_event` of a completed response: inclusive counts. Its other events count nothing. */
export function addCodexEvent(draft: OpenDraft, attributes: Attributes): boolean {
  if (isAbsent(attributes.get("input_token_count")) && isAbsent(attributes.get("output_token_count"))) return false;
  const count = (name: string) => readCount(attributes.get(name), name) ?? 0;
  draft.model = findTextAttribute(attributes, ["model", "slug"]);
  draft.provider = "openai";
  draft.session = findTextAttribute(attributes, ["conversation.id", "thread.id"]);
  draft.user = findTextAttribute(attributes, ["user.account_id"]);
  draft.environment ??= findTextAttribute(attributes, ["env"]);
  draft.latency_ms = readLatency(attributes.get("duration_ms"), "duration_ms");
  addInput(draft, { total: count("input_token_count"), cached: count("cached_token_count"), written: 0 });
  addOutput(draft, { total: count("output_token_count"), reasoning: count("reasoning_token_count") });
  return true;
}

/** Gemini CLI's `api_response`: Gemini's own counts, where thoughts and tools stand beside output and input. */
export function addGeminiCliEvent(draft: OpenDraft, attributes: Attributes): boolean {
  if (isAbsent(attributes.get("input_token_count")) && isAbsent(attributes.get("output_token_count"))) return false;
  const count = (name: string) => readCount(attributes.get(name), name) ?? 0;
  draft.model = findTextAttribute(attributes, ["model", "model_name"]);
  draft.provider = "google";
  draft.session = findTextAttribute(attributes, ["session.id"]);
  draft.user = findTextAttribute(attributes, ["user.id"]);
  draft.latency_ms = readLatency(attributes.get("duration_ms"), "duration_ms");
  const status = findAttribute(attributes, ["status_code", "status"]);
  if (typeof status === "string" || typeof status === "number") draft.status = String(status);
  const thoughts = count("thoughts_token_count");
  addInput(draft, { total: count("input_token_count"), cached: count("cached_content_token_count"), written: 0 });
  addOutput(draft, {
    total: checkCount(count("output_token_count") + thoughts, "output_token_count and thoughts_token_count"),
    reasoning: thoughts,
  });
  addUnit(draft, "tool_input_tokens", count("tool_token_count"));
  const total = readCount(attributes.get("total_token_count"), "total_token_count");
  if (isTotalOff(draft, total)) keepUsage(draft, { total_token_count: total });
  return true;
}
