import assert from "node:assert/strict";
import { beginWith, shareAhead } from "../../../core/forecast/running.ts";

const HOUR_MS = 3_600_000;
const DAY = { since: 0, until: 24 * HOUR_MS };

Deno.test("shareAhead() is what is left of a period from the next quarter of an hour on", () => {
  assert.equal(shareAhead(DAY, 0), 1);
  assert.equal(shareAhead(DAY, 6 * HOUR_MS), 0.75);
  // A minute after noon is a quarter of an hour after it: 11.75 of 24 hours are left.
  assert.equal(shareAhead(DAY, 12 * HOUR_MS + 60_000), 11.75 / 24);
  assert.equal(shareAhead(DAY, DAY.until - 1), 0);
});

Deno.test("beginWith() has what was spent and the rest of the first period, and no bound below what was spent", () => {
  const forecast = {
    periods: [{ mean: 8, lower: 4, upper: 16 }, { mean: 10, lower: 5, upper: 15 }],
    sums: [{ mean: 8, lower: 4, upper: 16 }, { mean: 18, lower: 10, upper: 30 }],
    parts_over_whole: 1,
  };
  // A quarter of 8 is to come, by 1 less or 2 more; the sum has 12 + 2 + 10.
  assert.deepEqual(beginWith(forecast, { so_far: 12, ahead: 0.25 }), {
    periods: [{ mean: 14, lower: 13, upper: 16 }, { mean: 10, lower: 5, upper: 15 }],
    sums: [{ mean: 14, lower: 13, upper: 16 }, { mean: 24, lower: 16, upper: 36 }],
    parts_over_whole: 1,
  });
  const over = beginWith({ ...forecast, periods: [{ mean: 8, lower: 0, upper: 16 }] }, { so_far: 3, ahead: 0 });
  assert.deepEqual(over.periods[0], { mean: 3, lower: 3, upper: 3 });
});
