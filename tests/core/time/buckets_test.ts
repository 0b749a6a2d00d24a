import assert from "node:assert/strict";
import fc from "fast-check";
import { INTERVALS } from "../../../core/analytics/query.ts";
import { CostopsError } from "../../../core/error.ts";
import { parseRange, splitRange } from "../../../core/time.ts";

const HOUR_MS = 3_600_000;

function dayOf(date: string, tz: string) {
  return parseRange({ since: date, until: date, tz }, 0);
}

function labelsOf(date: string, tz: string): string[] {
  return splitRange(dayOf(date, tz), "hour", tz).map((bucket) => bucket.label);
}

Deno.test("splitRange() gives the day that clocks go forward 23 hours", () => {
  const labels = labelsOf("2026-03-29", "Europe/Berlin");
  assert.equal(labels.length, 23);
  assert.deepEqual(labels.slice(1, 3), ["2026-03-29T01:00:00+01:00", "2026-03-29T03:00:00+02:00"]);
});

Deno.test("splitRange() gives the day that clocks go back 25 hours, the repeated one with two labels", () => {
  const labels = labelsOf("2026-10-25", "Europe/Berlin");
  assert.equal(labels.length, 25);
  assert.deepEqual(labels.slice(1, 5), [
    "2026-10-25T01:00:00+02:00",
    "2026-10-25T02:00:00+02:00",
    "2026-10-25T02:00:00+01:00",
    "2026-10-25T03:00:00+01:00",
  ]);
});

Deno.test("splitRange() gives days of 23 and 25 hours one bucket each", () => {
  const range = parseRange({ since: "2026-03-28", until: "2026-03-30", tz: "Europe/Berlin" }, 0);
  const days = splitRange(range, "day", "Europe/Berlin");
  assert.deepEqual(days.map((day) => day.label), ["2026-03-28", "2026-03-29", "2026-03-30"]);
  assert.deepEqual(days.map((day) => (day.until - day.since) / HOUR_MS), [24, 23, 24]);
});

Deno.test("splitRange() cuts half-hour zones at their own hours", () => {
  const range = { since: Date.parse("2026-01-05T12:00:00Z"), until: Date.parse("2026-01-05T13:00:00Z") };
  assert.deepEqual(splitRange(range, "hour", "America/St_Johns"), [
    { since: range.since, until: range.since + HOUR_MS / 2, label: "2026-01-05T08:00:00-03:30" },
    { since: range.since + HOUR_MS / 2, until: range.until, label: "2026-01-05T09:00:00-03:30" },
  ]);
});

Deno.test("splitRange() starts Kathmandu's day at 18:15 UTC", () => {
  const [day] = splitRange(dayOf("2026-01-05", "Asia/Kathmandu"), "day", "Asia/Kathmandu");
  assert.deepEqual(day, {
    since: Date.parse("2026-01-04T18:15:00Z"),
    until: Date.parse("2026-01-05T18:15:00Z"),
    label: "2026-01-05",
  });
});

Deno.test("splitRange() cuts the hour in which a zone moves by half an hour at that instant", () => {
  const labels = labelsOf("2026-04-05", "Australia/Lord_Howe");
  assert.deepEqual(labels.slice(0, 4), [
    "2026-04-05T00:00:00+11:00",
    "2026-04-05T01:00:00+11:00",
    "2026-04-05T01:30:00+10:30",
    "2026-04-05T02:00:00+10:30",
  ]);
});

Deno.test("splitRange() has no bucket for the day that Samoa skipped", () => {
  const range = {
    since: Date.parse("2011-12-29T00:00:00-10:00"),
    until: Date.parse("2012-01-01T00:00:00+14:00"),
  };
  const days = splitRange(range, "day", "Pacific/Apia");
  assert.deepEqual(days.map((day) => day.label), ["2011-12-29", "2011-12-31"]);
  assert.equal(days[0]!.until, Date.parse("2011-12-31T00:00:00+14:00"));
});

Deno.test("splitRange() names ISO weeks across the end of a year", () => {
  const range = parseRange({ since: "2026-12-27", until: "2027-01-04" }, 0);
  assert.deepEqual(splitRange(range, "week", "UTC"), [
    { since: Date.UTC(2026, 11, 27), until: Date.UTC(2026, 11, 28), label: "2026-W52" },
    { since: Date.UTC(2026, 11, 28), until: Date.UTC(2027, 0, 4), label: "2026-W53" },
    { since: Date.UTC(2027, 0, 4), until: Date.UTC(2027, 0, 5), label: "2027-W01" },
  ]);
});

Deno.test("splitRange() names a clipped bucket after the whole one", () => {
  const range = { since: Date.parse("2026-01-20T10:20:00Z"), until: Date.parse("2026-02-02T00:00:00Z") };
  assert.deepEqual(splitRange(range, "month", "UTC").map((month) => month.label), ["2026-01", "2026-02"]);
  assert.equal(splitRange(range, "hour", "UTC")[0]!.label, "2026-01-20T10:00:00Z");
  assert.equal(splitRange(range, "hour", "UTC")[0]!.since, range.since);
});

Deno.test("splitRange() refuses more buckets than an answer may have", () => {
  const range = { since: 0, until: Date.UTC(2026, 0, 1) };
  assert.throws(
    () => splitRange(range, "hour", "UTC"),
    (error) =>
      error instanceof CostopsError && error.kind === "too_large" &&
      error.message === "Cannot group this range by hour: it has more than 10000 buckets; " +
          "ask for a shorter range or a wider interval",
  );
});

const ZONES = [
  "UTC",
  "Europe/Berlin",
  "America/St_Johns",
  "America/Havana",
  "America/Sao_Paulo",
  "Asia/Kathmandu",
  "Australia/Lord_Howe",
  "Pacific/Apia",
  "Africa/Casablanca",
  "Antarctica/Troll",
];

Deno.test("splitRange() covers any range in any zone exactly: ascending, gapless, each name once", () => {
  const ranges = fc.record({
    since: fc.integer({ min: Date.UTC(2005, 0, 1), max: Date.UTC(2030, 0, 1) }),
    length: fc.integer({ min: 1, max: 40 * 24 * HOUR_MS }),
    interval: fc.constantFrom(...INTERVALS),
    tz: fc.constantFrom(...ZONES),
  });
  fc.assert(
    fc.property(ranges, ({ since, length, interval, tz }) => {
      const buckets = splitRange({ since, until: since + length }, interval, tz);
      assert.equal(buckets[0]!.since, since);
      assert.equal(buckets.at(-1)!.until, since + length);
      for (const [index, bucket] of buckets.entries()) {
        assert.ok(bucket.until > bucket.since);
        if (index > 0) assert.equal(bucket.since, buckets[index - 1]!.until);
      }
      assert.equal(new Set(buckets.map((bucket) => bucket.label)).size, buckets.length);
    }),
    { numRuns: 200 },
  );
});
