/**
 * All source formats, and which of them a value is.
 */

import type { Format, SourceObject } from "./format.ts";
import { anthropicMessages } from "./formats/anthropic_messages.ts";
import { bedrockConverse } from "./formats/bedrock_converse.ts";
import { bedrockInvocationLog } from "./formats/bedrock_invocation_log.ts";
import { canonical } from "./formats/canonical.ts";
import { claudeCode } from "./formats/claude_code.ts";
import { createCloudevents } from "./formats/cloudevents.ts";
import { codex } from "./formats/codex.ts";
import { gemini } from "./formats/gemini.ts";
import { litellm } from "./formats/litellm.ts";
import { openaiBatch } from "./formats/openai_batch.ts";
import { openaiChat } from "./formats/openai_chat.ts";
import { openaiEmbeddings } from "./formats/openai_embeddings.ts";
import { openaiImages } from "./formats/openai_images.ts";
import { openaiResponses } from "./formats/openai_responses.ts";
import { openrouter } from "./formats/openrouter.ts";
import { otlpLogs } from "./formats/otlp_logs.ts";
import { otlpTraces } from "./formats/otlp_traces.ts";

/**
 * Every format, in the order they are asked. Formats whose rows look like canonical records with fields of their own
 * stand before `canonical`; no value is two of the others.
 */
export const FORMATS: readonly Format[] = [
  litellm,
  canonical,
  openaiChat,
  anthropicMessages,
  openaiResponses,
  gemini,
  openaiEmbeddings,
  openaiBatch,
  openrouter,
  bedrockConverse,
  bedrockInvocationLog,
  openaiImages,
  claudeCode,
  codex,
  otlpTraces,
  otlpLogs,
  createCloudevents(detectFormat),
];

/** The format of this name, for `--format`. */
export function findFormat(name: string): Format | undefined {
  return FORMATS.find((format) => format.name === name);
}

/** The format that the value has the distinguishing fields of. */
export function detectFormat(value: SourceObject): Format | undefined {
  for (const format of FORMATS) if (format.detect(value)) return format;
  return undefined;
}
