import assert from "node:assert/strict";
import { planTrend, type TrendOptions, type TrendPeriod } from "../../../core/analytics/periods.ts";

const LATER = Date.parse("2030-01-01T00:00:00Z");

function plan(since: string, until: string, options: Partial<TrendOptions> = {}) {
  const range = { since: Date.parse(since), until: Date.parse(until) };
  const planned = planTrend(range, { interval: "day", tz: "UTC", window: 1, now: LATER, ...options });
  const name = (at: number | null) => {
    if (at === null) return null;
    const { since, until, label } = planned.buckets[at]!;
    return `${label} ${(until - since) / 3_600_000}h`;
  };
  const pick = (read: (period: TrendPeriod) => number | null) => planned.periods.map((period) => name(read(period)));
  return { ...planned, name, pick };
}

Deno.test("planTrend() compares each day with the one before and the same weekday, across a change of clocks", () => {
  const planned = plan("2026-03-29T00:00:00+01:00", "2026-03-31T00:00:00+02:00", { tz: "Europe/Berlin" });
  assert.deepEqual(planned.pick(({ bucket }) => bucket), ["2026-03-29 23h", "2026-03-30 24h"]);
  assert.deepEqual(planned.pick(({ previous }) => previous), ["2026-03-28 24h", "2026-03-29 23h"]);
  assert.deepEqual(planned.pick(({ same_weekday }) => same_weekday), ["2026-03-22 24h", "2026-03-23 24h"]);
});

Deno.test("planTrend() widens a range to whole periods", () => {
  const planned = plan("2026-01-05T13:00:00Z", "2026-01-06T01:00:00Z");
  assert.deepEqual(planned.range, { since: Date.UTC(2026, 0, 5), until: Date.UTC(2026, 0, 7) });
  assert.deepEqual(planned.pick(({ bucket }) => bucket), ["2026-01-05 24h", "2026-01-06 24h"]);
});

Deno.test("planTrend() compares a period that runs with as much of the earlier ones, and gives it no average", () => {
  const now = Date.parse("2026-01-06T09:50:00Z");
  const planned = plan("2026-01-05T00:00:00Z", "2026-01-08T00:00:00Z", { now, window: 2 });
  assert.deepEqual(planned.pick(({ previous }) => previous), ["2026-01-04 24h", "2026-01-05 10h", null]);
  assert.deepEqual(planned.pick(({ same_weekday }) => same_weekday), ["2025-12-29 24h", "2025-12-30 10h", null]);
  assert.deepEqual(planned.periods.map(({ averaged }) => averaged?.map(planned.name)), [
    ["2026-01-05 24h", "2026-01-04 24h"],
    undefined,
    undefined,
  ]);
});

Deno.test("planTrend() takes a period as over at its very end", () => {
  const now = Date.parse("2026-01-06T00:00:00Z");
  const planned = plan("2026-01-05T00:00:00Z", "2026-01-07T00:00:00Z", { now });
  assert.deepEqual(planned.pick(({ previous }) => previous), ["2026-01-04 24h", null]);
  assert.deepEqual(planned.periods.map(({ averaged }) => averaged?.map(planned.name)), [["2026-01-05 24h"], undefined]);
});

Deno.test("planTrend() compares an hour with the same hour by the clock a week before, none where it was skipped", () => {
  const options = { interval: "hour", tz: "Europe/Berlin" } as const;
  const april = plan("2026-04-05T01:00:00+02:00", "2026-04-05T04:00:00+02:00", options);
  assert.deepEqual(april.pick(({ same_weekday }) => same_weekday), [
    "2026-03-29T01:00:00+01:00 1h",
    null,
    "2026-03-29T03:00:00+02:00 1h",
  ]);
});

Deno.test("planTrend() knows no weekday of weeks and months, and the month before a month", () => {
  const planned = plan("2026-03-01T00:00:00Z", "2026-04-01T00:00:00Z", { interval: "month", window: 3 });
  assert.deepEqual(planned.pick(({ previous }) => previous), ["2026-02 672h"]);
  assert.deepEqual(planned.pick(({ same_weekday }) => same_weekday), [null]);
  assert.deepEqual(planned.periods[0]!.averaged!.map(planned.name), ["2026-03 744h", "2026-02 672h", "2026-01 744h"]);
  const week = plan("2026-01-05T00:00:00Z", "2026-01-12T00:00:00Z", { interval: "week" });
  assert.deepEqual(week.pick(({ previous }) => previous), ["2026-W01 168h"]);
});
