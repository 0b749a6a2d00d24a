/**
 * OTLP as JSON (OpenTelemetry's protocol, protobuf's JSON mapping): attributes, ids, and times to the nanosecond.
 */

import { isObject, quote } from "../fields.ts";
import type { SourceObject } from "../format.ts";
import { RejectedRecord, type UsageDraft } from "../record.ts";

/** Attributes by name; whole numbers may be text, as the protocol writes them. */
export type Attributes = ReadonlyMap<string, unknown>;

/** Where a span or a log record stands. */
export interface OtlpItem {
  readonly resource: Attributes;
  /** The instrumentation that wrote it, lower case; empty when it does not say. */
  readonly scope: string;
  readonly item: SourceObject;
  readonly attributes: Attributes;
}

/** The names of the three levels of an OTLP value. */
export interface OtlpLevels {
  readonly resources: string;
  readonly scopes: string;
  readonly items: string;
}

/** All spans or log records of a value, in their order. What is no object is passed over. */
export function listItems(value: SourceObject, levels: OtlpLevels): OtlpItem[] {
  const found: OtlpItem[] = [];
  for (const group of listObjects(value[levels.resources])) {
    const resource = readAttributes(isObject(group.resource) ? group.resource.attributes : undefined);
    for (const scoped of listObjects(group[levels.scopes])) {
      const scope = isObject(scoped.scope) && typeof scoped.scope.name === "string" ? scoped.scope.name : "";
      for (const item of listObjects(scoped[levels.items])) {
        found.push({ resource, scope: scope.toLowerCase(), item, attributes: readAttributes(item.attributes) });
      }
    }
  }
  return found;
}

/** Reads each item on its own: one that is refused costs itself alone. */
export function readEach(
  items: readonly OtlpItem[],
  read: (item: OtlpItem) => readonly UsageDraft[],
): (UsageDraft | RejectedRecord)[] {
  return items.flatMap((item): readonly (UsageDraft | RejectedRecord)[] => {
    try {
      return read(item);
    } catch (error) {
      if (error instanceof RejectedRecord) return [error];
      throw error;
    }
  });
}

/** The drafts of a reading, for those who take all or nothing. Fails with the first that is refused. */
export function onlyDrafts(readings: readonly (UsageDraft | RejectedRecord)[]): UsageDraft[] {
  return readings.map((reading) => {
    if (reading instanceof RejectedRecord) throw reading;
    return reading;
  });
}

/** The first of these attributes that is given. */
export function findAttribute(attributes: Attributes, names: readonly string[]): unknown {
  for (const name of names) {
    const value = attributes.get(name);
    if (value !== undefined && value !== null && value !== "") return value;
  }
  return undefined;
}

/** The first of these attributes that is a text. */
export function findTextAttribute(attributes: Attributes, names: readonly string[]): string | undefined {
  for (const name of names) {
    const value = attributes.get(name);
    if (typeof value === "string" && value !== "") return value;
  }
  return undefined;
}

/**
 * Nanoseconds since 1970 UTC as milliseconds, exactly; a number has lost its last digits on the way, and is taken to the
 * microsecond. 0 means that it is not known. Fails with `invalid_timestamp`.
 */
export function readNanos(value: unknown, field: string): number | undefined {
  if (value === undefined || value === null || value === "" || value === 0 || value === "0") return undefined;
  if (typeof value === "string" && /^\d{1,19}$/.test(value)) return Number(BigInt(value) / 1_000_000n);
  if (typeof value === "number" && value > 0 && value < 2 ** 63) return Math.floor(Math.round(value / 1000) / 1000);
  throw new RejectedRecord("invalid_timestamp", `Cannot read ${field} ${quote(value)}: give nanoseconds since 1970`);
}

/** A trace's or span's id as hex digits; some senders write base64, as protobuf's own JSON mapping would. */
export function readHexId(value: unknown, bytes: 8 | 16): string | undefined {
  if (typeof value !== "string") return undefined;
  if (value.length === bytes * 2 && /^[0-9a-f]+$/i.test(value)) {
    return /^0+$/.test(value) ? undefined : value.toLowerCase();
  }
  if (!/^[A-Za-z0-9+/_-]+={0,2}$/.test(value)) return undefined;
  try {
    const binary = atob(value.replaceAll("-", "+").replaceAll("_", "/"));
    if (binary.length !== bytes) return undefined;
    return Array.from(binary, (char) => char.charCodeAt(0).toString(16).padStart(2, "0")).join("");
  } catch {
    return undefined;
  }
}

function readAttributes(list: unknown): Attributes {
  const attributes = new Map<string, unknown>();
  for (const entry of listObjects(list)) {
    if (typeof entry.key === "string") attributes.set(entry.key, readAnyValue(entry.value));
  }
  return attributes;
}

/** The value of an `AnyValue`; lists and maps stay as they are, nothing here reads them. */
function readAnyValue(value: unknown): unknown {
  if (!isObject(value)) return undefined;
  return value.stringValue ?? value.intValue ?? value.doubleValue ?? value.boolValue;
}

function listObjects(list: unknown): SourceObject[] {
  return Array.isArray(list) ? list.filter(isObject) : [];
}
