/**
 * Reading when a call happened, in the spellings that sources use, as milliseconds since 1970 UTC.
 */

import { quote } from "./fields.ts";
import { RejectedRecord } from "./record.ts";

/**
 * An instant: RFC 3339 with a zone, `YYYY-MM-DD[ HH:MM[:SS[.ffffff]]]` taken as UTC when it has none, or Unix time in
 * seconds, milliseconds or microseconds told apart by magnitude, as a number or its text. What is finer than a
 * millisecond is cut off, so that an instant never moves into the next day. Fails with `invalid_timestamp`.
 */
export function readTimestamp(value: unknown, field: string): number | undefined {
  if (value === undefined || value === null || value === "") return undefined;
  let instant: number | undefined;
  if (typeof value === "number") instant = fromUnix(value);
  else if (typeof value === "string") instant = UNIX.test(value) ? fromUnix(Number(value)) : fromText(value);
  if (instant !== undefined) return instant;
  throw new RejectedRecord(
    "invalid_timestamp",
    `Cannot read ${field} ${quote(value)}: give 2026-01-05T10:00:00Z, 2026-01-05 10:00 (taken as UTC), or Unix time`,
  );
}

/** The instant in an HTTP `Date` header (`Mon, 05 Jan 2026 10:00:00 GMT`), or undefined when it is none. */
export function findHttpDate(value: unknown): number | undefined {
  if (typeof value !== "string" || !HTTP_DATE.test(value)) return undefined;
  const instant = Date.parse(value);
  return Number.isNaN(instant) ? undefined : instant;
}

const UNIX = /^\d{1,17}(?:\.\d{1,9})?$/;
const HTTP_DATE = /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/;

/** Below this a Unix time is in seconds (until the year 5138), below a thousand times this in milliseconds. */
const SECONDS_END = 1e11;

function fromUnix(time: number): number | undefined {
  if (!(time >= 0)) return undefined;
  // The thousandth keeps 2185162096.911 at .911 where the product comes out a hair below.
  if (time < SECONDS_END) return Math.floor(time * 1000 + 0.001);
  if (time < SECONDS_END * 1e3) return Math.floor(time);
  if (time < SECONDS_END * 1e6) return Math.floor(time / 1000);
  return undefined;
}

/** A day or a time to the minute, as spreadsheets write them; taken as UTC, like every time without a zone. */
const SPREADSHEET = /^\d{4}-\d{2}-\d{2}(?: \d{2}:\d{2})?$/;

/** Reads by position, not by pattern: every record passes here. */
function fromText(text: string): number | undefined {
  if (SPREADSHEET.test(text)) return fromText(text.length === 10 ? `${text} 00:00:00` : `${text}:00`);
  if (text.length < 19 || text.length > 40) return undefined;
  const separator = text.charCodeAt(10);
  const isSpaced = separator === 32;
  if (!isSpaced && separator !== 84 && separator !== 116) return undefined;
  if (text[4] !== "-" || text[7] !== "-" || text[13] !== ":" || text[16] !== ":") return undefined;
  const year = digits(text, 0, 4);
  const month = digits(text, 5, 7);
  const day = digits(text, 8, 10);
  const hour = digits(text, 11, 13);
  const minute = digits(text, 14, 16);
  const second = digits(text, 17, 19);
  if (year < 1 || month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month)) return undefined;
  // RFC 3339 allows a leap second, which counts as the first of the next minute.
  if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 60) return undefined;

  let end = 19;
  let millisecond = 0;
  if (text.charCodeAt(end) === 46) {
    const start = ++end;
    while (isDigit(text.charCodeAt(end))) end++;
    if (end === start) return undefined;
    millisecond = digits(text, start, Math.min(end, start + 3)) *
      (end - start === 1 ? 100 : end - start === 2 ? 10 : 1);
  }
  const offset_minutes = readOffset(text.slice(end), isSpaced);
  if (offset_minutes === undefined) return undefined;
  return Date.UTC(year, month - 1, day, hour, minute, second, millisecond) - offset_minutes * 60_000;
}

function readOffset(zone: string, isUtcImplied: boolean): number | undefined {
  if (zone === "Z" || zone === "z") return 0;
  if (zone === "") return isUtcImplied ? 0 : undefined;
  const sign = zone[0] === "+" ? 1 : zone[0] === "-" ? -1 : 0;
  if (sign === 0 || (zone.length === 6 ? zone[3] !== ":" : zone.length !== 5)) return undefined;
  const hours = digits(zone, 1, 3);
  const minutes = digits(zone, zone.length - 2, zone.length);
  if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59) return undefined;
  return sign * (hours * 60 + minutes);
}

/** The number in these places, or -1 when one is no digit. */
function digits(text: string, start: number, end: number): number {
  let number = 0;
  for (let index = start; index < end; index++) {
    const code = text.charCodeAt(index);
    if (!isDigit(code)) return -1;
    number = number * 10 + code - 48;
  }
  return number;
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

function daysInMonth(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}
