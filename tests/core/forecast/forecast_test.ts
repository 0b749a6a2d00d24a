import { strict as assert } from "node:assert";
import { forecast } from "../../../core/forecast/forecast.ts";

Deno.test("forecast() of a constant series is the constant", () => {
  const { mean, lower, upper, cumulative } = forecast({ values: Array(20).fill(5), periods: [7], horizon: 3 });
  assert.deepEqual([mean, lower, upper], [[5, 5, 5], [5, 5, 5], [5, 5, 5]]);
  assert.deepEqual(cumulative, { mean: [5, 10, 15], lower: [5, 10, 15], upper: [5, 10, 15] });
});

Deno.test("forecast() says when there is too little for a season", () => {
  const { warnings } = forecast({ values: [1, 2, 3, 2, 1, 2, 3, 2, 1], periods: [7], horizon: 3 });
  assert.equal(warnings.length, 1);
});

Deno.test("forecast() refuses a negative value and says which", () => {
  assert.throws(() => forecast({ values: [1, -2], periods: [], horizon: 1 }), {
    message: 'Cannot forecast with value 2, "-2": a number from 0 to 1e+30, or null where it is missing',
  });
});
