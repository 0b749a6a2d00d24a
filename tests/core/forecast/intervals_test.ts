import { strict as assert } from "node:assert";
import { chooseOrigins } from "../../../core/forecast/backtest.ts";
import { combineTrials, judge, smallSampleFactor, widthFactor } from "../../../core/forecast/calibrate.ts";
import { chooseShares } from "../../../core/forecast/combine.ts";
import { forecastMean, largestRateOfNothing } from "../../../core/forecast/little.ts";
import { normalQuantile, studentQuantile } from "../../../core/forecast/normal.ts";
import { sumPaths } from "../../../core/forecast/paths.ts";
import { createUniform } from "../../../core/forecast/random.ts";
import { assertNear } from "./near.ts";

Deno.test("normalQuantile() and studentQuantile() agree with published tables", () => {
  assertNear(
    [0.5, 0.975, 0.001, 1e-9].map(normalQuantile),
    [0, 1.959963984540054, -3.090232306167813, -5.997807015],
    1e-9,
  );
  assertNear([studentQuantile(0.975, 10), studentQuantile(0.975, 30)], [2.228139, 2.042272], 1e-3);
  assertNear([studentQuantile(0.975, 3)], [3.182446], 0.06);
});

Deno.test("createUniform() gives the same numbers every time", () => {
  const uniform = createUniform(1);
  assert.deepEqual([uniform(), uniform()], [0.6270739405881613, 0.002735721180215478]);
});

Deno.test("chooseShares() keeps what is near the best, by the inverse square of its loss", () => {
  // 1, 1 and 1 / 1.44 of 2.69444…; the third is more than 1.3 times the best.
  const shares = chooseShares([1, 1.2, 2, 1]);
  assert.deepEqual(shares.map(({ at }) => at), [0, 3, 1]);
  assertNear(shares.map(({ weight }) => weight), [0.371134, 0.371134, 0.257732]);
  assert.deepEqual(chooseShares([0, 5]), [{ at: 0, weight: 1 }]);
});

Deno.test("chooseOrigins() leaves a quarter to be forecast, and two periods to learn from", () => {
  assert.deepEqual(chooseOrigins(100, { horizon: 10, periods: [7], most: 3 }), { starts: [90, 85, 80], horizon: 10 });
  assert.deepEqual(chooseOrigins(40, { horizon: 28, periods: [7], most: 3 }), { starts: [30, 25, 20], horizon: 10 });
  assert.deepEqual(chooseOrigins(18, { horizon: 7, periods: [7], most: 3 }), { starts: [16], horizon: 2 });
  assert.deepEqual(chooseOrigins(8, { horizon: 7, periods: [], most: 3 }), { starts: [], horizon: 0 });
});

Deno.test("smallSampleFactor() is 1 in a long series, and wide in four weeks of days", () => {
  assertNear([smallSampleFactor({ count: 1e7, periods: [7], level: 0.95 })], [1], 1e-4);
  // Student's 2.3060 of (29 - 6 - 7) / 2 degrees over 1.9600, and the root of (1 + 7 / 29) / (1 - 7 / 29).
  assertNear([smallSampleFactor({ count: 29, periods: [7], level: 0.95 })], [2.306 / 1.96 * 1.279204], 3e-3);
});

const BAND = { mean: Float64Array.of(10, 10), lower: Float64Array.of(8, 8), upper: Float64Array.of(12, 12) };

Deno.test("widthFactor() widens what was too narrow by as much as the errors say, within bounds", () => {
  const observed = Float64Array.of(10, 10, 10, 10);
  const tried = [{ start: 0, band: BAND }, { start: 2, band: BAND }];
  // No error at all: 1 - 4 / 104.
  assertNear([widthFactor(observed, tried, { level: 0.95, factor: 1 })], [1 - 4 / 104], 1e-12);
  // Each error is three half-widths: 1 + 2 * 4 / 104.
  assertNear(
    [widthFactor(observed.map((value) => value + 6), tried, { level: 0.95, factor: 1 })],
    [1 + 8 / 104],
    1e-12,
  );
  assert.equal(widthFactor(observed.map(() => 1e6), tried, { level: 0.95, factor: 1 }), 1.3);
  assert.equal(widthFactor(observed.map(() => NaN), tried, { level: 0.95, factor: 1 }), 1);
});

