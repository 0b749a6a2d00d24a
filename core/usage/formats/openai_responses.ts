/**
 * Bodies of OpenAI's responses.
 */

import { addUnit, newDraft, type OpenDraft, setServiceTier } from "../draft.ts";
import { isAbsent, isObject, readObject } from "../fields.ts";
import type { Format, SourceObject } from "../format.ts";
import { findText } from "../labels.ts";
import { readNothing } from "./no_usage.ts";
import { addOpenaiBody } from "./openai_body.ts";
import { openaiImages } from "./openai_images.ts";
import { addOpenaiUsage } from "./openai_usage.ts";

/** OpenAI responses. */
export const openaiResponses: Format = {
  name: "openai-responses",
  title: "OpenAI response",
  detect(value) {
    if (value.object === "response") return true;
    return isAbsent(value.object) && value.type !== "message" && isObject(value.usage) &&
      isObject(value.usage.input_tokens_details) && !openaiImages.detect(value);
  },
  read(value) {
    const usage = readObject(value.usage, "usage");
    if (usage === undefined) return readNothing(openaiResponses, value);
    const draft = newDraft();
    addOpenaiBody(draft, value);
    draft.operation = "chat";
    draft.status = findText(value.status);
    setServiceTier(draft, value.service_tier);
    addOpenaiUsage(draft, usage);
    addToolCalls(draft, value.output);
    return [draft];
  },
};

/** Tool calls that are billed by the call (OpenAI's price list, 2026-11): searches, not the pages opened after them. */
function addToolCalls(draft: OpenDraft, output: unknown): void {
  if (!Array.isArray(output)) return;
  let web_searches = 0;
  let storage_searches = 0;
  for (const item of output) {
    if (!isObject(item) || item.status === "failed") continue;
    if (item.type === "file_search_call") storage_searches++;
    else if (item.type === "web_search_call" && isSearch(item)) web_searches++;
  }
  addUnit(draft, "web_searches", web_searches);
  addUnit(draft, "storage_searches", storage_searches);
}

function isSearch(call: SourceObject): boolean {
  return !isObject(call.action) || isAbsent(call.action.type) || call.action.type === "search";
}
