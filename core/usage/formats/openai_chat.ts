/**
 * Bodies of OpenAI's chat completions and legacy completions, and of the many systems that answer in their shape.
 */

import { newDraft, type OpenDraft, setServiceTier } from "../draft.ts";
import { isAbsent, isObject, readId, readObject, readText } from "../fields.ts";
import type { Format, SourceObject } from "../format.ts";
import { addLabels, findText } from "../labels.ts";
import { readTimestamp } from "../timestamp.ts";
import { addOpenaiUsage, usageHas } from "./openai_usage.ts";
import { isOpenrouter } from "./openrouter.ts";

const OBJECTS: ReadonlySet<unknown> = new Set(["chat.completion", "chat.completion.chunk", "text_completion"]);

/** OpenAI chat completions, their final streaming chunks, and legacy completions. */
export const openaiChat: Format = {
  name: "openai-chat",
  title: "OpenAI chat completion",
  detect(value) {
    if (OBJECTS.has(value.object)) return !isOpenrouter(value);
    return isAbsent(value.object) && usageHas(value, "prompt_tokens") && !Array.isArray(value.data) &&
      !isOpenrouter(value);
  },
  read(value) {
    const usage = readObject(value.usage, "usage");
    if (usage === undefined) return [];
    const draft = newDraft();
    addOpenaiBody(draft, value);
    draft.operation = value.object === "text_completion" ? "completion" : "chat";
    setServiceTier(draft, value.service_tier);
    addOpenaiUsage(draft, usage);
    return [draft];
  },
};

/** Reads what all of OpenAI's bodies share: id, creation, model, provider, labels. */
export function addOpenaiBody(draft: OpenDraft, body: SourceObject): void {
  draft.id = readId(body.id, "id");
  draft.timestamp = readTimestamp(
    isAbsent(body.timestamp) ? body.created ?? body.created_at : body.timestamp,
    "created",
  );
  draft.model = readText(body.model, "model");
  draft.provider = findText(body.provider) ?? tellProvider(body, draft.model);
  addLabels(draft, body);
}

/** Makers whose models answer in OpenAI's shape on hosts of their own: the model's name tells them, `openai` would not. */
const OTHER_MAKERS = ["deepseek", "grok", "mistral", "gemini", "claude"];

function tellProvider(body: SourceObject, model: string | undefined): string | undefined {
  if (isObject(body.usage) && !isAbsent(body.usage.prompt_cache_hit_tokens)) return "deepseek";
  if (model !== undefined && OTHER_MAKERS.some((maker) => model.startsWith(maker))) return undefined;
  return "openai";
}
