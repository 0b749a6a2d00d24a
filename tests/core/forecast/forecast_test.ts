import { strict as assert } from "node:assert";
import fc from "fast-check";
import { type Forecast, forecast, type ForecastInput } from "../../../core/forecast/forecast.ts";
import { assertNear } from "./near.ts";

const METHODS = ["auto", "fast"] as const;
const RUNS = { numRuns: 60, seed: 20261128 };
const WEEK = [10, 12, 11, 13, 12, 4, 3];

function days(count: number): number[] {
  return Array.from({ length: count }, (_, day) => WEEK[day % 7]!);
}

/** Whatever the input is: as many figures as were asked for, in order, none missing and none negative. */
function assertSound({ mean, lower, upper, cumulative }: Forecast, horizon: number): void {
  for (const band of [{ mean, lower, upper }, cumulative]) {
    for (const figures of [band.mean, band.lower, band.upper]) {
      assert.equal(figures.length, horizon);
      assert.ok(figures.every((figure) => Number.isFinite(figure) && figure >= 0), figures.join(" "));
    }
    band.lower.forEach((low, step) => assert.ok(low <= band.upper[step]!));
  }
}

const SERIES = fc.record<ForecastInput>({
  values: fc.array(
    fc.option(
      fc.oneof(fc.constant(0), fc.double({ min: 1e-6, max: 1e6, noNaN: true }), fc.integer({ min: 0, max: 9 })),
    ),
    { maxLength: 70 },
  ),
  periods: fc.constantFrom([], [7], [7, 24]),
  horizon: fc.integer({ min: 1, max: 20 }),
  level: fc.constantFrom(0.5, 0.8, 0.95, 0.99),
  method: fc.constantFrom(...METHODS),
});

Deno.test("forecast() answers every series with sound figures, and the same each time", () => {
  fc.assert(
    fc.property(SERIES, (input) => {
      const answer = forecast(input);
      assertSound(answer, input.horizon);
      assert.deepEqual(forecast(input), answer);
    }),
    RUNS,
  );
});

Deno.test("forecast() scales with the series: it makes no difference in which unit it is written", () => {
  const scaled = fc.record({ input: SERIES, factor: fc.constantFrom(1e-6, 0.25, 3, 1000, 1e9) })
    .filter(({ input }) => input.values.some((value) => value !== null && value > 0));
  fc.assert(
    fc.property(scaled, ({ input, factor }) => {
      const one = forecast(input);
      const other = forecast({ ...input, values: input.values.map((value) => value === null ? null : value * factor) });
      const size = Math.max(...one.upper) * factor;
      assertNear(other.mean, one.mean.map((value) => value * factor), 1e-4 * size);
      assertNear(other.lower, one.lower.map((value) => value * factor), 1e-4 * size);
      assertNear(other.upper, one.upper.map((value) => value * factor), 1e-4 * size);
      assert.equal(other.method, one.method);
    }),
    RUNS,
  );
});

Deno.test("forecast() of a constant series is the constant", () => {
  fc.assert(
    fc.property(
      fc.double({ min: 1e-3, max: 1e9, noNaN: true }),
      fc.integer({ min: 1, max: 60 }),
      fc.constantFrom(...METHODS),
      (value, count, method) => {
        const { mean } = forecast({ values: Array(count).fill(value), periods: [7], horizon: 3, method });
        assertNear(mean, [value, value, value], value * 1e-6);
      },
    ),
    RUNS,
  );
  const { lower, upper, cumulative, backtest } = forecast({ values: Array(20).fill(5), periods: [7], horizon: 3 });
  assert.deepEqual([lower, upper], [[5, 5, 5], [5, 5, 5]]);
  // Its past forecasts are off by the last digit of a double at most, in an interval without any width.
  assert.deepEqual([backtest!.mase, backtest!.smape, backtest!.coverage], [null, 0, 1]);
  assert.deepEqual(cumulative, { mean: [5, 10, 15], lower: [5, 10, 15], upper: [5, 10, 15] });
});

Deno.test("forecast() repeats a week that has always been the same", () => {
  for (const method of METHODS) {
    const { mean, seasonality, backtest, method: words } = forecast({
      values: days(56),
      periods: [7],
      horizon: 7,
      method,
    });
    assertNear(mean, WEEK, 0.05);
    assert.deepEqual(seasonality, [7]);
    assert.match(words, /seasons of 7 steps taken off/);
    assertNear([backtest!.coverage!], [1], 0.05);
  }
});

Deno.test("forecast() of nothing but zeros is zero, with the rule of three above", () => {
  const { mean, lower, upper, warnings } = forecast({ values: Array(30).fill(0), periods: [7], horizon: 2 });
  assert.deepEqual([mean, lower], [[0, 0], [0, 0]]);
  assertNear(upper, [0.0998577, 0.0998577]);
  assert.deepEqual(warnings, [
    "all 30 values are 0: the upper bound is how often something may happen, not how much it is",
  ]);
});

