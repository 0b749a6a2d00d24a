import assert from "node:assert/strict";
import { CostopsError } from "../../../core/error.ts";
import { formatInstant, parseRange, parseTimeZone, type RangeTexts } from "../../../core/time.ts";

/** A Thursday; in Berlin (+02:00) it is already Friday the 16th, 00:30. */
const NOW = Date.parse("2026-07-15T22:30:00Z");

function read(texts: RangeTexts, now: number = NOW): string {
  const { since, until } = parseRange(texts, now);
  return `${new Date(since).toISOString()} ${new Date(until).toISOString()}`.replaceAll(".000Z", "Z");
}

function fails(texts: RangeTexts, message: string): void {
  assert.throws(
    () => parseRange(texts, NOW),
    (error) => error instanceof CostopsError && error.kind === "invalid" && error.message === message,
  );
}

Deno.test("parseRange() takes this month when nothing is given", () => {
  assert.equal(read({}), "2026-07-01T00:00:00Z 2026-08-01T00:00:00Z");
  assert.equal(read({ tz: "Europe/Berlin" }), "2026-06-30T22:00:00Z 2026-07-31T22:00:00Z");
});

Deno.test("parseRange() takes the month of the zone, not of UTC", () => {
  const newYear = Date.parse("2026-12-31T23:30:00Z");
  assert.equal(read({ tz: "Europe/Berlin" }, newYear), "2026-12-31T23:00:00Z 2027-01-31T23:00:00Z");
});

Deno.test("parseRange() reads every word as its whole range", () => {
  assert.equal(read({ since: "today" }), "2026-07-15T00:00:00Z 2026-07-16T00:00:00Z");
  assert.equal(read({ since: "yesterday" }), "2026-07-14T00:00:00Z 2026-07-15T00:00:00Z");
  assert.equal(read({ since: "this-week" }), "2026-07-13T00:00:00Z 2026-07-20T00:00:00Z");
  assert.equal(read({ since: "last-week" }), "2026-07-06T00:00:00Z 2026-07-13T00:00:00Z");
  assert.equal(read({ since: "this-month" }), "2026-07-01T00:00:00Z 2026-08-01T00:00:00Z");
  assert.equal(read({ since: "last-month" }), "2026-06-01T00:00:00Z 2026-07-01T00:00:00Z");
  assert.equal(read({ since: "mtd" }), "2026-07-01T00:00:00Z 2026-07-16T00:00:00Z");
  assert.equal(read({ since: "ytd" }), "2026-01-01T00:00:00Z 2026-07-16T00:00:00Z");
  assert.equal(read({ since: "2026-02" }), "2026-02-01T00:00:00Z 2026-03-01T00:00:00Z");
});

Deno.test("parseRange() counts days, weeks and months back by the calendar, today included, and hours from now", () => {
  assert.equal(read({ since: "1d" }), "2026-07-15T00:00:00Z 2026-07-16T00:00:00Z");
  assert.equal(read({ since: "7d" }), "2026-07-09T00:00:00Z 2026-07-16T00:00:00Z");
  assert.equal(read({ since: "2w" }), "2026-07-02T00:00:00Z 2026-07-16T00:00:00Z");
  assert.equal(read({ since: "3m" }), "2026-04-16T00:00:00Z 2026-07-16T00:00:00Z");
  assert.equal(read({ since: "24h" }), "2026-07-14T22:30:00Z 2026-07-15T22:30:00Z");
  assert.equal(read({ since: "7d", tz: "Europe/Berlin" }), "2026-07-09T22:00:00Z 2026-07-16T22:00:00Z");
});

Deno.test("parseRange() keeps 7d at seven local days when clocks change", () => {
  const afterChange = Date.parse("2026-03-31T12:00:00Z");
  assert.equal(read({ since: "7d", tz: "Europe/Berlin" }, afterChange), "2026-03-24T23:00:00Z 2026-03-31T22:00:00Z");
});

Deno.test("parseRange() includes the day of a plain until date and excludes an until instant", () => {
  assert.equal(read({ since: "2026-01-01", until: "2026-01-31" }), "2026-01-01T00:00:00Z 2026-02-01T00:00:00Z");
  assert.equal(
    read({ since: "2026-01-01", until: "2026-01-31T00:00:00Z" }),
    "2026-01-01T00:00:00Z 2026-01-31T00:00:00Z",
  );
  assert.equal(read({ since: "2026-01", until: "last-month" }), "2026-01-01T00:00:00Z 2026-07-01T00:00:00Z");
});

Deno.test("parseRange() reads RFC 3339 by its own offset and a bare time in tz", () => {
  assert.equal(
    read({ since: "2026-01-05T13:00:00+01:00", until: "2026-01-05t12:30:00.5z", tz: "Asia/Kathmandu" }),
    "2026-01-05T12:00:00Z 2026-01-05T12:30:00.500Z",
  );
  assert.equal(
    read({ since: "2026-01-05T00:00", until: "2026-01-05T06:45:30", tz: "Asia/Kathmandu" }),
    "2026-01-04T18:15:00Z 2026-01-05T01:00:30Z",
  );
});

