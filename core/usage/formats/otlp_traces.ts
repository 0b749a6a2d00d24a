/**
 * Spans of model calls in OTLP/JSON, as collectors write them to files: one value holds many. The record's id is the
 * trace's and the span's, which are there for every span, and the same when it is sent again.
 *
 * A span that repeats what its children used is passed over (core/usage/formats/otlp_rollups.ts).
 */

import { keepExtra, newDraft, type OpenDraft, setServiceTier } from "../draft.ts";
import { readAmountText } from "../fields.ts";
import type { Format, SourceObject } from "../format.ts";
import type { UsageDraft } from "../record.ts";
import { readNothing } from "./no_usage.ts";
import {
  type Attributes,
  findAttribute,
  findTextAttribute,
  listItems,
  onlyDrafts,
  type OtlpItem,
  readEach,
  readHexId,
  readNanos,
} from "./otlp.ts";
import {
  COST,
  ENVIRONMENT,
  FIRST_CHUNK_MS,
  FIRST_CHUNK_S,
  MODEL,
  PROVIDER,
  SERVICE_TIER,
  SESSION,
  USER,
} from "./otlp_attributes.ts";
import { withoutRollups } from "./otlp_rollups.ts";
import { addSpanCounts, addSpanTools, hasCounts, readSpanCounts } from "./otlp_usage.ts";

const LEVELS = { resources: "resourceSpans", scopes: "scopeSpans", items: "spans" };

/** Spans of model calls. Every other span is no usage. */
export const otlpTraces: Format = {
  name: "otlp-traces",
  title: "OpenTelemetry spans (OTLP/JSON)",
  detect: (value) => Array.isArray(value.resourceSpans),
  read: (value) => onlyDrafts(readSpans(value)),
  open: () => ({ read: readSpans }),
};

function readSpans(value: SourceObject): ReturnType<typeof readEach> {
  if (!otlpTraces.detect(value)) return [...readNothing(otlpTraces, value)];
  const counted = listItems(value, LEVELS).filter(({ attributes }) => hasCounts(attributes));
  return readEach(withoutRollups(counted, value), readSpan);
}

function readSpan(span: OtlpItem): UsageDraft[] {
  const { item, attributes, resource } = span;
  const draft = newDraft();
  draft.id = tellSpanId(item);
  draft.timestamp = readNanos(item.startTimeUnixNano, "startTimeUnixNano");
  draft.provider = tellProvider(attributes);
  draft.model = findTextAttribute(attributes, MODEL);
  draft.operation = tellOperation(item, attributes);
  addResource(draft, resource);
  draft.user = findTextAttribute(attributes, USER);
  draft.session = findTextAttribute(attributes, SESSION);
  draft.status = tellStatus(item, attributes);
  addDurations(draft, item, attributes);
  setServiceTier(draft, findTextAttribute(attributes, SERVICE_TIER));
  draft.reported_cost = readAmountText(findAttribute(attributes, COST), COST[0]!);
  addSpanCounts(draft, readSpanCounts(attributes), { scope: span.scope, provider: draft.provider, attributes });
  addSpanTools(draft, attributes);
  const response = findTextAttribute(attributes, ["gen_ai.response.id", "ai.response.id"]);
  if (response !== undefined) keepExtra(draft, "response_id", response);
  return [draft];
}

/** Adds what the resource says of the program that made the call. */
export function addResource(draft: OpenDraft, resource: Attributes): void {
  const service = findTextAttribute(resource, ["service.name"]);
  if (service !== undefined && !service.startsWith("unknown_service")) draft.project = service;
  draft.environment = findTextAttribute(resource, ENVIRONMENT);
}

function tellSpanId(span: SourceObject): string | undefined {
  const trace = readHexId(span.traceId, 16);
  const id = readHexId(span.spanId, 8);
  return trace === undefined || id === undefined ? undefined : `${trace}:${id}`;
}

/** The AI SDK names the provider and the kind of its model (`openai.chat`); other names stay as they are. */
function tellProvider(attributes: Attributes): string | undefined {
  const provider = findTextAttribute(attributes, PROVIDER);
  if (provider === undefined || provider === "_OTHER") return undefined;
  return provider === attributes.get("ai.model.provider") ? provider.split(".")[0] : provider;
}

const OPERATIONS: ReadonlyMap<string, string> = new Map([
  ["embeddings", "embedding"],
  ["text_completion", "completion"],
  ["generate_content", "chat"],
]);

function tellOperation(span: SourceObject, attributes: Attributes): string {
  const operation = findTextAttribute(attributes, ["gen_ai.operation.name"]);
  if (operation !== undefined) return OPERATIONS.get(operation) ?? operation;
  const isEmbedding = attributes.get("openinference.span.kind") === "EMBEDDING" ||
    (typeof span.name === "string" && span.name.startsWith("ai.embed"));
  return isEmbedding ? "embedding" : "chat";
}

function tellStatus({ status }: SourceObject, attributes: Attributes): string | undefined {
  const code = typeof status === "object" && status !== null ? (status as SourceObject).code : undefined;
  if (code === 2 || code === "STATUS_CODE_ERROR") return findTextAttribute(attributes, ["error.type"]) ?? "error";
  return code === 1 || code === "STATUS_CODE_OK" ? "ok" : undefined;
}

function addDurations(draft: OpenDraft, span: SourceObject, attributes: Attributes): void {
  const end = readNanos(span.endTimeUnixNano, "endTimeUnixNano");
  if (end !== undefined && draft.timestamp !== undefined) draft.latency_ms = end - draft.timestamp;
  const seconds = findAttribute(attributes, FIRST_CHUNK_S);
  const milliseconds = findAttribute(attributes, FIRST_CHUNK_MS);
  if (typeof milliseconds === "number") draft.time_to_first_token_ms = milliseconds;
  else if (typeof seconds === "number") draft.time_to_first_token_ms = Math.round(seconds * 1000);
}
