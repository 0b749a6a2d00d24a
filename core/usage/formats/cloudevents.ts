/**
 * CloudEvents in their JSON format: an envelope around a value of any other format (CNCF's specification 1.0).
 */

import { hash } from "node:crypto";
import { LIMITS } from "../../limits.ts";
import { keepExtra, type OpenDraft } from "../draft.ts";
import { isObject, quote, readText } from "../fields.ts";
import type { Format, SourceObject } from "../format.ts";
import { RejectedRecord, type UsageDraft } from "../record.ts";
import { readTimestamp } from "../timestamp.ts";
import { readNothing } from "./no_usage.ts";

/**
 * CloudEvents whose data is usage of a format that is detected. Their source and id together are the record's id, their
 * time is the call's where the data has none; their subject is kept, and chooses nothing.
 */
export function createCloudevents(detectFormat: (value: SourceObject) => Format | undefined): Format {
  const cloudevents: Format = {
    name: "cloudevents",
    title: "CloudEvents with usage as data",
    detect: (value) =>
      typeof value.specversion === "string" && typeof value.id === "string" && typeof value.source === "string" &&
      typeof value.type === "string",
    read(value) {
      if (!cloudevents.detect(value)) return readNothing(cloudevents, value);
      const data = readData(value);
      const format = data === undefined ? undefined : detectFormat(data);
      if (data === undefined || format === undefined || format === cloudevents) {
        throw new RejectedRecord("unknown_format", `Cannot tell what the event's data ${quote(value.data)} is`);
      }
      const drafts = format.read(data);
      const identity = tellIdentity(String(value.source), String(value.id));
      return drafts.map((draft, index) => addEnvelope(draft, { event: value, identity, index, count: drafts.length }));
    },
  };
  return cloudevents;
}

interface Envelope {
  readonly event: SourceObject;
  readonly identity: string;
  readonly index: number;
  readonly count: number;
}

function addEnvelope(draft: UsageDraft, { event, identity, index, count }: Envelope): UsageDraft {
  const opened: OpenDraft = { ...draft };
  opened.id = count === 1 ? identity : hashed([identity, String(index)]);
  opened.timestamp ??= readTimestamp(event.time, "time");
  const subject = readText(event.subject, "subject");
  if (subject !== undefined) keepExtra(opened, "subject", subject);
  return opened;
}

/** `source#id` where that can be read in one way only and fits, else a hash of both. */
function tellIdentity(source: string, id: string): string {
  const text = `${source}#${id}`;
  // deno-lint-ignore no-control-regex -- ids of records have none.
  const isPlain = !source.includes("#") && !id.includes("#") && !/[\x00-\x1f\x7f-\x9f]/.test(text);
  return isPlain && text.length <= LIMITS.id_characters ? text : hashed([source, id]);
}

function hashed(parts: readonly string[]): string {
  return `ce-${hash("sha256", JSON.stringify(parts), "hex").slice(0, 32)}`;
}

/** The data as an object: as it is, as JSON text, or as JSON in base64. */
function readData(event: SourceObject): SourceObject | undefined {
  if (isObject(event.data)) return event.data;
  const text = typeof event.data === "string" ? event.data : decode(event.data_base64);
  if (text === undefined) return undefined;
  try {
    const parsed: unknown = JSON.parse(text);
    return isObject(parsed) ? parsed : undefined;
  } catch {
    return undefined;
  }
}

function decode(base64: unknown): string | undefined {
  if (typeof base64 !== "string") return undefined;
  try {
    return new TextDecoder().decode(Uint8Array.from(atob(base64), (char) => char.charCodeAt(0)));
  } catch {
    return undefined;
  }
}
