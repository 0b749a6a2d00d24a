/**
 * LiteLLM's spend logs (rows of `LiteLLM_SpendLogs`, as JSON or CSV with JSON in its cells) and the payloads of its
 * logging callbacks (`StandardLoggingPayload`): inclusive counts, with what LiteLLM reckoned beside them (LiteLLM's
 * schema.prisma and logging specification, 2026-11).
 *
 * An answer out of LiteLLM's own cache used nothing of a provider: its counts are those of the answer that was stored.
 * Its record has empty buckets and the flag `served_from_cache`; the counts stay in `extra`.
 */

import { flag, keepExtra, newDraft, type OpenDraft, setServiceTier, sumTokens } from "../draft.ts";
import { isAbsent, readAmountText, readId, readLatency } from "../fields.ts";
import type { Format, SourceObject } from "../format.ts";
import { findText } from "../labels.ts";
import type { UsageDraft } from "../record.ts";
import { readTimestamp } from "../timestamp.ts";
import { addLitellmLabels, readCell } from "./litellm_labels.ts";
import { addLitellmCounts } from "./litellm_usage.ts";
import { readNothing } from "./no_usage.ts";

/** LiteLLM's spend logs and logging payloads. A call that failed before it had a model is no usage. */
export const litellm: Format = {
  name: "litellm",
  title: "LiteLLM spend log or logging payload",
  detect(value) {
    if (value.prompt_tokens === undefined && value.total_tokens === undefined) return false;
    if (value.spend === undefined && value.response_cost === undefined) return false;
    return value.call_type !== undefined || value.startTime !== undefined;
  },
  read(value) {
    if (!litellm.detect(value)) return readNothing(litellm, value);
    const draft = readCall(value);
    return draft.model === undefined && sumTokens(draft) === 0 ? [] : [draft];
  },
};

function readCall(row: SourceObject): UsageDraft {
  const metadata = readCell(row.metadata) ?? {};
  const draft = newDraft();
  draft.id = readId(row.request_id, "request_id") ?? readId(row.id, "id");
  draft.model = findText(row.model) ?? findText(row.model_group);
  draft.provider = findText(row.custom_llm_provider);
  draft.operation = tellOperation(findText(row.call_type));
  draft.status = findText(row.status) ?? findText(metadata.status);
  addTimes(draft, row);
  draft.reported_cost = readAmountText(isAbsent(row.spend) ? row.response_cost : row.spend, "spend");
  const usage = readCell(metadata.usage_object) ?? {};
  const parameters = readCell(row.model_parameters) ?? {};
  setServiceTier(draft, findText(usage.service_tier) ?? findText(parameters.service_tier));
  if (isCacheHit(row.cache_hit)) keepCachedAnswer(draft, { row, usage });
  else addLitellmCounts(draft, { row, usage });
  addLitellmLabels(draft, row, metadata);
  return draft;
}

function isCacheHit(hit: unknown): boolean {
  return hit === true || (typeof hit === "string" && hit.toLowerCase() === "true");
}

function keepCachedAnswer(draft: OpenDraft, { row, usage }: { row: SourceObject; usage: SourceObject }): void {
  const stored = newDraft();
  addLitellmCounts(stored, { row, usage });
  flag(draft, "served_from_cache");
  if (sumTokens(stored) === 0) return;
  keepExtra(draft, "cached_answer", {
    input_tokens: sumTokens(stored) - stored.output_tokens,
    output_tokens: stored.output_tokens,
  });
}

/** The start, and how long it took; the first token's time is the end's where the answer did not stream. */
function addTimes(draft: OpenDraft, row: SourceObject): void {
  draft.timestamp = readTime(row.startTime, "startTime");
  const end = readTime(row.endTime, "endTime");
  const first = readTime(row.completionStartTime, "completionStartTime");
  draft.latency_ms = readLatency(row.request_duration_ms, "request_duration_ms");
  if (draft.timestamp === undefined) return;
  if (end !== undefined) draft.latency_ms ??= end - draft.timestamp;
  if (first !== undefined && first !== end && first >= draft.timestamp) {
    draft.time_to_first_token_ms = first - draft.timestamp;
  }
}

const ZONELESS = /^\d{4}-\d{2}-\d{2}T[\d:.]+$/;

/** LiteLLM's times are UTC; Python writes them without a zone. */
function readTime(value: unknown, field: string): number | undefined {
  return readTimestamp(typeof value === "string" && ZONELESS.test(value) ? `${value}Z` : value, field);
}

/** `acompletion` (asynchronous) and `completion` are the same to whoever pays. */
function tellOperation(callType: string | undefined): string | undefined {
  if (callType === undefined) return undefined;
  for (const [part, operation] of OPERATIONS) if (callType.includes(part)) return operation;
  return callType;
}

const OPERATIONS = [
  ["embedding", "embedding"],
  ["image", "image"],
  ["transcription", "audio"],
  ["speech", "audio"],
  ["rerank", "rerank"],
  ["moderation", "moderation"],
  ["completion", "chat"],
  ["responses", "chat"],
  ["anthropic_messages", "chat"],
  ["generate_content", "chat"],
] as const;
