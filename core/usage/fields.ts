/**
 * Reading single fields of a source: one function a kind of value. `null`, an absent field and an empty text all mean
 * "not given" and give `undefined`; anything that is given and cannot be read refuses the record.
 */

import { LIMITS } from "../limits.ts";
import type { SourceObject } from "./format.ts";
import { parsePlainJson } from "./json_text.ts";
import { RejectedRecord } from "./record.ts";

/** Whether the value is a JSON object (no array, not null). */
export function isObject(value: unknown): value is SourceObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Whether the field says nothing: absent, null or an empty text (an empty cell of CSV). */
export function isAbsent(value: unknown): value is undefined | null | "" {
  return value === undefined || value === null || value === "";
}

/** Quotes a value for a message; long ones are cut. */
export function quote(value: unknown): string {
  const text = typeof value === "number" ? String(value) : JSON.stringify(value) ?? String(value);
  return text.length <= 80 ? text : `${text.slice(0, 77)}...`;
}

/** The object in a field. Fails with `invalid_field` on anything else that is given; an empty array is an empty object. */
export function readObject(value: unknown, field: string): SourceObject | undefined {
  if (value === undefined || value === null) return undefined;
  if (isObject(value)) return value;
  if (value === "" || (Array.isArray(value) && value.length === 0)) return undefined;
  throw new RejectedRecord("invalid_field", `Cannot read ${field} ${quote(value)}: give an object`);
}

/** The object in a field that may also hold it as JSON text, as cells of CSV do. Fails with `invalid_field`. */
export function readObjectOrText(value: unknown, field: string): SourceObject | undefined {
  if (typeof value !== "string" || value === "") return readObject(value, field);
  let parsed: unknown;
  try {
    parsed = parsePlainJson(value);
  } catch {
    throw new RejectedRecord("invalid_field", `Cannot read ${field} ${quote(value)}: give an object`);
  }
  return readObject(parsed, field);
}

/** A text as it stands, byte for byte. Fails with `invalid_field`. */
export function readText(value: unknown, field: string): string | undefined {
  if (typeof value === "string") return value === "" ? undefined : value;
  if (value === undefined || value === null) return undefined;
  throw new RejectedRecord("invalid_field", `Cannot read ${field} ${quote(value)}: give a text`);
}

/** A name that many systems number: a text, or a whole number as its decimal digits. Fails with `invalid_field`. */
export function readLabel(value: unknown, field: string): string | undefined {
  return typeof value === "number" && Number.isSafeInteger(value) ? String(value) : readText(value, field);
}

/**
 * An id: a text as it stands, or a whole number as its decimal digits. Fails with `invalid_id` on a number that JSON
 * readers have already rounded (beyond 2^53): two ids could have become one.
 */
export function readId(value: unknown, field: string): string | undefined {
  if (typeof value === "string") return value === "" ? undefined : value;
  if (value === undefined || value === null) return undefined;
  if (typeof value === "number" && Number.isSafeInteger(value)) return String(value);
  throw new RejectedRecord("invalid_id", `Cannot read ${field} ${quote(value)}: give a text`);
}

/**
 * A count: a whole number from 0 to `LIMITS.units`, as a number or as its text (`1000`, `1e3`, `1000.0`).
 * Fails with `negative_tokens`, `tokens_out_of_range` or `invalid_field`.
 */
export function readCount(value: unknown, field: string): number | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value === "number") return checkCount(value, field);
  if (typeof value === "string") return readDecimalCount(value, { field, decimals: 0 });
  throw wrongCount(value, field);
}

/** A duration in seconds with up to three decimals, as whole milliseconds, exactly. Fails as {@link readCount} does. */
export function readSeconds(value: unknown, field: string): number | undefined {
  if (value === undefined || value === null) return undefined;
  // The shortest decimal of a double is what its writer wrote, so shifting its digits is exact; multiplying is not.
  if (typeof value === "number") return readDecimalCount(String(value), { field, decimals: 3 });
  if (typeof value === "string") return readDecimalCount(value, { field, decimals: 3 });
  throw wrongCount(value, field);
}

