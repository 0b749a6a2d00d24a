/**
 * Bodies of OpenAI's image generation and editing by token-priced models.
 */

import { newDraft } from "../draft.ts";
import { isAbsent, isObject, readObject } from "../fields.ts";
import type { Format } from "../format.ts";
import { readNothing } from "./no_usage.ts";
import { addOpenaiBody } from "./openai_body.ts";
import { addOpenaiUsage } from "./openai_usage.ts";

/** OpenAI images. The body does not name its model: add `model` to it. */
export const openaiImages: Format = {
  name: "openai-images",
  title: "OpenAI images",
  detect(value) {
    return isAbsent(value.object) && isObject(value.usage) && isObject(value.usage.input_tokens_details) &&
      (Array.isArray(value.data) || !isAbsent(value.output_format) || !isAbsent(value.quality));
  },
  read(value) {
    const usage = readObject(value.usage, "usage");
    if (usage === undefined) return readNothing(openaiImages, value);
    const draft = newDraft();
    addOpenaiBody(draft, value);
    draft.operation = "image";
    addOpenaiUsage(draft, usage, { output: "image" });
    return [draft];
  },
};
