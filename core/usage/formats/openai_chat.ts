/**
 * Bodies of OpenAI's chat completions and legacy completions, and of the many systems that answer in their shape.
 */

import { newDraft, setServiceTier } from "../draft.ts";
import { isAbsent, readObject } from "../fields.ts";
import type { Format } from "../format.ts";
import { readNothing } from "./no_usage.ts";
import { addOpenaiBody } from "./openai_body.ts";
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
    if (usage === undefined) return readNothing(openaiChat, value);
    const draft = newDraft();
    addOpenaiBody(draft, value);
    draft.operation = value.object === "text_completion" ? "completion" : "chat";
    setServiceTier(draft, value.service_tier);
    addOpenaiUsage(draft, usage);
    return [draft];
  },
};