/** A latency in milliseconds, rounded to whole ones; its range is checked at intake. Fails with `invalid_field`. */
export function readLatency(value: unknown, field: string): number | undefined {
  if (isAbsent(value)) return undefined;
  if (typeof value === "number") return Math.round(value);
  if (typeof value === "string" && DECIMAL.test(value.trim())) return Math.round(Number(value));
  throw new RejectedRecord("invalid_field", `Cannot read ${field} ${quote(value)}: give milliseconds`);
}

/** The decimal text of an amount of US dollars, as it stood (a number's shortest text). Fails with `invalid_field`. */
export function readAmountText(value: unknown, field: string): string | undefined {
  if (isAbsent(value)) return undefined;
  const text = typeof value === "number" ? String(value) : value;
  if (typeof text === "string" && text.length <= AMOUNT_CHARACTERS && DECIMAL.test(text)) return text;
  throw new RejectedRecord(
    "invalid_field",
    `Cannot read ${field} ${quote(value)}: give a decimal number of US dollars`,
  );
}

/** Refuses a sum of counts beyond `LIMITS.units` with `tokens_out_of_range`. */
export function checkCount(count: number, field: string): number {
  if (count >= 0 && count <= LIMITS.units && Number.isInteger(count)) return count === 0 ? 0 : count;
  if (count < 0) throw negativeCount(count, field);
  if (count > LIMITS.units) throw hugeCount(count, field);
  throw wrongCount(count, field);
}

const DECIMAL = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,3})?$/;
const PARTS = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,3}))?$/;
const AMOUNT_CHARACTERS = 128;
/** Texts of this many digits are whole numbers that a double holds exactly. */
const PLAIN_DIGITS = 15;

function readDecimalCount(value: string, options: { field: string; decimals: 0 | 3 }): number | undefined {
  const { field, decimals } = options;
  if (decimals === 0 && isPlainDigits(value)) return checkCount(Number(value), field);
  const text = value.trim();
  if (text === "") return undefined;
  const match = PARTS.exec(text);
  if (match === null || !DECIMAL.test(text)) {
    if (text === "Infinity") throw hugeCount(value, field);
    if (text === "-Infinity") throw negativeCount(value, field);
    throw wrongCount(value, field);
  }
  const fraction = match[3] ?? "";
  const digits = `${match[2] ?? ""}${fraction}`.replace(/^0+/, "");
  if (digits === "") return 0;
  if (match[1] === "-") throw negativeCount(value, field);
  const shift = Number(match[4] ?? "0") - fraction.length + decimals;
  const whole = shift >= 0 ? digits + "0".repeat(shift) : digits.slice(0, shift);
  if (shift < 0 && /[1-9]/.test(digits.slice(shift))) throw wrongCount(value, field, decimals);
  if (whole.length > PLAIN_DIGITS) throw hugeCount(value, field);
  return checkCount(Number(whole), field);
}

function isPlainDigits(text: string): boolean {
  if (text.length === 0 || text.length > PLAIN_DIGITS) return false;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code < 48 || code > 57) return false;
  }
  return true;
}

function negativeCount(value: unknown, field: string): RejectedRecord {
  return new RejectedRecord("negative_tokens", `Cannot read ${field} ${quote(value)}: give 0 or more`);
}

function hugeCount(value: unknown, field: string): RejectedRecord {
  const shown = typeof value === "number" ? String(value) : quote(value);
  return new RejectedRecord("tokens_out_of_range", `Cannot read ${field} ${shown}: give at most ${LIMITS.units}`);
}

function wrongCount(value: unknown, field: string, decimals: 0 | 3 = 0): RejectedRecord {
  const wanted = decimals === 0 ? "a whole number" : `a number with at most ${decimals} decimals`;
  return new RejectedRecord("invalid_field", `Cannot read ${field} ${quote(value)}: give ${wanted}`);
}
