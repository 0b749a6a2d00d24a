import assert from "node:assert/strict";
import type { Interval } from "../../../core/analytics/query.ts";
import { placeInSlots } from "../../../core/forecast/slots.ts";
import { findSource, forgetEnded, makeSeries, type UsageSeries } from "../../../core/forecast/usage_series.ts";
import { splitRange } from "../../../core/time.ts";

interface Place {
  readonly since: string;
  readonly until: string;
  readonly interval: Interval;
  readonly tz?: string;
}

function bucketsOf({ since, until, interval, tz = "UTC" }: Place) {
  return splitRange({ since: Date.parse(since), until: Date.parse(until) }, interval, tz);
}

function sourceOf(place: Place, isActive: (bucket: number) => boolean) {
  const buckets = bucketsOf(place);
  const slots = placeInSlots(buckets, { interval: place.interval, tz: place.tz ?? "UTC" });
  return findSource(slots, { interval: place.interval, is_active: buckets.map((_, bucket) => isActive(bucket)) });
}

/** Three weeks from a Monday. */
const WEEKS: Place = { since: "2026-01-05T00:00:00Z", until: "2026-01-26T00:00:00Z", interval: "day" };

Deno.test("makeSeries() has zeros where the organization used something else, and leaves out what comes before the first usage", () => {
  const source = sourceOf(WEEKS, () => true);
  const { values, first_step, missing } = makeSeries(new Map([[18, 2], [20, 5]]), source);
  assert.deepEqual([values, first_step, missing], [[2, 0, 5], 18, 0]);
});

Deno.test("makeSeries() has a period missing in which the whole organization was silent against its habit", () => {
  const source = sourceOf(WEEKS, (day) => day !== 8);
  const { values, missing } = makeSeries(new Map([[7, 2], [9, 3]]), source);
  assert.deepEqual([values.slice(0, 3), missing], [[2, null, 3], 1]);
});

Deno.test("makeSeries() has zeros where the organization is silent as a rule: on its weekends", () => {
  const source = sourceOf(WEEKS, (day) => day % 7 < 5);
  const weekdays = new Map(Array.from({ length: 21 }, (_, day) => [day, 4] as const).filter(([day]) => day % 7 < 5));
  assert.deepEqual(makeSeries(weekdays, source).values.slice(0, 8), [4, 4, 4, 4, 4, 0, 0, 4]);
});

Deno.test("makeSeries() has a week without any usage missing, also its weekend, unless every other is like it", () => {
  const away = sourceOf(WEEKS, (day) => day < 7 || day >= 14);
  const whole = makeSeries(
    new Map(Array.from({ length: 21 }, (_, day) => [day, 1] as const).filter(([day]) => day < 7 || day > 13)),
    away,
  );
  assert.deepEqual(whole.values.slice(6, 15), [1, null, null, null, null, null, null, null, 1]);
  assert.equal(whole.missing, 7);
});

Deno.test("makeSeries() has hours without usage between others as zeros, and a silence that has not ended as missing", () => {
  const place: Place = { since: "2026-01-05T00:00:00Z", until: "2026-01-05T06:00:00Z", interval: "hour" };
  const source = sourceOf(place, (hour) => hour === 0 || hour === 3);
  const { values, missing_at_end } = makeSeries(new Map([[0, 1], [3, 2]]), source);
  assert.deepEqual([values, missing_at_end], [[1, 0, 0, 2, null, null], 2]);
});

Deno.test("makeSeries() has a period missing whose cost nobody knows", () => {
  const { values } = makeSeries(new Map([[0, 1], [1, null], [2, 3]]), sourceOf(WEEKS, () => true));
  assert.deepEqual(values.slice(0, 4), [1, null, 3, 0]);
});