Deno.test("parseRange() rounds a bound between two milliseconds up, which no record can tell", () => {
  assert.equal(
    read({ since: "2026-01-05T00:00:00.0001Z", until: "2026-01-05T00:00:00.0011Z" }),
    "2026-01-05T00:00:00.001Z 2026-01-05T00:00:00.002Z",
  );
});

Deno.test("parseRange() moves a skipped local time forward and takes the first of a repeated one", () => {
  assert.equal(
    read({ since: "2026-03-29T02:30", until: "2026-10-25T02:30", tz: "Europe/Berlin" }),
    "2026-03-29T01:30:00Z 2026-10-25T00:30:00Z",
  );
});

Deno.test("parseRange() runs a since date or instant alone to the end of today", () => {
  assert.equal(read({ since: "2026-07-10" }), "2026-07-10T00:00:00Z 2026-07-16T00:00:00Z");
  assert.equal(read({ since: "2026-07-10T12:00:00Z" }), "2026-07-10T12:00:00Z 2026-07-16T00:00:00Z");
});

Deno.test("parseRange() starts an until alone at the month it ends in", () => {
  assert.equal(read({ until: "2026-01-31" }), "2026-01-01T00:00:00Z 2026-02-01T00:00:00Z");
  assert.equal(read({ until: "yesterday" }), "2026-07-01T00:00:00Z 2026-07-15T00:00:00Z");
});

Deno.test("parseRange() refuses what it cannot read and says what to write", () => {
  const wanted = "write 2026-12-31, 7d or this-month";
  fails({ since: "31/12/2026" }, `Cannot read since "31/12/2026" as a date: ${wanted}`);
  fails({ until: "2026-02-30" }, 'Cannot read until "2026-02-30" as a date: there is no day 2026-02-30');
  fails({ since: "2026-11-31T10:00" }, 'Cannot read since "2026-11-31T10:00" as a date: there is no day 2026-11-31');
  fails({ since: "2026-13" }, `Cannot read since "2026-13" as a date: ${wanted}`);
  fails({ since: "2026-01-05T25:00Z" }, `Cannot read since "2026-01-05T25:00Z" as a date: ${wanted}`);
  fails({ since: "0d" }, `Cannot read since "0d" as a date: ${wanted}`);
  fails({ since: "" }, `Cannot read since "" as a date: ${wanted}`);
  fails({ since: "constructor" }, `Cannot read since "constructor" as a date: ${wanted}`);
  fails({ since: "99999w" }, 'Cannot read since "99999w" as a date: write a year from 1970 to 9998');
  fails({ until: "9999-12-31" }, 'Cannot read until "9999-12-31" as a date: write a year from 1970 to 9998');
  fails({ since: "1969-12-31" }, 'Cannot read since "1969-12-31" as a date: write a year from 1970 to 9998');
});

Deno.test("parseRange() refuses an end that is counted back or not after the start", () => {
  fails(
    { since: "30d", until: "7d" },
    'Cannot read until "7d" as an end: write 2026-12-31, yesterday or last-month',
  );
  fails(
    { since: "2026-02-01", until: "2026-01-31" },
    'Cannot use until "2026-01-31" with since "2026-02-01": the end must be later than the start',
  );
  fails(
    { since: "2026-08-01" },
    'Cannot use since "2026-08-01" alone: it is later than today; add until with a later end',
  );
});

Deno.test("parseTimeZone() gives a zone as IANA spells it and names the nearest to a mistyped one", () => {
  assert.equal(parseTimeZone("europe/berlin"), "Europe/Berlin");
  assert.equal(parseTimeZone("utc"), "UTC");
  fails({ tz: "Europe/Berlim" }, 'Cannot read tz "Europe/Berlim" as a time zone: did you mean Europe/Berlin?');
  fails({ tz: "Berlin" }, 'Cannot read tz "Berlin" as a time zone: did you mean Europe/Berlin?');
  fails(
    { tz: "Moon/Crater" },
    'Cannot read tz "Moon/Crater" as a time zone: write an IANA name such as Europe/Berlin',
  );
});

Deno.test("formatInstant() writes Z for UTC, else the offset of that instant", () => {
  const instant = Date.parse("2026-01-05T12:00:00Z");
  assert.equal(formatInstant(instant, "UTC"), "2026-01-05T12:00:00Z");
  assert.equal(formatInstant(instant, "Europe/Berlin"), "2026-01-05T13:00:00+01:00");
  assert.equal(formatInstant(instant, "Asia/Kathmandu"), "2026-01-05T17:45:00+05:45");
  assert.equal(formatInstant(instant + 1, "America/St_Johns"), "2026-01-05T08:30:00.001-03:30");
});
