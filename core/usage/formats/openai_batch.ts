/**
 * Lines of the output and error files of OpenAI's Batch API: a body of another endpoint inside an envelope.
 */

import type { OpenDraft } from "../draft.ts";
import { isAbsent, isObject, quote, readCount, readId, readLabel } from "../fields.ts";
import type { Format, SourceObject } from "../format.ts";
import { addTextTags } from "../labels.ts";
import { RejectedRecord } from "../record.ts";
import { readTimestamp } from "../timestamp.ts";
import { readNothing } from "./no_usage.ts";
import { openaiChat } from "./openai_chat.ts";
import { openaiEmbeddings } from "./openai_embeddings.ts";
import { openaiImages } from "./openai_images.ts";
import { openaiResponses } from "./openai_responses.ts";

const BODY_FORMATS = [openaiChat, openaiResponses, openaiEmbeddings, openaiImages];

/** OpenAI Batch output lines. A failed line that used nothing is no usage. */
export const openaiBatch: Format = {
  name: "openai-batch",
  title: "OpenAI Batch output line",
  detect(value) {
    return !isAbsent(value.custom_id) && (isObject(value.response) || !isAbsent(value.error)) && isAbsent(value.result);
  },
  read(value) {
    const response = isObject(value.response) ? value.response : {};
    const body = isObject(response.body) ? response.body : undefined;
    if (body === undefined || !isObject(body.usage)) {
      const status = readCount(response.status_code, "response.status_code");
      if (!isAbsent(value.error) || (status !== undefined && status >= 400)) return readNothing(openaiBatch, value);
      if (body === undefined) throw unreadableBody(response.body);
    }
    const format = BODY_FORMATS.find((candidate) => candidate.detect(body));
    if (format === undefined) throw unreadableBody(body);
    return format.read(body).map((draft) => addEnvelope(draft, { line: value, response }));
  },
};

function addEnvelope(draft: OpenDraft, envelope: { line: SourceObject; response: SourceObject }): OpenDraft {
  const { line, response } = envelope;
  draft.id = readId(response.request_id, "response.request_id") ?? draft.id ?? readId(line.id, "id");
  draft.timestamp ??= readTimestamp(line.timestamp, "timestamp");
  draft.service_tier = "batch";
  draft.status = draft.status ?? readLabel(response.status_code, "response.status_code");
  if (isObject(line.tags)) addTextTags(draft, line.tags);
  return draft;
}

function unreadableBody(body: unknown): RejectedRecord {
  return new RejectedRecord(
    "unknown_format",
    `Cannot read response.body ${quote(body)}: give a chat completion, response, embeddings or images body`,
  );
}
