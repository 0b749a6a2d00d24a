/**
 * The counts of a canonical record: which of the two vocabularies it speaks, and its buckets.
 */

import { addCacheWrite, addInput, addOutput, isTotalOff, setReasoning } from "../breakdown.ts";
import { addUnit, keepExtra, type OpenDraft } from "../draft.ts";
import { quote, readCount, readObjectOrText, readSeconds } from "../fields.ts";
import type { SourceObject } from "../format.ts";
import { RejectedRecord } from "../record.ts";
import { collectUnknown } from "../unknown.ts";
import { OTHER_UNIT_NAMES, OTHER_UNITS, type OtherUnitName } from "../units.ts";
import type { Slots } from "./canonical_fields.ts";
import { addInputTotal, INPUT_DETAILS, OUTPUT_DETAILS, readModalTokens } from "./openai_usage.ts";

/** A counter as a record gives it. */
export interface GivenCount {
  readonly name: string;
  readonly value: unknown;
}

/** Refuses two names of one count that hold different numbers, with `ambiguous_tokens`. */
export function sameCount(one: GivenCount, other: GivenCount): void {
  if (readCount(one.value, one.name) === readCount(other.value, other.name)) return;
  throw new RejectedRecord(
    "ambiguous_tokens",
    `Cannot tell ${one.name} ${quote(one.value)} from ${other.name} ${quote(other.value)}: give one of them`,
  );
}

/** Adds all counts of a record to its draft. Fails with `ambiguous_tokens` where it speaks both vocabularies. */
export function addCanonicalCounts(draft: OpenDraft, slots: Slots): void {
  addUnits(draft, slots);
  const inputDetails = readDetails(draft, slots, "prompt_tokens_details") ??
    readDetails(draft, slots, "input_tokens_details");
  const outputDetails = readDetails(draft, slots, "completion_tokens_details") ??
    readDetails(draft, slots, "output_tokens_details");
  const isInclusive = slots.prompt_tokens !== undefined || inputDetails !== undefined || outputDetails !== undefined;
  if (isInclusive) addInclusive(draft, slots, { inputDetails, outputDetails });
  else addExclusive(draft, slots);
  if (slots.total_tokens !== undefined) {
    const total = readCount(slots.total_tokens, "total_tokens");
    if (isTotalOff(draft, total)) keepExtra(draft, "total_tokens", total);
  }
}

function addUnits(draft: OpenDraft, slots: Slots): void {
  for (const name of OTHER_UNIT_NAMES) {
    const given = slots[name];
    if (given === undefined) continue;
    addUnit(draft, name, OTHER_UNITS[name].decimals === 3 ? readSeconds(given, name) : readCount(given, name));
  }
}

function addExclusive(draft: OpenDraft, slots: Slots): void {
  draft.input_tokens = readCount(slots.input_tokens, "input_tokens") ?? 0;
  draft.output_tokens = readOutput(slots) ?? 0;
  if (slots.cache_read_tokens !== undefined) {
    draft.cache_read_tokens = readCount(slots.cache_read_tokens, "cache_read_tokens") ?? 0;
  }
  if (
    slots.cache_write_5m_tokens !== undefined || slots.cache_write_1h_tokens !== undefined ||
    slots.cache_write_tokens !== undefined
  ) {
    addCacheWrite(draft, {
      total: readCount(slots.cache_write_tokens, "cache_write_tokens"),
      written_5m: readCount(slots.cache_write_5m_tokens, "cache_write_5m_tokens"),
      written_1h: readCount(slots.cache_write_1h_tokens, "cache_write_1h_tokens"),
    });
  }
  if (slots.reasoning_tokens !== undefined) {
    setReasoning(draft, readCount(slots.reasoning_tokens, "reasoning_tokens") ?? 0);
  }
}

interface Details {
  readonly inputDetails: SourceObject | undefined;
  readonly outputDetails: SourceObject | undefined;
}

