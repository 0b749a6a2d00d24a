/**
 * Bodies of Gemini's generateContent: the cache is inside the prompt, thoughts and tool prompts are beside the totals
 * (Google's API reference, 2026-11).
 */

import { addInput, addOutput, isTotalOff, type ModalTokens } from "../breakdown.ts";
import { addUnit, flag, keepUsage, newDraft, type OpenDraft, setServiceTier } from "../draft.ts";
import { checkCount, isObject, readCount, readId, readText } from "../fields.ts";
import type { Format, SourceObject } from "../format.ts";
import { addLabels, findText } from "../labels.ts";
import { readTimestamp } from "../timestamp.ts";
import { keepUnknown, knownFields } from "../unknown.ts";
import { readNothing } from "./no_usage.ts";

const USAGE = knownFields([
  "promptTokenCount",
  "cachedContentTokenCount",
  "candidatesTokenCount",
  "thoughtsTokenCount",
  "toolUsePromptTokenCount",
  "totalTokenCount",
  "promptTokensDetails",
  "cacheTokensDetails",
  "candidatesTokensDetails",
  "toolUsePromptTokensDetails",
  "trafficType",
  "serviceTier",
]);

/** Gemini responses. */
export const gemini: Format = {
  name: "gemini",
  title: "Gemini response",
  detect: (value) => isObject(value.usageMetadata),
  read(value) {
    const usage = value.usageMetadata;
    if (!isObject(usage)) return readNothing(gemini, value);
    const draft = newDraft();
    draft.id = readId(value.responseId, "responseId");
    draft.timestamp = readTimestamp(value.timestamp ?? value.createTime, "createTime");
    draft.model = readText(value.modelVersion, "modelVersion") ?? readText(value.model, "model");
    draft.provider = findText(value.provider) ?? "google";
    draft.operation = "chat";
    addLabels(draft, value);
    const tier = usage.trafficType ?? usage.serviceTier;
    if (tier !== "TRAFFIC_TYPE_UNSPECIFIED" && tier !== "unspecified") setServiceTier(draft, tier);
    addCounts(draft, usage);
    keepUnknown(draft, usage, USAGE);
    return [draft];
  },
};

function addCounts(draft: OpenDraft, usage: SourceObject): void {
  const candidates = readCount(usage.candidatesTokenCount, "candidatesTokenCount") ?? 0;
  const thoughts = readCount(usage.thoughtsTokenCount, "thoughtsTokenCount") ?? 0;
  addInput(draft, {
    total: readCount(usage.promptTokenCount, "promptTokenCount") ?? 0,
    cached: readCount(usage.cachedContentTokenCount, "cachedContentTokenCount") ?? 0,
    written: 0,
    modal: readDetails(draft, usage, "promptTokensDetails"),
    cached_modal: readDetails(draft, usage, "cacheTokensDetails"),
  });
  addOutput(draft, {
    total: checkCount(candidates + thoughts, "candidatesTokenCount and thoughtsTokenCount"),
    reasoning: thoughts,
    modal: readDetails(draft, usage, "candidatesTokensDetails"),
  });
  addUnit(draft, "tool_input_tokens", readCount(usage.toolUsePromptTokenCount, "toolUsePromptTokenCount"));
  const total = readCount(usage.totalTokenCount, "totalTokenCount");
  if (isTotalOff(draft, total)) keepUsage(draft, { totalTokenCount: total });
}

/** Documents are priced as images (Google's price list, 2026-11). A modality that is not known stays in the text. */
const MODALITIES: ReadonlyMap<unknown, keyof ModalTokens | "text"> = new Map([
  ["TEXT", "text"],
  ["MODALITY_UNSPECIFIED", "text"],
  ["AUDIO", "audio"],
  ["IMAGE", "image"],
  ["DOCUMENT", "image"],
  ["VIDEO", "video"],
]);

function readDetails(draft: OpenDraft, usage: SourceObject, field: string): ModalTokens | undefined {
  const details = usage[field];
  if (!Array.isArray(details)) return undefined;
  const modal = { audio: 0, image: 0, video: 0 };
  for (const detail of details) {
    if (!isObject(detail)) continue;
    const count = readCount(detail.tokenCount, `${field}.tokenCount`) ?? 0;
    const modality = MODALITIES.get(detail.modality);
    if (modality === undefined && count > 0) {
      flag(draft, "unmapped_tokens");
      keepUsage(draft, { [field]: details });
    } else if (modality !== undefined && modality !== "text") modal[modality] += count;
  }
  return modal.audio + modal.image + modal.video === 0 ? undefined : modal;
}
