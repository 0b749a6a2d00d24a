import { strict as assert } from "node:assert";
import type { FoundAnomaly, SeriesKey } from "../../../core/anomaly/judge.ts";
import { planAnomalies } from "../../../core/anomaly/plan.ts";
import { type Acknowledgement, selectAnomalies } from "../../../core/anomaly/select.ts";
import { usdFromNanos } from "../../../core/money.ts";

const DAY_MS = 86_400_000;
const usd = (dollars: number) => usdFromNanos(BigInt(dollars) * 1_000_000_000n);
const now = Date.UTC(2026, 2, 1);
const plan = planAnomalies({ since: now - 30 * DAY_MS, until: now }, { interval: "day", tz: "UTC", now });
const DAY = plan.judged_from + 10;

const anomaly = (key: SeriesKey, { day = DAY, spent = 30 } = {}): FoundAnomaly => ({
  key,
  first: day,
  last: day,
  score: 5,
  direction: 1,
  actual: usd(spent),
  expected_estimate: usd(10),
  lower: 8,
  upper: 12,
  is_ongoing: false,
  is_accepted: false,
});

const word = (series: string, level: number): Acknowledgement => ({
  interval: "day",
  series,
  direction: 1,
  since: plan.buckets[DAY]!.since,
  until: plan.buckets[DAY]!.until,
  level: usd(level),
});

const told = (found: readonly FoundAnomaly[], acknowledgements: readonly Acknowledgement[] = [], least = 1) =>
  selectAnomalies(found, { plan, min_impact: usd(least), acknowledgements })
    .map(({ key, first }) => [key.map(([, value]) => value).join(), first - DAY]);

Deno.test("selectAnomalies() takes a group's anomaly for a part of the total's at the same time", () => {
  const group = anomaly([["model", "a"]], { spent: 20 });
  assert.deepEqual(told([group, anomaly([])]), [["", 0]]);
  assert.deepEqual(told([anomaly([["model", "a"]], { day: DAY + 2 }), anomaly([])]), [["", 0], ["a", 2]]);
});

Deno.test("selectAnomalies() lets the largest stand for groups by other dimensions, not for those by its own", () => {
  const found = [
    anomaly([["model", "a"]], { spent: 50 }),
    anomaly([["project", "x"]], { spent: 40 }),
    anomaly([["model", "b"]], { spent: 30 }),
  ];
  assert.deepEqual(told(found), [["a", 0], ["b", 0]]);
});

Deno.test("selectAnomalies() leaves out what is smaller than asked for", () => {
  assert.deepEqual(told([anomaly([])], [], 20), [["", 0]]);
  assert.deepEqual(told([anomaly([])], [], 21), []);
});

Deno.test("selectAnomalies() tells nothing again that was called normal, nor its parts, nor what is no worse later", () => {
  const acknowledged = [word("total", 30)];
  assert.deepEqual(told([anomaly([]), anomaly([["model", "a"]])], acknowledged), []);
  // A tenth more is the same level; more than that is news.
  assert.deepEqual(told([anomaly([], { day: DAY + 5, spent: 33 })], acknowledged), []);
  assert.deepEqual(told([anomaly([], { day: DAY + 5, spent: 34 })], acknowledged), [["", 5]]);
  assert.deepEqual(told([anomaly([], { day: DAY - 5 })], acknowledged), [["", -5]]);
  assert.deepEqual(told([anomaly([["model", "a"]])], acknowledged), [["a", 0]]);
});
