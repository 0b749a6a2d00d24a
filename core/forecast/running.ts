/**
 * The period that runs: what is known of it already, and what is expected of its rest.
 */

import type { TimeRange } from "../analytics/query.ts";
import type { Expected, GroupForecast } from "./group_forecast.ts";

/** Who asks again soon gets the same answer. */
const QUARTER_HOUR_MS = 900_000;

/** How much of a period that runs lies ahead, from the next quarter of an hour on: 1 at its start, 0 at its end. */
export function shareAhead({ since, until }: TimeRange, now: number): number {
  const begun = Math.ceil((now - since) / QUARTER_HOUR_MS) * QUARTER_HOUR_MS;
  return Math.max(0, until - since - begun) / (until - since);
}

/**
 * Puts what the first period, which runs, has brought so far in the place of the share of its forecast that is over. None
 * of it is ever expected to be undone: no bound is below `so_far`.
 */
export function beginWith(
  forecast: GroupForecast,
  { so_far, ahead }: { readonly so_far: number; readonly ahead: number },
): GroupForecast {
  const whole = forecast.periods[0]!;
  const mean = so_far + whole.mean * ahead;
  const around = (mean: number, { below, above }: { readonly below: number; readonly above: number }): Expected => ({
    mean,
    lower: Math.max(so_far, mean - below),
    upper: mean + above,
  });
  const first = around(mean, { below: (whole.mean - whole.lower) * ahead, above: (whole.upper - whole.mean) * ahead });
  return {
    ...forecast,
    periods: [first, ...forecast.periods.slice(1)],
    sums: forecast.sums.map((sum, at) =>
      at === 0
        ? first
        : around(sum.mean - whole.mean + mean, { below: sum.mean - sum.lower, above: sum.upper - sum.mean })
    ),
  };
}
