/**
 * Who a call of LiteLLM's was for. Its organizations and teams say nothing about costops' own: they are labels.
 */

import { LIMITS } from "../../limits.ts";
import { keepExtra, type OpenDraft } from "../draft.ts";
import { isAbsent, isObject } from "../fields.ts";
import type { SourceObject } from "../format.ts";
import { addTag, findText } from "../labels.ts";

/** The object in a field, or in its JSON text, as cells of CSV have it; undefined for anything else. */
export function readCell(value: unknown): SourceObject | undefined {
  const parsed = parseCell(value);
  return isObject(parsed) ? parsed : undefined;
}

/** Adds user, team, key, session and tags of a row. */
export function addLitellmLabels(draft: OpenDraft, row: SourceObject, metadata: SourceObject): void {
  draft.user = findText(row.user) ?? findText(metadata.user_api_key_user_id);
  draft.project = findText(row.project_id) ?? findText(metadata.user_api_key_project_id);
  draft.session = findText(row.session_id) ?? findText(row.trace_id);
  draft.api_key = tellKey(row, metadata);
  addTag(draft, "team", findText(metadata.user_api_key_team_alias));
  addTag(draft, "end_user", findText(row.end_user) ?? findText(metadata.user_api_key_end_user_id));
  addRequestTags(draft, parseCell(row.request_tags));
  keep(draft, "organization_id", row.organization_id ?? metadata.user_api_key_org_id);
  keep(draft, "team_id", row.team_id ?? metadata.user_api_key_team_id);
  if (row.model_group !== draft.model) keep(draft, "model_group", row.model_group);
  for (const name of ["model_id", "agent_id", "mcp_namespaced_tool_name"]) keep(draft, name, row[name]);
}

/** The key's name, else the beginning of its hash; of a key itself only its end. */
function tellKey(row: SourceObject, metadata: SourceObject): string | undefined {
  const alias = findText(metadata.user_api_key_alias);
  if (alias !== undefined) return alias;
  const key = findText(row.api_key) ?? findText(metadata.user_api_key_hash) ?? findText(metadata.user_api_key);
  if (key === undefined) return undefined;
  if (/^[0-9a-f]{32,}$/i.test(key)) return key.slice(0, 8);
  return key.length > 12 ? `...${key.slice(-4)}` : key;
}

/** LiteLLM's tags are single texts: `job:7` is the tag `job` of value `7`, and `nightly` is `nightly` of value `true`. */
function addRequestTags(draft: OpenDraft, tags: unknown): void {
  if (!Array.isArray(tags)) return;
  const rest: unknown[] = [];
  for (const tag of tags) {
    const text = findText(tag);
    const [key, value] = text === undefined ? ["", ""] : splitTag(text);
    const fits = key !== "" && key.length <= LIMITS.tag_key_characters && value !== "" &&
      value.length <= LIMITS.tag_value_characters && !Object.hasOwn(draft.tags ?? {}, key) &&
      Object.keys(draft.tags ?? {}).length < LIMITS.tags;
    if (fits) addTag(draft, key, value);
    else if (!isAbsent(tag)) rest.push(tag);
  }
  if (rest.length > 0) keepExtra(draft, "request_tags", rest);
}

function splitTag(text: string): [string, string] {
  const at = text.search(/[:=]/);
  return at < 0 ? [text, "true"] : [text.slice(0, at).trim(), text.slice(at + 1).trim()];
}

function keep(draft: OpenDraft, name: string, value: unknown): void {
  if (typeof value === "string" && value !== "") keepExtra(draft, name, value);
}

function parseCell(value: unknown): unknown {
  if (typeof value !== "string" || !/^\s*[[{]/.test(value)) return value;
  try {
    return JSON.parse(value);
  } catch {
    return undefined;
  }
}
