/**
 * What a span's attributes say was used. Whether the input includes the cache is not the same for all that write spans,
 * though OpenTelemetry's conventions say that it should: see {@link tellInclusion}.
 */

import { addInput, addOutput, type ModalTokens } from "../breakdown.ts";
import { addUnit, flag, keepUsage, type OpenDraft, sumTokens } from "../draft.ts";
import { checkCount, isObject, readCount } from "../fields.ts";
import { countsTokens } from "../unknown.ts";
import { type Attributes, findAttribute } from "./otlp.ts";
import { COUNTERS, isUnknownCounter } from "./otlp_attributes.ts";

/** The counters of a span, as they stand. */
export interface SpanCounts {
  readonly input: number;
  readonly output: number;
  readonly cache_read: number;
  readonly cache_write: number;
  readonly reasoning: number;
  readonly audio_input: number;
  readonly audio_output: number;
  readonly total: number | undefined;
}

/** Whether the attributes count a call's tokens. */
export function hasCounts(attributes: Attributes): boolean {
  return findAttribute(attributes, COUNTERS.input) !== undefined ||
    findAttribute(attributes, COUNTERS.output) !== undefined;
}

/** Reads the counters. Fails as a count does. */
export function readSpanCounts(attributes: Attributes): SpanCounts {
  const count = (names: readonly string[]) => readCount(findAttribute(attributes, names), names[0]!);
  const metadata = readProviderMetadata(attributes.get("ai.response.providerMetadata"));
  return {
    input: count(COUNTERS.input) ?? 0,
    output: count(COUNTERS.output) ?? 0,
    cache_read: count(COUNTERS.cache_read) ?? metadata.cache_read ?? 0,
    cache_write: count(COUNTERS.cache_write) ?? metadata.cache_write ?? 0,
    reasoning: count(COUNTERS.reasoning) ?? 0,
    audio_input: count(COUNTERS.audio_input) ?? 0,
    audio_output: count(COUNTERS.audio_output) ?? 0,
    total: count(COUNTERS.total),
  };
}

/** Who made the call and who wrote the span: both tell how it is to be read. */
export interface SpanOrigin {
  readonly scope: string;
  readonly provider: string | undefined;
  readonly attributes: Attributes;
}

/** Adds the counters to the draft, disjoint, and unknown ones to `extra.usage`. */
export function addSpanCounts(draft: OpenDraft, counts: SpanCounts, origin: SpanOrigin): void {
  const { input, cache_read, cache_write, audio_input } = counts;
  const inclusion = tellInclusion(counts, origin);
  if (inclusion === "assumed") flag(draft, "assumed_inclusive");
  const cached = cache_read + cache_write;
  addInput(draft, {
    total: checkCount(inclusion === "exclusive" ? input + cached : input, "input_tokens"),
    cached: cache_read,
    written: cache_write,
    modal: audioTokens(audio_input),
  });
  // A span does not say for how long the cache was written.
  if (cache_write > 0) flag(draft, "cache_write_unsplit");
  addOutput(draft, { total: counts.output, reasoning: counts.reasoning, modal: audioTokens(counts.audio_output) });
  const isTotalKnown = counts.total === undefined || counts.total === sumTokens(draft) ||
    counts.total === input + counts.output;
  if (!isTotalKnown) {
    flag(draft, "total_mismatch");
    keepUsage(draft, { total_tokens: counts.total });
  }
  keepUnknownCounters(draft, origin.attributes);
}

/** Adds the calls of tools that are billed by the call. */
export function addSpanTools(draft: OpenDraft, attributes: Attributes): void {
  const searches = ["gen_ai.usage.server_tool_use.web_search_requests", "gen_ai.usage.details.web_search_requests"];
  addUnit(draft, "web_searches", readCount(findAttribute(attributes, searches), searches[0]!));
}

/** Instrumentations that add the cache to the input whatever the provider does (their repositories, 2026-11). */
const INCLUSIVE_SCOPES = [
  /^opentelemetry\.instrumentation\.(?:anthropic|openai|openai_v2|google_generativeai|google_genai|vertexai)\b/,
  /^@traceloop\/instrumentation-(?:anthropic|openai|vertexai|google-generativeai)$/,
  /^openinference\.instrumentation\.(?:anthropic|openai|google_genai|vertexai)\b/,
  /^pydantic-ai$/,
];
/** Instrumentations that hand on the provider's own input, which leaves the cache out. */
const EXCLUSIVE_SCOPES = [
  /^opentelemetry\.instrumentation\.bedrock\b/,
  /^@traceloop\/instrumentation-bedrock$/,
  /^com\.anthropic\.claude_code/,
];
/** Providers whose own input includes the cache, so that nobody had to add it. */
const INCLUSIVE_PROVIDERS =
  /^(?:openai|azure|az\.ai|google|gcp|gemini|vertex_ai$|vertexai$|deepseek|groq|x_?ai|mistral)/;

/**
 * Whether the input includes the cache: `exclusive` where it is less than the cache, which settles it; then as the
 * instrumentation and the provider are known to write it; then as the total proves it; else `assumed` to be inclusive.
 */
export function tellInclusion(
  counts: SpanCounts,
  { scope, provider, attributes }: SpanOrigin,
): "inclusive" | "exclusive" | "assumed" {
  const { input, output, total } = counts;
  const cached = counts.cache_read + counts.cache_write;
  if (cached === 0) return "inclusive";
  if (input < cached || EXCLUSIVE_SCOPES.some((pattern) => pattern.test(scope))) return "exclusive";
  if (INCLUSIVE_SCOPES.some((pattern) => pattern.test(scope))) return "inclusive";
  // The AI SDK splits the input up since it counts the cache of every provider in.
  if (attributes.get("ai.usage.inputTokenDetails.cacheReadTokens") !== undefined) return "inclusive";
  if (provider !== undefined && INCLUSIVE_PROVIDERS.test(provider.toLowerCase())) return "inclusive";
  if (total === input + output + cached) return "exclusive";
  return "assumed";
}

/** The cache in the AI SDK's `{"anthropic":{"cacheCreationInputTokens":…}}`, where it has no attributes for it. */
function readProviderMetadata(text: unknown): { cache_read?: number; cache_write?: number } {
  if (typeof text !== "string") return {};
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return {};
  }
  if (!isObject(parsed)) return {};
  for (const provider of Object.values(parsed)) {
    if (!isObject(provider)) continue;
    const usage = isObject(provider.usage) ? provider.usage : {};
    const read = provider.cacheReadInputTokens ?? usage.cacheReadInputTokens ?? usage.cache_read_input_tokens ??
      provider.cachedPromptTokens;
    const write = provider.cacheCreationInputTokens ?? usage.cacheWriteInputTokens ??
      usage.cache_creation_input_tokens;
    if (read === undefined && write === undefined) continue;
    return { cache_read: readCount(read, "cacheReadInputTokens"), cache_write: readCount(write, "cacheWriteTokens") };
  }
  return {};
}

function keepUnknownCounters(draft: OpenDraft, attributes: Attributes): void {
  const rest: Record<string, unknown> = {};
  for (const [name, value] of attributes) {
    if (!isUnknownCounter(name) || value === undefined || value === null) continue;
    rest[name] = value;
    if (countsTokens(name, value)) flag(draft, "unmapped_tokens");
  }
  if (Object.keys(rest).length > 0) keepUsage(draft, rest);
}

function audioTokens(audio: number): ModalTokens | undefined {
  return audio === 0 ? undefined : { audio, image: 0, video: 0 };
}
