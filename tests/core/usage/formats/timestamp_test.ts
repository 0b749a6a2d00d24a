import { strictEqual, throws } from "node:assert/strict";
import fc from "fast-check";
import { findHttpDate, readTimestamp } from "../../../../core/usage/timestamp.ts";

const NOON = Date.UTC(2026, 0, 5, 12);

Deno.test("readTimestamp() reads RFC 3339 with a zone", () => {
  strictEqual(readTimestamp("2026-01-05T12:00:00Z", "t"), NOON);
  strictEqual(readTimestamp("2026-01-05t12:00:00z", "t"), NOON);
  strictEqual(readTimestamp("2026-01-05T12:00:00.5Z", "t"), NOON + 500);
  strictEqual(readTimestamp("2026-01-05T12:00:00.25Z", "t"), NOON + 250);
  strictEqual(readTimestamp("2026-01-05T14:00:00+02:00", "t"), NOON);
  strictEqual(readTimestamp("2026-01-05T06:30:00-0530", "t"), NOON);
  strictEqual(readTimestamp("2026-01-05 12:00:00+00:00", "t"), NOON);
  strictEqual(readTimestamp("2024-02-29T00:00:00Z", "t"), Date.UTC(2024, 1, 29));
  strictEqual(readTimestamp("2016-12-31T23:59:60Z", "t"), Date.UTC(2017, 0, 1));
});

Deno.test("readTimestamp() cuts what is finer than a millisecond off", () => {
  strictEqual(readTimestamp("2026-01-05T12:00:00.999999999Z", "t"), NOON + 999);
  strictEqual(readTimestamp(NOON / 1000 + 0.9996, "t"), NOON + 999);
});

Deno.test("readTimestamp() takes a spaced date and time without a zone as UTC", () => {
  strictEqual(readTimestamp("2026-01-05 12:00:00", "t"), NOON);
  strictEqual(readTimestamp("2026-01-05 12:00:00.123456", "t"), NOON + 123);
});

Deno.test("readTimestamp() takes a day, and a time to the minute, as UTC", () => {
  strictEqual(readTimestamp("2026-01-05", "t"), Date.UTC(2026, 0, 5));
  strictEqual(readTimestamp("2026-01-05 12:00", "t"), NOON);
});

Deno.test("readTimestamp() tells Unix seconds, milliseconds and microseconds by magnitude", () => {
  for (
    const time of [NOON / 1000, NOON, NOON * 1000, String(NOON / 1000), String(NOON), `${NOON}000`, `${NOON / 1000}.0`]
  ) {
    strictEqual(readTimestamp(time, "t"), NOON);
  }
  strictEqual(readTimestamp(1730419200.123, "t"), 1730419200123);
  strictEqual(readTimestamp("1730419200.123", "t"), 1730419200123);
  strictEqual(readTimestamp(2185162096.911, "t"), 2185162096911);
});

Deno.test("readTimestamp() keeps every millisecond of fractional seconds", () => {
  fc.assert(fc.property(fc.integer({ min: Date.UTC(2015, 0, 1), max: Date.UTC(2100, 0, 1) }), (time) => {
    strictEqual(readTimestamp(time / 1000, "t"), time);
    strictEqual(readTimestamp(new Date(time).toISOString(), "t"), time);
  }));
});

Deno.test("readTimestamp() refuses what no instant can be read from, quoting it", () => {
  const wrong = [
    "2026-01-05T12:00:00",
    "yesterday",
    "2026-13-01T00:00:00Z",
    "2026-02-29T00:00:00Z",
    "2026-04-31T00:00:00Z",
    "2026-01-05T24:00:00Z",
    "2026-01-05T12:60:00Z",
    "2026-01-05T12:00:61Z",
    "2026-01-05T12:00:00.Z",
    "2026-01-05T12:00:00+24:00",
    "2026-01-05T12:00:00 Z",
    "2026-1-5T12:00:00Z",
    "05/01/2026 12:00:00",
    "1e9",
    "-1",
    -1,
    NaN,
    Infinity,
    1e18,
    true,
    {},
  ]; // deno-fmt-ignore
  for (const value of wrong) {
    throws(() => readTimestamp(value, "timestamp"), (error: { code?: string; message: string }) =>
      error.code === "invalid_timestamp" && error.message.startsWith("Cannot read timestamp "));
  }
  for (const nothing of [undefined, null, ""]) strictEqual(readTimestamp(nothing, "t"), undefined);
});

Deno.test("findHttpDate() reads a Date header and nothing else", () => {
  strictEqual(findHttpDate("Mon, 05 Jan 2026 12:00:00 GMT"), NOON);
  strictEqual(findHttpDate("2026-01-05"), undefined);
  strictEqual(findHttpDate(5), undefined);
});
