/**
 * The labels of a call: tags, and the names that callers add to a provider's body before they hand it over.
 */

import { LIMITS } from "../limits.ts";
import { keepExtra, type OpenDraft, setOwn } from "./draft.ts";
import { isAbsent, isObject, quote } from "./fields.ts";
import type { SourceObject } from "./format.ts";
import { RejectedRecord } from "./record.ts";
import { readTimestamp } from "./timestamp.ts";

/** Adds one tag; numbers and booleans become their text. Fails with `invalid_field` on anything else that is given. */
export function addTag(draft: OpenDraft, key: string, value: unknown): void {
  if (isAbsent(value)) return;
  if (typeof value !== "string" && typeof value !== "boolean" && !hasAllDigits(value)) {
    throw new RejectedRecord("invalid_field", `Cannot read tag ${quote(key)} ${quote(value)}: give a text`);
  }
  const tags: Record<string, string> = draft.tags === undefined ? {} : draft.tags;
  setOwn(tags, key, String(value));
  draft.tags = tags;
}

/** Whether a value is a number with all its digits: one beyond 2^53 was rounded by whoever read its JSON. */
function hasAllDigits(value: unknown): boolean {
  return typeof value === "number" && Math.abs(value) <= Number.MAX_SAFE_INTEGER;
}

/** Adds every field of an object as a tag. */
export function addTags(draft: OpenDraft, tags: SourceObject): void {
  for (const key of Object.keys(tags)) addTag(draft, key, tags[key]);
}

/**
 * Makes tags of the short texts of an object, as far as they fit and no tag of that name is there, and returns the
 * rest; undefined when nothing is left.
 */
export function addMetadata(draft: OpenDraft, metadata: SourceObject): SourceObject | undefined {
  const keys = Object.keys(metadata).filter((key) => !isAbsent(metadata[key]));
  const isTag = (key: string) => isShortText(key, metadata[key]) && !Object.hasOwn(draft.tags ?? {}, key);
  const fits = Object.keys(draft.tags ?? {}).length + keys.filter(isTag).length <= LIMITS.tags;
  let rest: Record<string, unknown> | undefined;
  for (const key of keys) {
    if (fits && isTag(key)) addTag(draft, key, metadata[key]);
    else if (draft.tags?.[key] !== metadata[key]) setOwn(rest ??= {}, key, metadata[key]);
  }
  return rest;
}

/**
 * Reads what callers add beside a provider's own fields: `timestamp`, `organization_id`, `project`, `user`,
 * `environment`, `session`, `tags`, and `metadata`. Only texts and objects of texts count, so that a provider may use
 * the same name for something else one day. What of `metadata` is no tag stays in `extra`.
 */
export function addLabels(draft: OpenDraft, body: SourceObject): void {
  draft.timestamp ??= readTimestamp(body.timestamp, "timestamp");
  draft.organization_id = findText(body.organization_id);
  draft.project = findText(body.project) ?? findText(body.project_id);
  draft.user = findText(body.user) ?? findText(body.user_id);
  draft.environment = findText(body.environment);
  draft.session = findText(body.session) ?? findText(body.session_id);
  if (isObject(body.tags)) addTextTags(draft, body.tags);
  if (!isObject(body.metadata)) return;
  const rest = addMetadata(draft, body.metadata);
  if (rest !== undefined) keepExtra(draft, "metadata", rest);
}

/** Adds the texts of an object as tags, whatever their length: too long is for intake to say. */
export function addTextTags(draft: OpenDraft, tags: SourceObject): void {
  for (const key of Object.keys(tags)) if (typeof tags[key] === "string") addTag(draft, key, tags[key]);
}

/** The text in a field; undefined when there is none or something else. */
export function findText(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

function isShortText(key: string, value: unknown): boolean {
  return typeof value === "string" && value.length <= LIMITS.tag_value_characters && key !== "" &&
    key.length <= LIMITS.tag_key_characters;
}
