/**
 * LiteLLM's counts: the row's totals, and what its usage object says is inside them. LiteLLM puts every provider's
 * usage into OpenAI's words: the cache is inside the prompt, Anthropic's too.
 */

import { addOutput, isTotalOff } from "../breakdown.ts";
import { addUnit, flag, keepUsage, type OpenDraft } from "../draft.ts";
import { isAbsent, isObject, readCount } from "../fields.ts";
import type { SourceObject } from "../format.ts";
import { keepUnknown, knownFields } from "../unknown.ts";
import { addInputTotal, INPUT_DETAILS, OUTPUT_DETAILS, readModalTokens } from "./openai_usage.ts";

const WRITE_DETAILS = knownFields(["ephemeral_5m_input_tokens", "ephemeral_1h_input_tokens"]);
const PROMPT_DETAILS = new Map([
  ...INPUT_DETAILS,
  ...knownFields(["cache_creation_tokens", "web_search_requests"], { cache_creation_token_details: WRITE_DETAILS }),
]);
const USAGE = knownFields(
  [
    "prompt_tokens",
    "completion_tokens",
    "total_tokens",
    "input_tokens",
    "output_tokens",
    "cache_read_input_tokens",
    "cache_creation_input_tokens",
    "prompt_cache_hit_tokens",
    "prompt_cache_miss_tokens",
    "service_tier",
    "cost",
    "inference_geo",
    "speed",
  ],
  {
    prompt_tokens_details: PROMPT_DETAILS,
    input_tokens_details: PROMPT_DETAILS,
    completion_tokens_details: OUTPUT_DETAILS,
    output_tokens_details: OUTPUT_DETAILS,
    cache_creation: WRITE_DETAILS,
    server_tool_use: knownFields(["web_search_requests"], { web_fetch_requests: "kept" }),
  },
);

/** Adds the counts of a row and its usage object to the draft. */
export function addLitellmCounts(draft: OpenDraft, { row, usage }: { row: SourceObject; usage: SourceObject }): void {
  const prompt = findCount(row.prompt_tokens, usage.prompt_tokens, usage.input_tokens);
  const completion = findCount(row.completion_tokens, usage.completion_tokens, usage.output_tokens);
  const details = findObject(usage.prompt_tokens_details, usage.input_tokens_details);
  addPrompt(draft, { prompt, usage, details });
  const outputDetails = findObject(usage.completion_tokens_details, usage.output_tokens_details);
  addOutput(draft, {
    total: completion,
    reasoning: readCount(outputDetails.reasoning_tokens, "reasoning_tokens") ?? 0,
    modal: readModalTokens(outputDetails),
  });
  const tools = findObject(usage.server_tool_use);
  addUnit(draft, "web_searches", findCount(tools.web_search_requests, details.web_search_requests));
  const total = readCount(row.total_tokens, "total_tokens");
  if (isTotalOff(draft, total)) keepUsage(draft, { total_tokens: total });
  keepUnknown(draft, usage, USAGE);
}

interface Prompt {
  readonly prompt: number;
  readonly usage: SourceObject;
  readonly details: SourceObject;
}

function addPrompt(draft: OpenDraft, { prompt, usage, details }: Prompt): void {
  const written = findCount(
    details.cache_creation_tokens,
    details.cache_write_tokens,
    usage.cache_creation_input_tokens,
  );
  const read = findCount(details.cached_tokens, usage.cache_read_input_tokens, usage.prompt_cache_hit_tokens);
  addInputTotal(draft, prompt, { details: { ...details, cached_tokens: read, cache_write_tokens: written } });
  if (written === 0) return;
  const split = findObject(details.cache_creation_token_details, usage.cache_creation);
  const written_5m = readCount(split.ephemeral_5m_input_tokens, "ephemeral_5m_input_tokens") ?? 0;
  const written_1h = Math.min(readCount(split.ephemeral_1h_input_tokens, "ephemeral_1h_input_tokens") ?? 0, written);
  draft.cache_write_5m_tokens -= written_1h;
  draft.cache_write_1h_tokens += written_1h;
  if (written_5m + written_1h < written) flag(draft, "cache_write_unsplit");
}

/** The first count that is given; 0 when none is. */
function findCount(...values: unknown[]): number {
  const given = values.find((value) => !isAbsent(value));
  return readCount(given, "usage_object") ?? 0;
}

function findObject(...values: unknown[]): SourceObject {
  return values.find(isObject) ?? {};
}
