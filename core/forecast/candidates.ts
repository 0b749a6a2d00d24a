/**
 * The ways a series is forecast, of which those that would have done best are combined.
 */

// @ts-types="@types/d3-array"
import { median } from "d3-array";
import { forecastAutoregression, forecastDifferences } from "./autoregression.ts";
import { forecastComplex } from "./complex_smoothing.ts";
import type { Continuation } from "./continuation.ts";
import { continueSmoothing, fitSmoothing } from "./exponential_smoothing.ts";
import { continueSeasons, type Seasons, takeSeasonsOff } from "./mstl.ts";
import { isSeasonal } from "./seasonality.ts";
import { forecastTheta } from "./theta.ts";

/** What is done to a series before a model sees it. */
export interface Pattern {
  /** On a log scale seasons are percentages and intervals are wider above than below. */
  readonly scale: "linear" | "log";
  /** The seasons that are taken off; none are. */
  readonly periods: readonly number[];
  /** How many neighbouring seasons shape each one, or all alike. */
  readonly span: number | "periodic";
}

/** What forecasts the series without its seasons. */
export type ModelName = "smoothing" | "autoregression" | "differences";

/** One way to forecast. */
export interface Candidate {
  readonly pattern: Pattern;
  readonly model: ModelName;
}

const MODELS: readonly ModelName[] = ["smoothing", "autoregression", "differences"];
const SEASON_SPAN = 11;

/** All ways worth trying for a series with these usable periods. */
export function listCandidates(values: Float64Array, periods: readonly number[]): Candidate[] {
  return listPatterns(values, periods).flatMap((pattern) => MODELS.map((model) => ({ pattern, model })));
}

/** The ways that are tried in a hurry: each model after one decomposition, by the seasons that the autocorrelation shows. */
export function listFewCandidates(values: Float64Array, periods: readonly number[]): Candidate[] {
  const found = periods.filter((period) => isSeasonal(values, period));
  const pattern: Pattern = { scale: "linear", periods: found, span: "periodic" };
  return MODELS.map((model) => ({ pattern, model }));
}

/** Smaller than this share of the usual, values are as good as 0, which has no logarithm. */
const SMALLEST_SHARE = 1e-3;

function listPatterns(values: Float64Array, periods: readonly number[]): Pattern[] {
  const smallest = SMALLEST_SHARE * median(values)!;
  const scales = values.every((value) => value > smallest) ? ["linear", "log"] as const : ["linear"] as const;
  const choices = periods.length > 1 ? [periods, periods.slice(0, 1)] : periods.length === 1 ? [periods] : [];
  return [
    ...scales.map((scale) => ({ scale, periods: [], span: SEASON_SPAN })),
    ...choices.flatMap((chosen) =>
      ([SEASON_SPAN, "periodic"] as const).flatMap((span) => scales.map((scale) => ({ scale, periods: chosen, span })))
    ),
  ];
}

/** A series on its scale, without its seasons. */
export interface Prepared {
  readonly pattern: Pattern;
  readonly seasons: Seasons;
}

/** Does to a series what the pattern says. */
export function prepare(values: Float64Array, pattern: Pattern): Prepared {
  return { pattern, seasons: takeSeasonsOff(pattern.scale === "log" ? values.map(Math.log) : values, pattern) };
}

/** A candidate's forecast, on the scale of its pattern. */
export interface CandidateForecast extends Continuation {
  readonly scale: Pattern["scale"];
}

/**
 * How thorough the model "smoothing" is: the median of four models, or theta alone, which stands for them in trials, or
 * theta after a short search.
 */
export type Care = "full" | "trial" | "quick";

/** Forecasts with one model. */
export function forecastPrepared(
  { pattern, seasons }: Prepared,
  model: ModelName,
  { horizon, care }: { readonly horizon: number; readonly care: Care },
): CandidateForecast {
  const season = continueSeasons(seasons, horizon);
  const { mean, response } = continueAdjusted(seasons.adjusted, { model, horizon, care });
  return { scale: pattern.scale, mean: mean.map((value, step) => value + season[step]!), response };
}

function continueAdjusted(
  values: Float64Array,
  { model, horizon, care }: { readonly model: ModelName; readonly horizon: number; readonly care: Care },
): Continuation {
  if (model === "autoregression") return forecastAutoregression(values, horizon);
  if (model === "differences") return forecastDifferences(values, horizon);
  if (care === "full") return forecastBundle(values, horizon);
  return forecastTheta(values, horizon, care === "trial" ? "thorough" : "quick");
}

/** The median of exponential smoothing, its damped kind, theta and complex smoothing. */
function forecastBundle(values: Float64Array, horizon: number): Continuation {
  const damped = fitSmoothing(values, "damped");
  const fits = [fitSmoothing(values, "none"), fitSmoothing(values, "linear"), damped].filter((fit) =>
    fit !== undefined
  );
  const members = [forecastTheta(values, horizon), forecastComplex(values, horizon)];
  if (fits.length > 0) {
    members.push(continueSmoothing(fits.reduce((best, fit) => (fit.aicc < best.aicc ? fit : best)), horizon));
  }
  if (damped !== undefined) members.push(continueSmoothing(damped, horizon));
  return {
    mean: Float64Array.from({ length: horizon }, (_, step) => median(members, ({ mean }) => mean[step]!)!),
    response: Float64Array.from(
      { length: horizon },
      (_, step) => members.reduce((sum, { response }) => sum + response[step]!, 0) / members.length,
    ),
  };
}
