/**
 * Log records of coding agents in OTLP/JSON: Claude Code, Codex and Gemini CLI say each call as an event. Their metrics
 * count the same tokens once more, as sums; those are passed over.
 */

import { newDraft } from "../draft.ts";
import type { Format, SourceObject } from "../format.ts";
import type { UsageDraft } from "../record.ts";
import { readTimestamp } from "../timestamp.ts";
import { addClaudeCodeEvent, addCodexEvent, addGeminiCliEvent } from "./agent_events.ts";
import { readNothing } from "./no_usage.ts";
import { findTextAttribute, listItems, onlyDrafts, type OtlpItem, readEach, readNanos } from "./otlp.ts";
import { ENVIRONMENT } from "./otlp_attributes.ts";

const LEVELS = { resources: "resourceLogs", scopes: "scopeLogs", items: "logRecords" };

/** Events of calls by their full names; every other event is no usage. */
const EVENTS = new Map([
  ["claude_code.api_request", addClaudeCodeEvent],
  ["codex.sse_event", addCodexEvent],
  ["codex.websocket_event", addCodexEvent],
  ["codex.api_request", addCodexEvent],
  ["gemini_cli.api_response", addGeminiCliEvent],
]);

/** Events of coding agents' calls. Other log records, and metrics beside them, are no usage. */
export const otlpLogs: Format = {
  name: "otlp-logs",
  title: "OpenTelemetry events of coding agents (OTLP/JSON)",
  detect: (value) => Array.isArray(value.resourceLogs) || Array.isArray(value.resourceMetrics),
  read: (value) => onlyDrafts(readEvents(value)),
  open: () => ({ read: readEvents }),
};

function readEvents(value: SourceObject): ReturnType<typeof readEach> {
  if (!otlpLogs.detect(value)) return [...readNothing(otlpLogs, value)];
  return readEach(listItems(value, LEVELS), readEvent);
}

function readEvent(record: OtlpItem): readonly UsageDraft[] {
  const add = EVENTS.get(tellEvent(record) ?? "");
  if (add === undefined) return [];
  const { item, attributes, resource } = record;
  const draft = newDraft();
  draft.timestamp = readTimestamp(attributes.get("event.timestamp"), "event.timestamp") ??
    readNanos(item.timeUnixNano, "timeUnixNano") ??
    readNanos(item.observedTimeUnixNano, "observedTimeUnixNano");
  draft.operation = "chat";
  draft.environment = findTextAttribute(resource, ENVIRONMENT);
  return add(draft, attributes) ? [draft] : [];
}

/** The event's full name; Claude Code leaves its own name out of `event.name`, the body has all of it. */
function tellEvent({ item, attributes, scope }: OtlpItem): string | undefined {
  const body = typeof item.body === "object" && item.body !== null
    ? (item.body as SourceObject).stringValue
    : undefined;
  const names = [item.eventName, attributes.get("event.name"), body];
  const full = names.find((name) => typeof name === "string" && EVENTS.has(name));
  if (typeof full === "string") return full;
  return names.includes("api_request") && scope.startsWith("com.anthropic.claude_code")
    ? "claude_code.api_request"
    : undefined;
}
