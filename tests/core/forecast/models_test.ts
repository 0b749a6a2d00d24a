import { strict as assert } from "node:assert";
import {
  autocovariances,
  chooseOrder,
  forecastAutoregression,
  forecastDifferences,
  levinsonDurbin,
} from "../../../core/forecast/autoregression.ts";
import { forecastComplex, isStable, runComplex } from "../../../core/forecast/complex_smoothing.ts";
import { deviationsOf } from "../../../core/forecast/continuation.ts";
import { continueSmoothing, fitSmoothing, smooth } from "../../../core/forecast/exponential_smoothing.ts";
import { minimize } from "../../../core/forecast/nelder_mead.ts";
import { forecastTheta, runTheta } from "../../../core/forecast/theta.ts";
import { assertNear } from "./near.ts";

/** Forecasts of this series by an independent implementation in plain JavaScript stand in the tests below. */
const SERIES = Float64Array.from([3, 5, 9, 4, 4, 6, 11, 5, 5, 8, 12, 6, 7, 9, 14, 8]);

Deno.test("minimize() finds the bottom of a bowl, or the nearest point within bounds", () => {
  const bowl = ([x, y]: readonly number[]) => (x! - 3) ** 2 + (y! + 1) ** 2;
  const search = { start: [0.5, 0.5], step: 0.3, iterations: 300, tolerance: 1e-12 };
  assertNear(minimize(bowl, { ...search, lower: [-9, -9], upper: [9, 9] }).point, [3, -1], 1e-4);
  assertNear(minimize(bowl, { ...search, lower: [0, 0], upper: [2, 9] }).point, [2, 0], 1e-4);
});

Deno.test("smooth() moves the level by a share of each error", () => {
  const parameters = { alpha: 0.5, beta: 0, damping: 1, level: 10, trend: 0 };
  // Errors 0, 2 and 0: the level is 10, 11 and 11.
  assert.deepEqual(smooth(Float64Array.from([10, 12, 11]), parameters), { level: 11, trend: 0, squared_error: 4 });
});

Deno.test("smooth() moves the trend too", () => {
  const parameters = { alpha: 0.5, beta: 0.1, damping: 1, level: 10, trend: 1 };
  const { level, trend, squared_error } = smooth(Float64Array.from([12, 13]), parameters);
  // 11 is expected and 12 comes: level 11.5, trend 1.1; 12.6 is expected and 13 comes.
  assertNear([level, trend, squared_error], [12.8, 1.14, 1.16], 1e-12);
});

Deno.test("continueSmoothing() damps the trend and lets each error stay by alpha and beta", () => {
  const { mean, response } = continueSmoothing({
    parameters: { alpha: 0.5, beta: 0.1, damping: 0.9, level: 0, trend: 0 },
    end: { level: 10, trend: 1, squared_error: 0 },
    variance: 4,
    aicc: 0,
  }, 3);
  assertNear(mean, [10.9, 11.71, 12.439], 1e-12);
  assertNear(response, [2, 1.18, 1.342], 1e-12);
});

Deno.test("fitSmoothing() finds the parameters that an independent search finds", () => {
  const level = continueSmoothing(fitSmoothing(SERIES, "none")!, 3);
  assertNear(level.mean, [8.72239, 8.72239, 8.72239], 1e-3);
  assertNear(deviationsOf(level.response), [3.377215, 3.450216, 3.521704], 1e-3);
  assertNear(continueSmoothing(fitSmoothing(SERIES, "linear")!, 3).mean, [10.426253, 10.799957, 11.173662], 0.02);
  assert.equal(fitSmoothing(Float64Array.from([1, 2, 3]), "damped"), undefined);
});

Deno.test("runTheta() with theta 1 is exponential smoothing", () => {
  const expected = new Float64Array(2);
  const squared = runTheta(Float64Array.from([1, 3, 5, 7]), { level: 1, alpha: 0.5, theta: 1 }, expected);
  // The level is 1, 2, 3.5 and 5.25; errors count from the fourth value on.
  assert.equal(squared, 12.25);
  assert.deepEqual([...expected], [5.25, 5.25]);
});

Deno.test("runTheta() follows a line by a share that theta says", () => {
  const expected = new Float64Array(1);
  runTheta(Float64Array.from([2, 4]), { level: 2, alpha: 0.5, theta: 2 }, expected);
  // At the second value the level is 3 and the line through both rises by 2 from 0:
  // 3 + 1/2 (0 * 0.5^2 + 2 * (1 - 0.5^3) / 0.5).
  assertNear(expected, [4.75], 1e-12);
});

Deno.test("forecastTheta() finds the parameters that an independent search finds", () => {
  const { mean, response } = forecastTheta(SERIES, 3);
  assertNear(mean, [8.645257, 8.645257, 8.645257], 1e-3);
  assertNear(deviationsOf(response), [3.540311, 3.606361, 3.671224], 1e-3);
});

Deno.test("runComplex() moves level and companion", () => {
  const { end, squared_error } = runComplex(Float64Array.from([10, 12]), { a0: 1.3, a1: 1 }, [10, 9]);
  // No error at first: level 10, companion 10 - 0.3 * 9 = 7.3. Then 2: 10 + 0.3 * 2, and 10 - 0.3 * 7.3 + 2.3 * 2.
  assertNear([...end, squared_error], [10.6, 12.41, 4], 1e-12);
});

Deno.test("forecastComplex() finds the parameters that an independent search finds, within the stable region", () => {
  assertNear(forecastComplex(SERIES, 3).mean, [9.924749, 9.998387, 10.289519], 0.01);
  assert.deepEqual([isStable({ a0: 1.3, a1: 1 }), isStable({ a0: 0.5, a1: 1 })], [true, false]);
});

Deno.test("levinsonDurbin() solves the Yule-Walker equations of each order", () => {
  const orders = levinsonDurbin([1, 0.5, 0.4]);
  assertNear(orders[1]!.weights, [0.5], 1e-12);
  // (0.4 - 0.5 * 0.5) / 0.75 = 0.2, and 0.5 - 0.2 * 0.5 = 0.4.
  assertNear(orders[2]!.weights, [0.4, 0.2], 1e-12);
  assertNear(orders.map(({ variance }) => variance), [1, 0.75, 0.72], 1e-12);
});

Deno.test("autocovariances() divides by the number of values at each lag", () => {
  assert.deepEqual([...autocovariances(Float64Array.from([1, -1, 1, -1]), 2)], [1, -0.75, 0.5]);
});

Deno.test("chooseOrder() takes no lag that is not worth it", () => {
  assert.deepEqual(chooseOrder(levinsonDurbin([1, 0.01]), 100).weights, []);
  assert.deepEqual(chooseOrder(levinsonDurbin([1, 0.9]), 100).weights, [0.9]);
});

Deno.test("forecastAutoregression() and forecastDifferences() answer as an independent implementation", () => {
  const level = forecastAutoregression(SERIES, 3);
  assertNear(level.mean, [7.25, 7.25, 7.25]);
  assertNear(deviationsOf(level.response), [3.031089, 3.031089, 3.031089]);
  const changes = forecastDifferences(SERIES, 3);
  assertNear(changes.mean, [7.28083, 8.926943, 12.429591]);
  assertNear(deviationsOf(changes.response), [2.404729, 2.478059, 2.480642]);
});