Deno.test("judge() scales errors by the naive forecast's and counts what lay inside", () => {
  // The seasonal naive error of period 1 is (2 + 2 + 2) / 3; the errors are 1 and 3.
  const judged = judge(Float64Array.of(9, 11, 13, 11, NaN, NaN), [
    { start: 1, band: BAND },
    { start: 4, band: BAND },
  ], { factor: 1, period: 1 });
  assertNear([judged.mase!, judged.smape!, judged.coverage!], [1, (200 / 21 + 600 / 23) / 2, 0.5], 1e-12);
  assert.deepEqual(judge(Float64Array.of(0, 0, 0, 0), [], { factor: 1, period: 1 }), {
    mase: null,
    smape: null,
    coverage: null,
  });
});

Deno.test("combineTrials() judges no forecast by what it was chosen for", () => {
  const bad = { ...BAND, mean: Float64Array.of(50, 50) };
  const trials = [{ start: 0, bands: [BAND, bad] }, { start: 2, bands: [bad, BAND] }];
  // At the first origin the first candidate is right, so at the second it is trusted.
  const tried = combineTrials(trials, ([trial]) => trial!.start === 0 ? [1, 9] : [9, 1]);
  assert.deepEqual(tried.map(({ band }) => band.mean[0]), [50, 50]);
});

/** An interval of 1.96 standard deviations, with these deviations. */
function bandWith(...deviations: number[]) {
  const mean = Float64Array.from(deviations, () => 100);
  return {
    mean,
    lower: mean.map((value, at) => value - 1.96 * deviations[at]!),
    upper: mean.map((value, at) => value + 1.96 * deviations[at]!),
  };
}

Deno.test("sumPaths(): independent errors partly cancel out", () => {
  const { mean, upper } = sumPaths(bandWith(1, 1, 1), {
    response: Float64Array.of(1, 0, 0),
    level: 0.95,
    paths: 10_000,
  });
  assert.deepEqual([...mean], [100, 200, 300]);
  // The deviation of the sum is the root of the number of steps.
  assertNear(upper.map((value, at) => (value - mean[at]!) / 1.96), [1, 1.414, 1.732], 0.06);
});

Deno.test("sumPaths(): errors that stay add up", () => {
  const walk = bandWith(1, Math.SQRT2, Math.sqrt(3));
  const { mean, lower } = sumPaths(walk, { response: Float64Array.of(1, 1, 1), level: 0.95, paths: 10_000 });
  // Deviations of the sums of a random walk: roots of 1, 1 + 4 and 1 + 4 + 9.
  assertNear(lower.map((value, at) => (mean[at]! - value) / 1.96), [1, 2.236, 3.742], 0.12);
});

Deno.test("sumPaths(): a sum never falls and is never below zero", () => {
  const band = { mean: Float64Array.of(1, 1), lower: Float64Array.of(-9, -9), upper: Float64Array.of(11, 11) };
  const { lower } = sumPaths(band, { response: Float64Array.of(1, 1), level: 0.95, paths: 100 });
  assert.deepEqual([...lower], [0, 0]);
});

Deno.test("forecastMean() of one value reaches from nothing to several times as much", () => {
  const { band } = forecastMean([5], { horizon: 1, level: 0.95 });
  assert.equal(band.mean[0], 5);
  assert.ok(band.lower[0]! < 0 && band.upper[0]! > 15);
});

Deno.test("largestRateOfNothing() is the rule of three", () => {
  assertNear([largestRateOfNothing(30, 0.95)], [0.0998577], 1e-6);
});
