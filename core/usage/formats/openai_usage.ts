/**
 * OpenAI's `usage` object in both of its vocabularies (`prompt_tokens` and `input_tokens`), which many other systems
 * speak too: totals that include the cache, the modalities and the reasoning (OpenAI's openapi.yaml, 2026-11).
 */

import { addInput, addOutput, isTotalOff, type ModalTokens } from "../breakdown.ts";
import { keepUsage, type OpenDraft } from "../draft.ts";
import { isAbsent, isObject, readCount, readObject } from "../fields.ts";
import type { SourceObject } from "../format.ts";
import { keepUnknown, knownFields } from "../unknown.ts";

const CACHED_DETAILS = knownFields(["text_tokens", "audio_tokens", "image_tokens", "video_tokens"]);

/** The known fields of `prompt_tokens_details` and its like. */
export const INPUT_DETAILS = knownFields(
  ["cached_tokens", "cache_write_tokens", "text_tokens", "audio_tokens", "image_tokens", "video_tokens"],
  { cached_tokens_details: CACHED_DETAILS },
);

/** The known fields of `completion_tokens_details` and its like. */
export const OUTPUT_DETAILS = knownFields(
  ["reasoning_tokens", "text_tokens", "audio_tokens", "image_tokens", "video_tokens"],
  // Both are inside the output, at the output's price.
  { accepted_prediction_tokens: "kept", rejected_prediction_tokens: "kept" },
);

const DETAILS = {
  prompt_tokens_details: INPUT_DETAILS,
  input_tokens_details: INPUT_DETAILS,
  input_token_details: INPUT_DETAILS,
  completion_tokens_details: OUTPUT_DETAILS,
  output_tokens_details: OUTPUT_DETAILS,
  output_token_details: OUTPUT_DETAILS,
};
const TOTALS = [
  "prompt_tokens",
  "completion_tokens",
  "input_tokens",
  "output_tokens",
  "total_tokens",
  // DeepSeek's two parts of its prompt.
  "prompt_cache_hit_tokens",
  "prompt_cache_miss_tokens",
];
const USAGE = knownFields(TOTALS, DETAILS);
const COST_USAGE = knownFields([...TOTALS, "cost"], DETAILS);

/** Where an OpenAI usage object leaves its own kind. */
export interface OpenaiUsageOptions {
  /** The output is pictures where no details say otherwise. */
  readonly output?: "image";
  /** `cost` is read by the caller. */
  readonly has_cost?: true;
}

/** Adds a usage object to the draft: all of its input and output, disjoint, and what is unknown to `extra.usage`. */
export function addOpenaiUsage(draft: OpenDraft, usage: SourceObject, options: OpenaiUsageOptions = {}): void {
  const prompt = readCount(usage.prompt_tokens ?? usage.input_tokens, "prompt_tokens") ?? 0;
  const completion = readCount(usage.completion_tokens ?? usage.output_tokens, "completion_tokens") ?? 0;
  const total = readCount(usage.total_tokens, "total_tokens");
  addInputTotal(draft, prompt, {
    details: findDetails(usage, INPUT_NAMES),
    cached: readCount(usage.prompt_cache_hit_tokens, "prompt_cache_hit_tokens"),
  });
  const outputDetails = findDetails(usage, OUTPUT_NAMES);
  if (outputDetails === undefined && options.output === "image") {
    addOutput(draft, { total: completion, reasoning: 0, modal: { audio: 0, image: completion, video: 0 } });
  } else addOutputTotal(draft, { prompt, completion, total, details: outputDetails });
  if (isTotalOff(draft, total)) keepUsage(draft, { total_tokens: total });
  keepUnknown(draft, usage, options.has_cost === undefined ? USAGE : COST_USAGE);
}

/** Whether the value has a usage object with this field. */
export function usageHas(value: SourceObject, field: string): boolean {
  return isObject(value.usage) && !isAbsent(value.usage[field]);
}

/** Adds an inclusive input total with the details that say what is inside it. */
export function addInputTotal(
  draft: OpenDraft,
  total: number,
  options: { details: SourceObject | undefined; cached?: number },
): void {
  const { details } = options;
  if (details === undefined) {
    addInput(draft, { total, cached: options.cached ?? 0, written: 0 });
    return;
  }
  const cachedDetails = readObject(details.cached_tokens_details, "cached_tokens_details");
  addInput(draft, {
    total,
    cached: readCount(details.cached_tokens, "cached_tokens") ?? options.cached ?? 0,
    written: readCount(details.cache_write_tokens, "cache_write_tokens") ?? 0,
    modal: readModalTokens(details),
    cached_modal: cachedDetails === undefined ? undefined : readModalTokens(cachedDetails),
  });
}

/** The audio, image and video tokens of a details object; undefined when there are none. */
export function readModalTokens(details: SourceObject): ModalTokens | undefined {
  const audio = readCount(details.audio_tokens, "audio_tokens") ?? 0;
  const image = readCount(details.image_tokens, "image_tokens") ?? 0;
  const video = readCount(details.video_tokens, "video_tokens") ?? 0;
  return audio + image + video === 0 ? undefined : { audio, image, video };
}

const INPUT_NAMES = ["prompt_tokens_details", "input_tokens_details", "input_token_details"] as const;
const OUTPUT_NAMES = ["completion_tokens_details", "output_tokens_details", "output_token_details"] as const;

function findDetails(usage: SourceObject, names: readonly string[]): SourceObject | undefined {
  for (const name of names) {
    const details = readObject(usage[name], name);
    if (details !== undefined) return details;
  }
  return undefined;
}

interface OutputTotal {
  readonly prompt: number;
  readonly completion: number;
  readonly total: number | undefined;
  readonly details: SourceObject | undefined;
}

function addOutputTotal(draft: OpenDraft, output: OutputTotal): void {
  const { prompt, completion, total, details } = output;
  const reasoning = details === undefined ? 0 : readCount(details.reasoning_tokens, "reasoning_tokens") ?? 0;
  // xAI speaks this vocabulary and counts reasoning beside the completion; its own total proves it.
  const isReasoningBeside = reasoning > 0 && total === prompt + completion + reasoning;
  addOutput(draft, {
    total: isReasoningBeside ? completion + reasoning : completion,
    reasoning,
    modal: details === undefined ? undefined : readModalTokens(details),
  });
}
