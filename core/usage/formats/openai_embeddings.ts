/**
 * Bodies of OpenAI's embeddings.
 */

import { newDraft } from "../draft.ts";
import { isAbsent, readObject } from "../fields.ts";
import type { Format } from "../format.ts";
import { readNothing } from "./no_usage.ts";
import { addOpenaiBody } from "./openai_body.ts";
import { addOpenaiUsage, usageHas } from "./openai_usage.ts";
import { isOpenrouter } from "./openrouter.ts";

/** OpenAI embeddings. They have no id and no time of their own. */
export const openaiEmbeddings: Format = {
  name: "openai-embeddings",
  title: "OpenAI embeddings",
  detect(value) {
    if (value.object !== "list" && !(isAbsent(value.object) && Array.isArray(value.data))) return false;
    return usageHas(value, "prompt_tokens") && !isOpenrouter(value);
  },
  read(value) {
    const usage = readObject(value.usage, "usage");
    if (usage === undefined) return readNothing(openaiEmbeddings, value);
    const draft = newDraft();
    addOpenaiBody(draft, value);
    draft.operation = "embedding";
    addOpenaiUsage(draft, usage);
    return [draft];
  },
};
