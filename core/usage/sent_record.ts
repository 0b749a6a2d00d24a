/**
 * A record that one costops has read and another one stores: what its source says, with what makes it the same record
 * on every way in. The command line sends its records so, because a canonical record cannot say which format it was
 * read from, what was noticed while it was read, or how often the same content came before it.
 *
 * Whoever stores it takes none of this on trust: every field is checked as that of a record from anybody, the hash is
 * made again of the content, ids are derived here, and whether a record may take another's place is the format's to say.
 */

import { LIMITS } from "../limits.ts";
import { fitsExtra } from "./intake.ts";
import { hashContent } from "./identity.ts";
import { QUALITY_FLAGS, type QualityFlag, RejectedRecord, SERVICE_TIERS, type UsageDraft } from "./record.ts";
import { OTHER_UNIT_NAMES, type OtherUnits } from "./units.ts";

/** A draft on its way. */
export interface SentRecord {
  readonly draft: UsageDraft;
  /** The name of the format it was read as. */
  readonly format: string;
  readonly content_hash: string;
  /** Of a record with a time and without an id: how often the same content has come in its input, itself included. */
  readonly ordinal?: number;
  /** Of a record with neither: a UUID made once for it, so that sending it again is safe. */
  readonly new_id?: string;
  /** Its unknown fields are too large to be kept, so they were not sent; the hash is of all of it. */
  readonly is_extra_left_out: boolean;
}

const TEXTS = [
  "id",
  "organization_id",
  "provider",
  "model",
  "region",
  "operation",
  "project",
  "user",
  "environment",
  "session",
  "api_key",
  "status",
  "reported_cost",
] as const satisfies readonly (keyof UsageDraft)[];

const COUNTS = [
  "input_tokens",
  "cache_read_tokens",
  "cache_write_5m_tokens",
  "cache_write_1h_tokens",
  "output_tokens",
  "reasoning_tokens",
] as const satisfies readonly (keyof UsageDraft)[];

const KNOWN = new Set<string>([
  ...TEXTS,
  ...COUNTS,
  "timestamp",
  "service_tier",
  "tags",
  "latency_ms",
  "time_to_first_token_ms",
  "extra",
  "quality",
  "units",
  "format",
  "content_hash",
  "ordinal",
  "new_id",
  "is_extra_left_out",
]);

/** Writes a record as a line of JSON. */
export function writeSentRecord({ draft, is_extra_left_out, ...rest }: SentRecord): string {
  const { extra, ...said } = draft;
  return JSON.stringify(
    is_extra_left_out ? { ...said, ...rest, is_extra_left_out } : { ...said, extra, ...rest },
  );
}

/** A draft ready to be sent; `identity` is asked for what a record without an id is known by. */
export function toSentRecord(
  draft: UsageDraft,
  { format, nextOrdinal, newId }: {
    readonly format: string;
    readonly nextOrdinal: (content_hash: string) => number;
    readonly newId: () => string;
  },
): SentRecord {
  const content_hash = hashContent(draft);
  const is_extra_left_out = draft.extra !== undefined && !fitsExtra(draft.extra);
  const sent = { draft, format, content_hash, is_extra_left_out };
  if (draft.id !== undefined) return sent;
  return draft.timestamp === undefined ? { ...sent, new_id: newId() } : { ...sent, ordinal: nextOrdinal(content_hash) };
}

/** Reads what {@link writeSentRecord} wrote. Fails with RejectedRecord on anything else. */
export function readSentRecord(value: unknown): SentRecord {
  const fields = readObject("the record", value);
  const unknown = Object.keys(fields).find((name) => !KNOWN.has(name));
  if (unknown !== undefined) throw refuse(unknown.slice(0, LIMITS.id_characters), "is not known here");
  const draft = readDraft(fields);
  const is_extra_left_out = fields.is_extra_left_out === true;
  const content_hash = readText("content_hash", fields.content_hash) ?? "";
  if (!/^[0-9a-f]{32}$/.test(content_hash)) throw refuse("content_hash", "is 32 hex digits");
  if (is_extra_left_out ? draft.extra !== undefined : hashContent(draft) !== content_hash) {
    throw refuse("content_hash", "is not of this record: it was changed on its way");
  }
  const sent = { draft, format: readText("format", fields.format) ?? "", content_hash, is_extra_left_out };
  if (draft.id !== undefined) return sent;
  if (draft.timestamp !== undefined) return { ...sent, ordinal: readNumber("ordinal", fields.ordinal, 1) };
  return { ...sent, new_id: readUuid(fields.new_id) };
}

