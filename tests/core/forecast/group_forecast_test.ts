import assert from "node:assert/strict";
import type { Forecast } from "../../../core/forecast/forecast.ts";
import { combineParts } from "../../../core/forecast/group_forecast.ts";

function forecastOf(mean: number[], half: number): Forecast {
  let sum = 0;
  const sums = mean.map((value) => sum += value);
  const around = (values: number[], width: number) => ({
    mean: values,
    lower: values.map((value) => value - width),
    upper: values.map((value) => value + width),
  });
  return {
    ...around(mean, half),
    cumulative: around(sums, half * 2),
    level: 0.95,
    method: "flat",
    seasonality: [],
    backtest: null,
    history: 10,
    warnings: [],
  };
}

const PERIODS = ["2026-01-01", "2026-01-02"].map((label, at) => ({ label, since: at * 10, until: at * 10 + 10 }));
const AHEAD = { periods: PERIODS, slots: [{ step: 0, share: 1 }, { step: 1, share: 1 }] };
const STEADY = () => 1;

Deno.test("combineParts() adds up the parts, and has the interval of the whole around their sum", () => {
  const parts = [{ forecast: forecastOf([10, 20], 1), index: STEADY }, {
    forecast: forecastOf([30, 40], 1),
    index: STEADY,
  }];
  const { periods, sums, parts_over_whole } = combineParts(parts, forecastOf([44, 66], 8), AHEAD);
  assert.deepEqual(periods, [{ mean: 40, lower: 32, upper: 48 }, { mean: 60, lower: 52, upper: 68 }]);
  assert.deepEqual(sums, [{ mean: 40, lower: 24, upper: 56 }, { mean: 100, lower: 84, upper: 116 }]);
  assert.equal(parts_over_whole, 100 / 110);
});

Deno.test("combineParts() puts each part at its own prices, and the interval at those of the sum", () => {
  // The second part doubles in the second period: 20 + 2 x 40 is 100, where 60 was expected at old prices.
  const doubled = (period: { since: number }) => period.since === 0 ? 1 : 2;
  const parts = [{ forecast: forecastOf([10, 20], 1), index: STEADY }, {
    forecast: forecastOf([30, 40], 1),
    index: doubled,
  }];
  const { periods, sums } = combineParts(parts, forecastOf([40, 60], 6), AHEAD);
  assert.deepEqual(periods, [{ mean: 40, lower: 34, upper: 46 }, { mean: 100, lower: 90, upper: 110 }]);
  assert.equal(sums[1]!.mean, 140);
});

Deno.test("combineParts() never expects less than nothing, and its bounds are on either side of its mean", () => {
  const parts = [{ forecast: forecastOf([1, 0], 0), index: STEADY }];
  const { periods } = combineParts(parts, forecastOf([5, 5], 3), AHEAD);
  assert.deepEqual(periods, [{ mean: 1, lower: 0, upper: 4 }, { mean: 0, lower: 0, upper: 3 }]);
});

Deno.test("combineParts() takes half of a step for a period that is half of one, and a step twice that comes twice", () => {
  const slots = [{ step: 0, share: 0.5 }, { step: 0, share: 1 }];
  const { periods } = combineParts([{ forecast: forecastOf([10], 2), index: STEADY }], forecastOf([10], 2), {
    periods: PERIODS,
    slots,
  });
  assert.deepEqual(periods, [{ mean: 5, lower: 4, upper: 6 }, { mean: 10, lower: 8, upper: 12 }]);
});