function addInclusive(draft: OpenDraft, slots: Slots, details: Details): void {
  const { inputDetails, outputDetails } = details;
  refuseExclusive(slots);
  if (slots.prompt_tokens !== undefined && slots.input_tokens !== undefined) {
    sameCount({ name: "prompt_tokens", value: slots.prompt_tokens }, {
      name: "input_tokens",
      value: slots.input_tokens,
    });
  }
  const prompt = readCount(slots.prompt_tokens ?? slots.input_tokens, "prompt_tokens") ?? 0;
  refuseTwice(draft, { details: inputDetails, direction: "input" });
  refuseTwice(draft, { details: outputDetails, direction: "output" });
  if (inputDetails === undefined) addInput(draft, { total: prompt, cached: 0, written: 0 });
  else addInputTotal(draft, prompt, { details: inputDetails });
  const reasoning = outputDetails?.reasoning_tokens ?? undefined;
  if (reasoning !== undefined && slots.reasoning_tokens !== undefined) {
    sameCount({ name: "reasoning_tokens", value: slots.reasoning_tokens }, {
      name: "completion_tokens_details.reasoning_tokens",
      value: reasoning,
    });
  }
  addOutput(draft, {
    total: readOutput(slots) ?? 0,
    reasoning: readCount(reasoning ?? slots.reasoning_tokens, "reasoning_tokens") ?? 0,
    modal: outputDetails === undefined ? undefined : readModalTokens(outputDetails),
  });
}

const CACHE_FIELDS = [
  "cache_read_tokens",
  "cache_write_tokens",
  "cache_write_5m_tokens",
  "cache_write_1h_tokens",
  "cache_audio_read_tokens",
  "cache_image_read_tokens",
  "cache_video_read_tokens",
  "cache_audio_write_tokens",
  "cache_image_write_tokens",
  "cache_video_write_tokens",
] as const;

/** A cache field of zero says the same in both vocabularies. */
function refuseExclusive(slots: Slots): void {
  for (const name of CACHE_FIELDS) {
    if (slots[name] === undefined || readCount(slots[name], name) === 0) continue;
    throw new RejectedRecord(
      "ambiguous_tokens",
      `Cannot tell whether the input includes ${name} ${quote(slots[name])}: ` +
        "give input_tokens without prompt_tokens and *_details when it does not, or only those when it does",
    );
  }
}

/** A modality both inside the details and beside the total could be the same tokens twice. */
function refuseTwice(
  draft: OpenDraft,
  side: { details: SourceObject | undefined; direction: "input" | "output" },
): void {
  if (side.details === undefined || draft.units === null) return;
  const modal = readModalTokens(side.details);
  if (modal === undefined) return;
  for (const modality of ["audio", "image", "video"] as const) {
    const name: OtherUnitName = `${modality}_${side.direction}_tokens`;
    if (modal[modality] === 0 || draft.units[name] === undefined) continue;
    throw new RejectedRecord(
      "ambiguous_tokens",
      `Cannot tell whether ${name} ${draft.units[name]} is inside the details: give one of them`,
    );
  }
}

function readOutput(slots: Slots): number | undefined {
  if (slots.completion_tokens === undefined) return readCount(slots.output_tokens, "output_tokens");
  if (slots.output_tokens !== undefined) {
    sameCount({ name: "output_tokens", value: slots.output_tokens }, {
      name: "completion_tokens",
      value: slots.completion_tokens,
    });
  }
  return readCount(slots.completion_tokens, "completion_tokens");
}

type DetailsName =
  | "prompt_tokens_details"
  | "input_tokens_details"
  | "completion_tokens_details"
  | "output_tokens_details";

function readDetails(draft: OpenDraft, slots: Slots, name: DetailsName): SourceObject | undefined {
  if (slots[name] === undefined) return undefined;
  const details = readObjectOrText(slots[name], name);
  if (details === undefined) return undefined;
  const isInput = name === "prompt_tokens_details" || name === "input_tokens_details";
  const rest = collectUnknown(draft, details, isInput ? INPUT_DETAILS : OUTPUT_DETAILS);
  if (rest !== undefined) keepExtra(draft, name, rest);
  return details;
}
