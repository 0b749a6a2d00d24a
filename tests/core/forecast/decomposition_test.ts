import { strict as assert } from "node:assert";
import { smoothBeyondEnds, smoothLocally } from "../../../core/forecast/loess.ts";
import { continueSeasons, takeSeasonsOff } from "../../../core/forecast/mstl.ts";
import { decompose, remainderOf } from "../../../core/forecast/stl.ts";
import { assertNear } from "./near.ts";

const SERIES = Float64Array.from([3, 5, 9, 4, 4, 6, 11, 5, 5, 8, 12, 6, 7, 9, 14, 8]);

Deno.test("smoothLocally() leaves a line as it is, also between its jumps", () => {
  const line = Float64Array.from([1, 2, 3, 4, 5, 6, 7]);
  assertNear(smoothLocally(line, { span: 5, degree: 1, jump: 3 }), [1, 2, 3, 4, 5, 6, 7], 1e-12);
});

Deno.test("smoothLocally() weighs neighbours by the tricube of their distance", () => {
  const smoothed = smoothLocally(Float64Array.from([0, 0, 1, 0, 0]), { span: 5, degree: 0, jump: 1 });
  // The neighbours at half the reach weigh (1 - 1/8)^3 each, those at its end nothing: 1 / (1 + 2 * 0.669921875).
  assertNear([smoothed[2]!], [0.42737896], 1e-8);
});

Deno.test("smoothBeyondEnds() goes on by a step at both ends", () => {
  assertNear(smoothBeyondEnds(Float64Array.from([1, 2, 3]), { span: 3, degree: 1, jump: 1 }), [0, 1, 2, 3, 4], 1e-12);
});

Deno.test("decompose() takes a series apart as an independent implementation does", () => {
  const parts = decompose(SERIES, { period: 4, span: 11 });
  assertNear(parts.season.subarray(0, 4), [-2.074049, -0.113423, 4.107837, -1.923681]);
  assertNear(parts.season.subarray(12), [-2.07382, -0.110329, 4.148297, -1.966846]);
  assertNear(parts.trend.subarray(0, 4), [4.890865, 5.130455, 5.383317, 5.63553]);
  const periodic = decompose(SERIES, { period: 4, span: "periodic" });
  assertNear(periodic.season.subarray(8, 12), [-2.078943, -0.12168, 4.127045, -1.926422]);
  assertNear(periodic.trend.subarray(12), [8.753191, 9.221773, 9.661452, 10.090648]);
});

Deno.test("decompose(): season, trend and remainder add up to the series", () => {
  const parts = decompose(SERIES, { period: 4, span: 11 });
  const remainder = remainderOf(SERIES, parts);
  assertNear(remainder.map((value, at) => value + parts.season[at]! + parts.trend[at]!), [...SERIES], 1e-12);
});

Deno.test("takeSeasonsOff() takes two seasons off as an independent implementation does, and goes on with both", () => {
  const long = [0, 1, 2, 3, 2, 1, 0, -2, -3, -4];
  const values = Float64Array.from(
    { length: 40 },
    (_, t) => 10 + [0, 2, -2][t % 3]! + long[t % 10]! + (t * 7) % 5 / 10,
  );
  const seasons = takeSeasonsOff(values, { periods: [3, 10], span: 11 });
  assertNear(seasons.adjusted.subarray(0, 3), [10.238611, 10.172236, 10.18874]);
  assertNear(seasons.seasons[0]!.values.subarray(0, 3), [-0.019232, 2.034908, -2.013704]);
  assertNear(seasons.seasons[1]!.values.subarray(0, 3), [-0.219378, 0.992856, 2.224964]);
  const [first] = continueSeasons(seasons, 1);
  assertNear([first!], [seasons.seasons[0]!.values[37]! + seasons.seasons[1]!.values[30]!], 1e-12);
});

Deno.test("takeSeasonsOff() leaves a season alone that the series does not hold twice", () => {
  const { seasons, adjusted } = takeSeasonsOff(Float64Array.from([1, 2, 3, 4]), { periods: [4], span: 11 });
  assert.deepEqual(seasons, []);
  assert.deepEqual([...adjusted], [1, 2, 3, 4]);
});