Deno.test("hours of a day keep their place where clocks change: one is missing in spring, two are one in autumn", () => {
  const spring: Place = {
    since: "2026-03-28T23:00:00Z",
    until: "2026-03-29T22:00:00Z",
    interval: "hour",
    tz: "Europe/Berlin",
  };
  assert.equal(bucketsOf(spring).length, 23);
  const short = makeSeries(new Map(bucketsOf(spring).map((_, hour) => [hour, 1])), sourceOf(spring, () => true));
  assert.equal(short.values.length, 24);
  assert.deepEqual(short.values.slice(0, 4), [1, 1, null, 1]);
  const autumn: Place = {
    since: "2026-10-24T22:00:00Z",
    until: "2026-10-25T23:00:00Z",
    interval: "hour",
    tz: "Europe/Berlin",
  };
  assert.equal(bucketsOf(autumn).length, 25);
  const long = makeSeries(new Map(bucketsOf(autumn).map((_, hour) => [hour, hour])), sourceOf(autumn, () => true));
  // Hours 0, 1, then 2 twice, whose buckets are 2 and 3.
  assert.deepEqual(long.values.slice(0, 5), [1, 2.5, 4, 5, 6]);
  assert.equal(long.first_step, 1);
});

Deno.test("an hour that a zone cuts in half is worth a whole one at its rate", () => {
  // Lord Howe goes back by half an hour at 2:00 on 2026-04-05: 1:30 to 2:00 comes twice.
  const place: Place = {
    since: "2026-04-04T13:00:00Z",
    until: "2026-04-04T17:30:00Z",
    interval: "hour",
    tz: "Australia/Lord_Howe",
  };
  assert.deepEqual(bucketsOf(place).map(({ since, until }) => (until - since) / 60_000), [60, 60, 30, 60, 60]);
  const { values } = makeSeries(new Map([[0, 2], [1, 2], [2, 1], [3, 2], [4, 2]]), sourceOf(place, () => true));
  assert.deepEqual(values, [2, 2, 2, 2]);
});

Deno.test("a day of 23 hours is one day, and a zone half an hour off has days and hours like any other", () => {
  const place: Place = {
    since: "2026-03-27T23:00:00Z",
    until: "2026-03-30T22:00:00Z",
    interval: "day",
    tz: "Europe/Berlin",
  };
  const days = makeSeries(new Map([[0, 24], [1, 23], [2, 24]]), sourceOf(place, () => true));
  assert.deepEqual(days.values, [24, 23, 24]);
  const india: Place = {
    since: "2026-01-01T18:30:00Z",
    until: "2026-01-01T21:30:00Z",
    interval: "hour",
    tz: "Asia/Kolkata",
  };
  assert.deepEqual(makeSeries(new Map([[0, 1], [1, 2], [2, 3]]), sourceOf(india, () => true)).values, [1, 2, 3]);
});

Deno.test("makeSeries() of nothing is nothing", () => {
  const { values, missing } = makeSeries(new Map(), { slots: [], is_alive: [] });
  assert.deepEqual([values, missing], [[], 0]);
});

function seriesOf(values: readonly (number | null)[]): UsageSeries {
  return { values, first_step: 5, missing: values.filter((value) => value === null).length, missing_at_end: 0 };
}

const zeros = (count: number) => new Array<number>(count).fill(0);

Deno.test("forgetEnded() leaves out a few uses of more than a quarter ago, and keeps what is later or more", () => {
  const over = forgetEnded(seriesOf([3, 0, null, 4, null, ...zeros(90)]));
  assert.deepEqual(over, { values: [null, ...zeros(90)], first_step: 9, missing: 1, missing_at_end: 0 });
  const late = seriesOf([3, ...zeros(90)]);
  assert.equal(forgetEnded(late), late);
  const many = seriesOf([1, 1, 1, 1, 1, 1, 1, 1, ...zeros(91)]);
  assert.equal(forgetEnded(many), many);
  const none = seriesOf(zeros(100));
  assert.equal(forgetEnded(none), none);
});
