import assert from "node:assert/strict";
import type { BudgetPeriod } from "../../../core/budget/budget.ts";
import { findPeriod } from "../../../core/budget/period.ts";

const at = (text: string) => Date.parse(text);

function find(name: "day" | "week" | "month" | "quarter", tz: string, now: string): [string, string, string] {
  const { label, since, until, state } = findPeriod({ period: { name }, tz }, at(now));
  assert.equal(state, "running");
  return [label, new Date(since).toISOString(), new Date(until).toISOString()];
}

Deno.test("findPeriod() takes the day, week, month and quarter of the zone", () => {
  const now = "2026-03-31T22:30:00Z";
  assert.deepEqual(find("day", "UTC", now), ["2026-03-31", "2026-03-31T00:00:00.000Z", "2026-04-01T00:00:00.000Z"]);
  assert.deepEqual(find("day", "Europe/Berlin", now), [
    "2026-04-01",
    "2026-03-31T22:00:00.000Z",
    "2026-04-01T22:00:00.000Z",
  ]);
  assert.deepEqual(find("week", "UTC", now), ["2026-W14", "2026-03-30T00:00:00.000Z", "2026-04-06T00:00:00.000Z"]);
  assert.deepEqual(find("month", "Europe/Berlin", now), [
    "2026-04",
    "2026-03-31T22:00:00.000Z",
    "2026-04-30T22:00:00.000Z",
  ]);
  assert.deepEqual(find("quarter", "UTC", now), ["2026-Q1", "2026-01-01T00:00:00.000Z", "2026-04-01T00:00:00.000Z"]);
  assert.deepEqual(find("quarter", "Europe/Berlin", now), [
    "2026-Q2",
    "2026-03-31T22:00:00.000Z",
    "2026-06-30T22:00:00.000Z",
  ]);
});

Deno.test("findPeriod() has days of 23 and 25 hours, and a month that ends in summer", () => {
  assert.deepEqual(find("day", "Europe/Berlin", "2026-03-29T10:00:00Z"), [
    "2026-03-29",
    "2026-03-28T23:00:00.000Z",
    "2026-03-29T22:00:00.000Z",
  ]);
  assert.deepEqual(find("day", "America/New_York", "2026-11-01T12:00:00Z"), [
    "2026-11-01",
    "2026-11-01T04:00:00.000Z",
    "2026-11-02T05:00:00.000Z",
  ]);
  assert.deepEqual(find("month", "Europe/Berlin", "2026-03-29T10:00:00Z"), [
    "2026-03",
    "2026-02-28T23:00:00.000Z",
    "2026-03-31T22:00:00.000Z",
  ]);
});

Deno.test("findPeriod() takes the week of the ISO year, and the last quarter of a year", () => {
  assert.equal(find("week", "UTC", "2027-01-03T12:00:00Z")[0], "2026-W53");
  assert.deepEqual(find("quarter", "UTC", "2026-12-31T23:59:59.999Z"), [
    "2026-Q4",
    "2026-10-01T00:00:00.000Z",
    "2027-01-01T00:00:00.000Z",
  ]);
});

Deno.test("findPeriod() ends a day where the zone skipped the next one", () => {
  // Samoa had no 30th of December 2011.
  assert.deepEqual(find("day", "Pacific/Apia", "2011-12-29T12:00:00Z"), [
    "2011-12-29",
    "2011-12-29T10:00:00.000Z",
    "2011-12-30T10:00:00.000Z",
  ]);
});

Deno.test("findPeriod() says whether a custom period is to come, running or over", () => {
  const period: BudgetPeriod = { name: "custom", since: at("2026-03-01T00:00:00Z"), until: at("2026-03-11T00:00:00Z") };
  const stateAt = (now: string) => findPeriod({ period, tz: "UTC" }, at(now)).state;
  assert.equal(stateAt("2026-02-28T23:59:59.999Z"), "upcoming");
  assert.equal(stateAt("2026-03-01T00:00:00Z"), "running");
  assert.equal(stateAt("2026-03-11T00:00:00Z"), "ended");
  assert.equal(findPeriod({ period, tz: "UTC" }, 0).label, "2026-03-01T00:00:00Z/2026-03-11T00:00:00Z");
});
