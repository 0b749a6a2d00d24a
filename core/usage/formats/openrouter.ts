/**
 * Bodies of OpenRouter's chat completions: OpenAI's shape with a cost and one cache-write count.
 */

import { flag, keepExtra, newDraft, setServiceTier } from "../draft.ts";
import { isAbsent, isObject, readAmountText, readObject } from "../fields.ts";
import type { Format, SourceObject } from "../format.ts";
import { findText } from "../labels.ts";
import { readNothing } from "./no_usage.ts";
import { addOpenaiBody } from "./openai_body.ts";
import { addOpenaiUsage } from "./openai_usage.ts";

/** OpenRouter chat completions. */
export const openrouter: Format = {
  name: "openrouter",
  title: "OpenRouter chat completion",
  detect(value) {
    return isOpenrouter(value) && (isObject(value.usage) || !isAbsent(value.object) || Array.isArray(value.choices));
  },
  read(value) {
    const usage = readObject(value.usage, "usage");
    if (usage === undefined) return readNothing(openrouter, value);
    const draft = newDraft();
    addOpenaiBody(draft, value);
    // The body's `provider` is the host that OpenRouter chose; OpenRouter is who bills.
    draft.provider = "openrouter";
    const host = findText(value.provider);
    if (host !== undefined) keepExtra(draft, "upstream_provider", host);
    draft.operation = value.object === "text_completion" ? "completion" : "chat";
    setServiceTier(draft, value.service_tier ?? usage.service_tier);
    draft.reported_cost = readAmountText(usage.cost, "usage.cost");
    addOpenaiUsage(draft, usage, { has_cost: true });
    // OpenRouter does not say for how long the cache was written.
    if (draft.cache_write_5m_tokens > 0) flag(draft, "cache_write_unsplit");
    return [draft];
  },
};

/** Whether a body is OpenRouter's: its ids begin with `gen-`, its usage has a cost that is one number. */
export function isOpenrouter(value: SourceObject): boolean {
  if (typeof value.id === "string" && value.id.startsWith("gen-")) return true;
  if (!isObject(value.usage) || isAbsent(value.usage.prompt_tokens)) return false;
  const { cost, is_byok, cost_details } = value.usage;
  return typeof cost === "number" || typeof cost === "string" || typeof is_byok === "boolean" || isObject(cost_details);
}
