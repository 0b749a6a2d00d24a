/**
 * Lines of Amazon Bedrock's model invocation log: exclusive counts, the region, and the caller's identity.
 */

import { addCacheWrite, type CacheWrite } from "../breakdown.ts";
import { keepExtra, newDraft, type OpenDraft } from "../draft.ts";
import { isAbsent, isObject, readCount, readId, readText } from "../fields.ts";
import type { Format, SourceObject } from "../format.ts";
import { addMetadata, findText } from "../labels.ts";
import { readTimestamp } from "../timestamp.ts";
import { collectUnknown, knownFields } from "../unknown.ts";
import { readCacheDetails } from "./bedrock_converse.ts";
import { readNothing } from "./no_usage.ts";

const CONTENT = ["inputContentType", "inputBodyJson", "inputBodyS3Path", "outputContentType", "outputBodyJson"];
const INPUT = knownFields([...CONTENT, "inputTokenCount", "cacheReadInputTokenCount", "cacheWriteInputTokenCount"]);
const OUTPUT = knownFields([...CONTENT, "outputBodyS3Path", "outputTokenCount"]);
const CHATS: ReadonlySet<unknown> = new Set(["Converse", "ConverseStream"]);

/** Bedrock model invocation logs. A call that failed without counts is no usage. */
export const bedrockInvocationLog: Format = {
  name: "bedrock-invocation-log",
  title: "Amazon Bedrock model invocation log",
  detect(value) {
    if (value.schemaType === "ModelInvocationLog") return true;
    return !isAbsent(value.modelId) && (isObject(value.input) || isObject(value.output)) &&
      (!isAbsent(value.accountId) || !isAbsent(value.operation)) && isAbsent(value.usage);
  },
  read(value) {
    const input = isObject(value.input) ? value.input : {};
    const output = isObject(value.output) ? value.output : {};
    if (isAbsent(input.inputTokenCount) && isAbsent(output.outputTokenCount)) {
      return readNothing(bedrockInvocationLog, value);
    }
    const draft = newDraft();
    draft.id = readId(value.requestId, "requestId");
    draft.timestamp = readTimestamp(value.timestamp, "timestamp");
    draft.provider = "aws";
    draft.model = readText(value.modelId, "modelId");
    draft.region = readText(value.region, "region");
    draft.status = findText(value.errorCode);
    if (CHATS.has(value.operation)) draft.operation = "chat";
    if (isObject(value.identity)) draft.user = findText(value.identity.arn);
    const metadata = isObject(value.requestMetadata) ? addMetadata(draft, value.requestMetadata) : undefined;
    if (metadata !== undefined) keepExtra(draft, "requestMetadata", metadata);
    draft.input_tokens = readCount(input.inputTokenCount, "inputTokenCount") ?? 0;
    draft.cache_read_tokens = readCount(input.cacheReadInputTokenCount, "cacheReadInputTokenCount") ?? 0;
    draft.output_tokens = readCount(output.outputTokenCount, "outputTokenCount") ?? 0;
    addCacheWrite(draft, {
      total: readCount(input.cacheWriteInputTokenCount, "cacheWriteInputTokenCount"),
      ...findCacheSplit(output.outputBodyJson),
    });
    keepRest(draft, value, { input, output });
    return [draft];
  },
};

/** The log has one count of cache writes; the body that it logs beside it may split it by time to live. */
function findCacheSplit(body: unknown): CacheWrite {
  if (!isObject(body) || !isObject(body.usage)) return {};
  const creation = body.usage.cache_creation;
  if (!isObject(creation)) return readCacheDetails(body.usage.cacheDetails);
  return {
    written_5m: readCount(creation.ephemeral_5m_input_tokens, "ephemeral_5m_input_tokens"),
    written_1h: readCount(creation.ephemeral_1h_input_tokens, "ephemeral_1h_input_tokens"),
  };
}

function keepRest(draft: OpenDraft, value: SourceObject, sides: { input: SourceObject; output: SourceObject }): void {
  const input = collectUnknown(draft, sides.input, INPUT);
  const output = collectUnknown(draft, sides.output, OUTPUT);
  if (input !== undefined) keepExtra(draft, "input", input);
  if (output !== undefined) keepExtra(draft, "output", output);
  for (const name of ["accountId", "inferenceRegion", "performanceConfig"]) {
    if (!isAbsent(value[name])) keepExtra(draft, name, value[name]);
  }
  if (draft.operation === undefined && !isAbsent(value.operation)) keepExtra(draft, "operation", value.operation);
}
