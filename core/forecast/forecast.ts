/**
 * Forecasts one series: what comes next, how far off that may be, and how it was arrived at.
 */

import { CostopsError } from "../error.ts";
import { LIMITS } from "../limits.ts";
import { forecastSimply } from "./simple.ts";

/** A series and what is asked about it. */
export interface ForecastInput {
  /** Equally spaced, oldest first; null is missing, which is not zero. Never negative. */
  readonly values: readonly (number | null)[];
  /** Periods in which a pattern may repeat, in steps, ascending: [24, 168] for hours, [7] for days; [] for none. */
  readonly periods: readonly number[];
  /** Steps after the last value; at least 1. */
  readonly horizon: number;
  /** Share of outcomes that the interval is to contain, above 0 and below 1; 0.95 unless given. */
  readonly level?: number;
  /** `fast` tries few methods, for many series at once; `auto` unless given. */
  readonly method?: "auto" | "fast";
}

/** An expected value and its interval for each step of the horizon; none is negative. */
export interface ForecastBand {
  readonly mean: readonly number[];
  readonly lower: readonly number[];
  readonly upper: readonly number[];
}

/** How forecasts made from earlier points of the same series came out. */
export interface Backtest {
  /** Mean absolute error over that of repeating the last season; null when the series does not change. */
  readonly mase: number | null;
  /** Symmetric mean absolute percentage error, 0 to 200; null when all is 0. */
  readonly smape: number | null;
  /** Share of the values that lay in their interval. */
  readonly coverage: number | null;
  /** How many forecasts were made, and of how many steps each. */
  readonly origins: number;
  readonly horizon: number;
}

/** A forecast, and what it rests on. */
export interface Forecast extends ForecastBand {
  /**
   * The running sum of the first h steps. Its interval is of simulated paths: summing the bounds of single steps would
   * make it far too wide.
   */
  readonly cumulative: ForecastBand;
  readonly level: number;
  /** What was chosen, in words. */
  readonly method: string;
  /** The periods that were found in the data. */
  readonly seasonality: readonly number[];
  readonly backtest: Backtest | null;
  /** Points the forecast rests on. */
  readonly history: number;
  /** What a reader must know before trusting it, each a sentence without its end. */
  readonly warnings: readonly string[];
}

/**
 * Forecasts a series. The same input gives the same answer. Fails with `invalid` when a value, the horizon, a period or
 * the level is no number in its range; too little history is no failure but a wide interval and a warning.
 */
export function forecast(input: ForecastInput): Forecast {
  checkInput(input);
  return forecastSimply(input);
}

function checkInput({ values, periods, horizon, level = 0.95 }: ForecastInput): void {
  if (values.length > LIMITS.forecast_values) {
    refuse(`a series of ${values.length} values`, `at most ${LIMITS.forecast_values}`);
  }
  values.forEach((value, at) => {
    if (value === null || (value >= 0 && value <= LIMITS.forecast_value)) return;
    refuse(`value ${at + 1}, "${value}"`, `a number from 0 to ${LIMITS.forecast_value}, or null where it is missing`);
  });
  if (!Number.isInteger(horizon) || horizon < 1 || horizon > LIMITS.forecast_horizon) {
    refuse(`horizon "${horizon}"`, `a whole number from 1 to ${LIMITS.forecast_horizon}`);
  }
  for (const period of periods) {
    if (Number.isInteger(period) && period >= 2 && period <= LIMITS.forecast_period) continue;
    refuse(`period "${period}"`, `a whole number from 2 to ${LIMITS.forecast_period}`);
  }
  if (!(level > 0 && level < 1)) refuse(`level "${level}"`, "a number between 0 and 1");
}

function refuse(what: string, wanted: string): never {
  throw new CostopsError("invalid", `Cannot forecast with ${what}: ${wanted}`);
}
