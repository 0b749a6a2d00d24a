/**
 * What all bodies of OpenAI's endpoints share besides their usage.
 */

import type { OpenDraft } from "../draft.ts";
import { isAbsent, isObject, readId, readText } from "../fields.ts";
import type { SourceObject } from "../format.ts";
import { addLabels, findText } from "../labels.ts";
import { readTimestamp } from "../timestamp.ts";

/** Reads id, creation, model, provider and labels of a body. */
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
