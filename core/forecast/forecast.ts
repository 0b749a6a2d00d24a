/**
 * Forecasts one series: what comes next, how far off that may be, and how it was arrived at.
 */

// @ts-types="@types/d3-array"
import { mean } from "d3-array";
import { CostopsError } from "../error.ts";
import { LIMITS } from "../limits.ts";
import type { Band } from "./band.ts";
import { listCandidates, listFewCandidates } from "./candidates.ts";
import { type Asked, type Effort, forecastCombined, type ModelForecast, type ReadySeries } from "./combined.ts";
import { findHistory } from "./history.ts";
import { forecastMean, largestRateOfNothing } from "./little.ts";
import { sumPaths } from "./paths.ts";
import { readySeries } from "./ready.ts";
import { describeMethod, findSeasonality } from "./words.ts";

const LEVEL = 0.95;

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
  const most = input.method === "fast" ? LIMITS.forecast_history_fast : LIMITS.forecast_history;
  const { values, unknown_end } = findHistory(input.values, most);
  const known = values.filter((value) => value !== null);
  const asked = { horizon: unknown_end + input.horizon, level: input.level ?? LEVEL };
  const warnings: string[] = [];
  const unit = unitOf(known);
  const inUnits = values.map((value) => value === null ? null : Math.fround(value / unit));
  const model = chooseModel(inUnits, { input, asked, warnings });
  return { ...assemble(model, { unit, input, asked }), history: known.length, warnings };
}

/** Fewer values than this are summed up, not modelled. */
const FEWEST_VALUES = 8;

interface Choosing {
  readonly input: ForecastInput;
  readonly asked: Asked;
  readonly warnings: string[];
}

function chooseModel(values: readonly (number | null)[], { input, asked, warnings }: Choosing): ModelForecast {
  const known = values.filter((value) => value !== null);
  if (!known.some((value) => value > 0)) return forecastNothing(known.length, { asked, warnings });
  if (known.length < FEWEST_VALUES) {
    warnings.push(`${countOf(known.length, "value")} from which nothing but a mean can be learned: a wide interval`);
    return forecastMean(known, asked);
  }
  const series = readySeries(values, { periods: input.periods, warnings });
  return forecastCombined(series, asked, chooseEffort(series, input.method ?? "auto"));
}

function chooseEffort({ values, periods }: ReadySeries, method: NonNullable<ForecastInput["method"]>): Effort {
  return method === "fast"
    ? { candidates: listFewCandidates(values, periods), origins: 1, trial_care: "quick", care: "quick" }
    : { candidates: listCandidates(values, periods), origins: 3, trial_care: "trial", care: "full" };
}

/** Nothing happened so far, so that nobody knows how much one use would be. */
function forecastNothing(count: number, { asked, warnings }: Omit<Choosing, "input">): ModelForecast {
  warnings.push(
    count === 0
      ? "no value is known: nothing can be said about the next"
      : `all ${countOf(count, "value")} are 0: the upper bound is how often something may happen, not how much it is`,
  );
  const model = forecastMean([0], asked);
  const upper = model.band.upper.map(() => largestRateOfNothing(count, asked.level));
  return { ...model, band: { ...model.band, upper } };
}

/** Models see values of about 1, so that it makes no difference in which unit a series is written. */
function unitOf(known: readonly number[]): number {
  return mean(known) || 1;
}

const PATHS = { auto: 1_000, fast: 100 } as const;

function assemble(
  model: ModelForecast,
  { unit, input, asked: { level } }: { readonly unit: number; readonly input: ForecastInput; readonly asked: Asked },
): Omit<Forecast, "history" | "warnings"> {
  const shown = (values: Float64Array) => values.slice(-input.horizon);
  const band = { mean: shown(model.band.mean), lower: shown(model.band.lower), upper: shown(model.band.upper) };
  const paths = PATHS[input.method ?? "auto"];
  const write = (values: Float64Array) => Array.from(values, (value) => Math.max(0, Math.fround(value) * unit));
  const writeBand = ({ mean, lower, upper }: Band) => ({ mean: write(mean), lower: write(lower), upper: write(upper) });
  return {
    ...writeBand(band),
    cumulative: writeBand(sumPaths(band, { response: model.response.slice(0, input.horizon), level, paths })),
    level,
    method: describeMethod(model),
    seasonality: findSeasonality(model),
    backtest: model.backtest,
  };
}

function countOf(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? "" : "s"}`;
}

function checkInput({ values, periods, horizon, level = LEVEL }: ForecastInput): void {
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
