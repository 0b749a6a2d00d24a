import assert from "node:assert/strict";
import { forecastRest, monthAt, monthFigures } from "../../../core/forecast/month_end.ts";
import { splitRange } from "../../../core/time.ts";

const at = (text: string) => Date.parse(text);

function daysFrom(since: string, count: number) {
  return splitRange({ since: at(since), until: at(since) + count * 86_400_000 }, "day", "UTC");
}

Deno.test("monthAt() goes by the calendar of the zone", () => {
  const now = at("2026-03-31T22:30:00Z");
  assert.deepEqual(monthAt(now, "UTC"), {
    since: at("2026-03-01T00:00:00Z"),
    until: at("2026-04-01T00:00:00Z"),
    label: "2026-03",
  });
  assert.deepEqual(monthAt(now, "Europe/Berlin"), {
    since: at("2026-03-31T22:00:00Z"),
    until: at("2026-04-30T22:00:00Z"),
    label: "2026-04",
  });
});

Deno.test("forecastRest() takes what is left of today and all of the days after it, to the end of the month", () => {
  // 6 hours of the 29th are left: a quarter of 8, then 10 and 12; the 1st of the next month is none of it.
  const rest = forecastRest(
    {
      days: daysFrom("2026-01-29T00:00:00Z", 4),
      mean: [8, 10, 12, 100],
      below: [1, 2, 6, 50],
      above: [1, 2, 9, 50],
    },
    monthAt(at("2026-01-29T18:00:00Z"), "UTC"),
    at("2026-01-29T18:00:00Z"),
  );
  // 30 are expected of the three days and 24 of what is left of them, so four fifths of the interval lie ahead.
  assert.deepEqual(rest, { mean: 24, lower: 24 - 6 * 0.8, upper: 24 + 9 * 0.8 });
});

Deno.test("forecastRest() never expects less than nothing, and nothing at all where nothing was expected", () => {
  const month = monthAt(at("2026-01-31T12:00:00Z"), "UTC");
  const days = daysFrom("2026-01-31T00:00:00Z", 1);
  const now = at("2026-01-31T12:00:00Z");
  assert.deepEqual(forecastRest({ days, mean: [2], below: [8], above: [4] }, month, now), {
    mean: 1,
    lower: 0,
    upper: 3,
  });
  assert.deepEqual(forecastRest({ days, mean: [0], below: [0], above: [4] }, month, now), {
    mean: 0,
    lower: 0,
    upper: 2,
  });
});

Deno.test("forecastRest() knows nothing of a month that its days do not reach to the end of", () => {
  const now = at("2026-01-29T18:00:00Z");
  const short = { days: daysFrom("2026-01-29T00:00:00Z", 2), mean: [1, 1], below: [0, 0], above: [0, 0] };
  assert.equal(forecastRest(short, monthAt(now, "UTC"), now), null);
  const past = at("2026-02-03T00:00:00Z");
  assert.equal(forecastRest(short, monthAt(past, "UTC"), past), null);
});

Deno.test("monthFigures() keeps what was spent exact, and what is projected a statistic", () => {
  const rest = { mean: 24, lower: 19.2, upper: 31.2 };
  assert.deepEqual(monthFigures({ label: "2026-01", actual: 100_000_000_001n, rest, measure: "cost_usd" }), {
    month: { value: "2026-01", type: "time" },
    month_actual_cost_usd: { value: 100_000_000_001n, type: "usd" },
    month_projected_rest_cost_usd: { value: 24_000_000n, type: "approximate_usd" },
    month_projected_cost_usd: { value: 124_000_000n, type: "approximate_usd" },
    month_projected_lower_cost_usd: { value: 119_200_000n, type: "approximate_usd" },
    month_projected_upper_cost_usd: { value: 131_200_000n, type: "approximate_usd" },
  });
  const unknown = monthFigures({ label: "2026-01", actual: null, rest, measure: "cost_usd" });
  assert.equal(unknown.month_projected_cost_usd!.value, null);
});
