import { strict as assert } from "node:assert";
import { cleanOutliers } from "../../../core/forecast/clean.ts";
import { fillMissing, findHistory } from "../../../core/forecast/history.ts";
import { alignLevel, findLevelChange } from "../../../core/forecast/level_change.ts";
import { middleOf, runningMedian } from "../../../core/forecast/median.ts";
import { readySeries } from "../../../core/forecast/ready.ts";
import { isSeasonal } from "../../../core/forecast/seasonality.ts";
import { assertNear } from "./near.ts";

const WEEK = [10, 12, 11, 13, 12, 4, 3];

function weeks(count: number): number[] {
  return Array.from({ length: count }, (_, week) => WEEK.map((value) => value + week % 2)).flat();
}

Deno.test("findHistory() begins at the first use and ends at the last known value", () => {
  assert.deepEqual(findHistory([0, null, 0, 2, null, 3, null]), { values: [2, null, 3], unknown_end: 1 });
  assert.deepEqual(findHistory([null, 0, 0]), { values: [0, 0], unknown_end: 0 });
  assert.deepEqual(findHistory([null, null]), { values: [], unknown_end: 2 });
  assert.deepEqual(findHistory([1, 0, null, 4, 0, null], 3), { values: [4, 0], unknown_end: 1 });
});

Deno.test("fillMissing() takes the value a season before or after, else one between the neighbours", () => {
  assert.deepEqual([...fillMissing([1, null, 3, 4, 5, null], 3)].slice(0, 5), [1, 5, 3, 4, 5]);
  assert.deepEqual([...fillMissing([1, 2, 3, 4, null, 6], 3)], [1, 2, 3, 4, 2, 6]);
  assert.deepEqual([...fillMissing([1, null, null, 4], undefined)], [1, 2, 3, 4]);
});

Deno.test("runningMedian() takes as many values at the ends as elsewhere", () => {
  assert.deepEqual([...runningMedian(Float64Array.from([5, 1, 4, 2, 3]), 3)], [4, 4, 2, 3, 3]);
  assert.deepEqual([...runningMedian(Float64Array.from([2, 2, 9, 2, 2, 1]), 3)], [2, 2, 2, 2, 2, 2]);
  assert.equal(middleOf(Float64Array.from([1, 2, 4, 8])), 3);
});

Deno.test("isSeasonal() finds a weekly pattern in three weeks and none in a ramp's differences", () => {
  assert.equal(isSeasonal(Float64Array.from(weeks(4)), 7), true);
  assert.equal(isSeasonal(Float64Array.from(weeks(2)), 7), false);
  assert.equal(isSeasonal(Float64Array.from({ length: 60 }, (_, at) => (at * 7919) % 101), 7), false);
});

Deno.test("cleanOutliers() puts the usual value in the place of a spike, the last value's too", () => {
  const values = Float64Array.from(weeks(6));
  values[20] = 300;
  values[41] = 90;
  const { values: cleaned, outliers } = cleanOutliers(values, [7]);
  assert.deepEqual(outliers, [20, 41]);
  assertNear([cleaned[20]!, cleaned[41]!], [4.5, 5]);
});

Deno.test("cleanOutliers() leaves a new level alone", () => {
  const values = Float64Array.from([...weeks(6), 30, 36, 33]);
  assert.deepEqual(cleanOutliers(values, [7]).outliers, []);
});

Deno.test("findLevelChange() says where a lasting change is and by how much", () => {
  const values = Float64Array.from({ length: 84 }, (_, at) => WEEK[at % 7]! * (at < 70 ? 1 : 2));
  const change = findLevelChange(values, [7])!;
  assert.equal(change.at, 70);
  assertNear([change.factor], [2], 1e-9);
  assert.deepEqual(alignLevel(values, { at: 70, factor: 2 }).subarray(68, 72).join(" "), "8 6 20 24");
});

Deno.test("findLevelChange() takes neither a steady course nor a few days for one", () => {
  assert.equal(findLevelChange(Float64Array.from(weeks(12)), [7]), undefined);
  const days = Float64Array.from(weeks(12), (value, at) => (at < 80 ? value : 2 * value));
  assert.equal(findLevelChange(days, [7])?.at === 80, false);
});

Deno.test("readySeries() says what it did", () => {
  const values: (number | null)[] = Array.from({ length: 84 }, (_, at) => WEEK[at % 7]! * (at < 70 ? 1 : 3));
  values[30] = 400;
  for (let at = 40; at < 50; at++) values[at] = null;
  const warnings: string[] = [];
  const ready = readySeries(values, { periods: [7, 365], warnings });
  assert.deepEqual(ready.periods, [7]);
  assert.equal(Number.isNaN(ready.observed[45]!), true);
  assert.equal(ready.values.every((value) => value >= 0), true);
  assert.deepEqual(warnings, [
    "10 of 84 values are missing",
    "1 value stands far out and is not followed",
    "the level changed to 3.0 times what it was, 14 values before the end: what came before is brought to the new level",
  ]);
});