Deno.test("forecast() of no value, one and two: says how little it knows", () => {
  const none = forecast({ values: [null, null], periods: [7], horizon: 2 });
  assert.deepEqual([none.mean, none.history], [[0, 0], 0]);
  assert.deepEqual(none.warnings, ["no value is known: nothing can be said about the next"]);
  const one = forecast({ values: [5], periods: [7], horizon: 1 });
  assert.deepEqual([one.mean, one.lower, one.history], [[5], [0], 1]);
  assert.ok(one.upper[0]! > 15);
  assert.deepEqual(one.warnings, ["1 value from which nothing but a mean can be learned: a wide interval"]);
  const two = forecast({ values: [4, 6], periods: [], horizon: 1 });
  assert.deepEqual([two.mean, two.backtest, two.method], [[5], null, "mean of the values"]);
});

Deno.test("forecast() says how many values a pattern needs", () => {
  const { warnings, seasonality } = forecast({ values: [1, 2, 3, 2, 1, 2, 3, 2, 1], periods: [7], horizon: 3 });
  assert.deepEqual(warnings, [
    "18 values are needed for a pattern of 7 steps, 9 are there: a flat forecast with a wide interval",
  ]);
  assert.deepEqual(seasonality, []);
});

Deno.test("forecast() is not moved by one enormous value, on the last day either", () => {
  for (const at of [20, 51, 55]) {
    for (const method of METHODS) {
      const { mean, warnings } = forecast({ values: days(56).with(at, 1e6), periods: [7], horizon: 7, method });
      assertNear(mean, WEEK, 1);
      assert.deepEqual(warnings, ["1 value stands far out and is not followed"]);
    }
  }
});

Deno.test("forecast() goes on after a month without values", () => {
  const values = days(140).map((value, day) => (day >= 70 && day < 100 ? null : value));
  const { mean, history, warnings } = forecast({ values, periods: [7], horizon: 7 });
  assertNear(mean, WEEK, 0.1);
  assert.deepEqual([history, warnings], [110, ["30 of 140 values are missing"]]);
});

Deno.test("forecast() begins after the last value, also where that is missing", () => {
  const { mean } = forecast({ values: [...days(56), null, null], periods: [7], horizon: 3 });
  assertNear(mean, [11, 13, 12], 0.1);
});

Deno.test("forecast() leaves out what stands before the first use", () => {
  const one = forecast({ values: days(35), periods: [7], horizon: 7 });
  assert.deepEqual(forecast({ values: [0, 0, null, 0, ...days(35)], periods: [7], horizon: 7 }), one);
});

Deno.test("forecast() brings what came before a price's change to the new level", () => {
  const values = Array.from({ length: 98 }, (_, day) => WEEK[day % 7]! * (day < 77 ? 1 : 3));
  const { mean, warnings } = forecast({ values, periods: [7], horizon: 7 });
  assertNear(mean, WEEK.map((value) => 3 * value), 0.5);
  assert.match(warnings[0]!, /^the level changed to 3.0 times what it was, 21 values before the end/);
});

Deno.test("forecast() of ten years of hours rests on the latest of them", () => {
  const values = Array.from({ length: 87_600 }, (_, hour) => 10 + 5 * Math.sin(hour * Math.PI / 12) + hour % 5);
  for (const method of METHODS) {
    const answer = forecast({ values, periods: [24, 168], horizon: 48, method });
    assertSound(answer, 48);
    assert.equal(answer.seasonality.includes(24), true);
    assert.equal(answer.history, method === "fast" ? 1_000 : 4_000);
    const gappy = values.map((value, hour) => (hour % 3 === 0 ? value : null));
    assertSound(forecast({ values: gappy, periods: [24, 168], horizon: 48, method }), 48);
  }
});

Deno.test("forecast() refuses what is no series, and says what is wanted", () => {
  const refusals: readonly (readonly [Partial<ForecastInput>, string])[] = [
    [{ values: [1, -2] }, 'value 2, "-2": a number from 0 to 1e+30, or null where it is missing'],
    [{ values: [NaN] }, 'value 1, "NaN": a number from 0 to 1e+30, or null where it is missing'],
    [{ horizon: 0 }, 'horizon "0": a whole number from 1 to 8784'],
    [{ periods: [1] }, 'period "1": a whole number from 2 to 8784'],
    [{ level: 95 }, 'level "95": a number between 0 and 1'],
  ];
  for (const [part, words] of refusals) {
    assert.throws(() => forecast({ values: [1], periods: [], horizon: 1, ...part }), {
      kind: "invalid",
      message: `Cannot forecast with ${words}`,
    });
  }
});
