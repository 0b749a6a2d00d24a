/**
 * Bodies of Amazon Bedrock's Converse: exclusive counts in camel case (AWS's API reference, 2026-11).
 */

import { addCacheWrite } from "../breakdown.ts";
import { flag, keepExtra, keepUsage, newDraft, type OpenDraft, setServiceTier, sumTokens } from "../draft.ts";
import { isAbsent, isObject, readCount, readId, readLatency, readObject, readText } from "../fields.ts";
import type { Format, SourceObject } from "../format.ts";
import { addLabels, findText } from "../labels.ts";
import { findHttpDate } from "../timestamp.ts";
import { keepUnknown, knownFields } from "../unknown.ts";
import { readNothing } from "./no_usage.ts";

const USAGE = knownFields([
  "inputTokens",
  "outputTokens",
  "totalTokens",
  "cacheReadInputTokens",
  "cacheReadInputTokenCount",
  "cacheWriteInputTokens",
  "cacheWriteInputTokenCount",
  "cacheDetails",
]);

/** Bedrock Converse responses. The body does not name its model: add `modelId` to it. */
export const bedrockConverse: Format = {
  name: "bedrock-converse",
  title: "Amazon Bedrock Converse response",
  detect(value) {
    if (!isObject(value.usage) || isAbsent(value.usage.inputTokens)) return false;
    return !isAbsent(value.stopReason) || isObject(value.metrics) || isObject(value.ResponseMetadata) ||
      isObject(value.$metadata) || !isAbsent(value.modelId) || !isAbsent(value.usage.cacheReadInputTokens) ||
      !isAbsent(value.usage.cacheWriteInputTokens);
  },
  read(value) {
    const usage = readObject(value.usage, "usage");
    if (usage === undefined) return readNothing(bedrockConverse, value);
    const draft = newDraft();
    // Python's and JavaScript's SDKs put the answer's headers beside the body.
    const boto = isObject(value.ResponseMetadata) ? value.ResponseMetadata : undefined;
    const sdk = isObject(value.$metadata) ? value.$metadata : undefined;
    draft.id = readId(value.requestId ?? boto?.RequestId ?? sdk?.requestId, "requestId");
    draft.model = findRoutedModel(value) ?? readText(value.modelId ?? value.model, "modelId");
    draft.provider = findText(value.provider) ?? "aws";
    draft.region = findText(value.region);
    draft.operation = "chat";
    draft.latency_ms = isObject(value.metrics) ? readLatency(value.metrics.latencyMs, "latencyMs") : undefined;
    addLabels(draft, value);
    if (isObject(boto?.HTTPHeaders)) draft.timestamp ??= findHttpDate(boto.HTTPHeaders.date);
    if (isObject(value.serviceTier)) setServiceTier(draft, value.serviceTier.type);
    noteOptimizedLatency(draft, value);
    addConverseUsage(draft, usage);
    return [draft];
  },
};

/** Adds a Converse usage object to the draft. */
export function addConverseUsage(draft: OpenDraft, usage: SourceObject): void {
  draft.input_tokens = readCount(usage.inputTokens, "inputTokens") ?? 0;
  draft.output_tokens = readCount(usage.outputTokens, "outputTokens") ?? 0;
  draft.cache_read_tokens =
    readCount(usage.cacheReadInputTokens ?? usage.cacheReadInputTokenCount, "cacheReadInputTokens") ?? 0;
  addCacheWrite(draft, {
    total: readCount(usage.cacheWriteInputTokens ?? usage.cacheWriteInputTokenCount, "cacheWriteInputTokens"),
    ...readCacheDetails(usage.cacheDetails),
  });
  const total = readCount(usage.totalTokens, "totalTokens");
  // AWS documents the total as input and output; answers with a cache have been seen to add it.
  if (total !== undefined && total !== sumTokens(draft) && total !== draft.input_tokens + draft.output_tokens) {
    flag(draft, "total_mismatch");
    keepUsage(draft, { totalTokens: total });
  }
  keepUnknown(draft, usage, USAGE);
}

/** Cache writes by time to live (`[{"ttl":"1h","inputTokens":100}]`). */
export function readCacheDetails(details: unknown): { written_5m?: number; written_1h?: number } {
  if (!Array.isArray(details)) return {};
  let written_5m = 0;
  let written_1h = 0;
  for (const detail of details) {
    if (!isObject(detail)) continue;
    const count = readCount(detail.inputTokens, "cacheDetails.inputTokens") ?? 0;
    if (detail.ttl === "1h") written_1h += count;
    else if (detail.ttl === "5m") written_5m += count;
  }
  return { written_5m, written_1h };
}

/** The model that a prompt router chose: it is the one that is billed. */
function findRoutedModel(value: SourceObject): string | undefined {
  const trace = isObject(value.trace) ? value.trace : undefined;
  return isObject(trace?.promptRouter) ? findText(trace.promptRouter.invokedModelId) : undefined;
}

/** Latency-optimized calls have prices of their own, which no tier here stands for. */
function noteOptimizedLatency(draft: OpenDraft, value: SourceObject): void {
  if (!isObject(value.performanceConfig) || value.performanceConfig.latency !== "optimized") return;
  flag(draft, "unknown_service_tier");
  keepExtra(draft, "performance_latency", "optimized");
}