function readDraft(fields: Readonly<Record<string, unknown>>): UsageDraft {
  const counts = Object.fromEntries(COUNTS.map((name) => [name, readCount(name, fields[name])]));
  const draft = {
    ...counts as Record<(typeof COUNTS)[number], number>,
    ...Object.fromEntries(TEXTS.flatMap((name) => {
      const text = readText(name, fields[name]);
      return text === undefined ? [] : [[name, text]];
    })),
    units: readUnits(fields.units),
    ...given("timestamp", fields.timestamp, (value) => readNumber("timestamp", value)),
    ...given("latency_ms", fields.latency_ms, (value) => readFinite("latency_ms", value)),
    ...given(
      "time_to_first_token_ms",
      fields.time_to_first_token_ms,
      (value) => readFinite("time_to_first_token_ms", value),
    ),
    ...given("service_tier", fields.service_tier, (value) => readOneOf("service_tier", value, SERVICE_TIERS)),
    ...given("tags", fields.tags, readTags),
    ...given("extra", fields.extra, (value) => readObject("extra", value)),
    ...given("quality", fields.quality, readQuality),
  };
  if (draft.reasoning_tokens > draft.output_tokens) throw refuse("reasoning_tokens", "is part of output_tokens");
  return draft;
}

function given<Name extends string, Value>(
  name: Name,
  value: unknown,
  read: (value: unknown) => Value,
): { readonly [Key in Name]?: Value } {
  return value === undefined ? {} : { [name]: read(value) } as { readonly [Key in Name]?: Value };
}

function readObject(name: string, value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw refuse(name, "is an object");
}

function readText(name: string, value: unknown): string | undefined {
  if (value === undefined || typeof value === "string") return value;
  throw refuse(name, "is a text");
}

function readFinite(name: string, value: unknown): number {
  if (typeof value === "number" && Number.isFinite(value)) return value;
  throw refuse(name, "is a number");
}

function readNumber(name: string, value: unknown, least: number = Number.MIN_SAFE_INTEGER): number {
  if (Number.isSafeInteger(value) && Number(value) >= least) return Number(value);
  throw refuse(name, least === 1 ? "is a whole number from 1 on" : "is a whole number");
}

function readCount(name: string, value: unknown): number {
  if (Number.isSafeInteger(value) && Number(value) >= 0 && Number(value) <= LIMITS.units) return Number(value);
  throw refuse(name, `is a whole number from 0 to ${LIMITS.units}`);
}

function readUnits(value: unknown): OtherUnits | null {
  if (value === null || value === undefined) return null;
  const units = readObject("units", value);
  const unknown = Object.keys(units).find((name) => !(OTHER_UNIT_NAMES as readonly string[]).includes(name));
  if (unknown !== undefined) throw refuse(`units.${unknown.slice(0, LIMITS.id_characters)}`, "is not known here");
  return Object.fromEntries(Object.entries(units).map(([name, count]) => [name, readCount(name, count)]));
}

function readTags(value: unknown): Record<string, string> {
  const tags = readObject("tags", value);
  if (Object.values(tags).some((text) => typeof text !== "string")) throw refuse("tags", "has texts alone");
  return tags as Record<string, string>;
}

function readQuality(value: unknown): QualityFlag[] {
  if (!Array.isArray(value) || value.length > QUALITY_FLAGS.length) throw refuse("quality", "is a list of flags");
  return value.map((flag) => readOneOf("quality", flag, QUALITY_FLAGS));
}

function readOneOf<const Word extends string>(name: string, value: unknown, words: readonly Word[]): Word {
  const word = words.find((one) => one === value);
  if (word !== undefined) return word;
  throw refuse(name, `is one of ${words.join(", ")}`);
}

function readUuid(value: unknown): string {
  if (typeof value === "string" && /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(value)) return value;
  throw refuse("new_id", "is a UUID");
}

function refuse(name: string, wanted: string): RejectedRecord {
  return new RejectedRecord("invalid_field", `Cannot take ${name} of a record that was read elsewhere: it ${wanted}`);
}
