/**
 * Several candidates, judged by what they would have forecast before, combined.
 */

// @ts-types="@types/d3-array"
import { mean } from "d3-array";
import { chooseOrigins, lossesOf, runTrials, type Trial } from "./backtest.ts";
import { type Band, bandOf, mixBands, widenBand } from "./band.ts";
import { combineTrials, judge, type Outcome, smallSampleFactor, widthFactor } from "./calibrate.ts";
import { type Candidate, type CandidateForecast, type Care, forecastPrepared, prepare } from "./candidates.ts";
import { chooseShares, type Share } from "./combine.ts";
import { normalQuantile } from "./normal.ts";

/** A series ready to be forecast. */
export interface ReadySeries {
  /** Without gaps and outliers, and 1 on average, about. */
  readonly values: Float64Array;
  /** As it was; NaN where nothing is known. */
  readonly observed: Float64Array;
  /** Periods that it holds often enough. */
  readonly periods: readonly number[];
}

/** What is asked. */
export interface Asked {
  readonly horizon: number;
  readonly level: number;
}

/** A forecast in the series' units; its bounds may be below zero. */
export interface ModelForecast {
  readonly band: Band;
  /** What one surprise adds to its step and those after it. */
  readonly response: Float64Array;
  readonly members: readonly { readonly candidate: Candidate; readonly weight: number }[];
  readonly backtest: (Outcome & { readonly origins: number; readonly horizon: number }) | null;
}

/** How much is tried. */
export interface Effort {
  readonly candidates: readonly Candidate[];
  /** On how many stretches, at most. */
  readonly origins: number;
  /** How thorough the trials are, and the forecast in the end. */
  readonly trial_care: Care;
  readonly care: Care;
}

/** Forecasts with those candidates that did best on the latest stretches. */
export function forecastCombined(
  { values, observed, periods }: ReadySeries,
  { horizon, level }: Asked,
  { candidates, origins: most, trial_care, care }: Effort,
): ModelForecast {
  const deviations = normalQuantile((1 + level) / 2);
  const origins = chooseOrigins(values.length, { horizon, periods, most });
  const trials = runTrials(values, candidates, { ...origins, deviations, care: trial_care });
  const losses = (chosen: readonly Trial[]) => lossesOf({ values, observed }, chosen);
  const shares: readonly Share[] = trials.length === 0 ? [{ at: 0, weight: 1 }] : chooseShares(losses(trials));
  const tried = trials.length === 0 ? [] : combineTrials(trials, losses);
  const small = smallSampleFactor({ count: values.length, periods, level });
  const factor = small * widthFactor(observed, tried, { level, factor: small });
  const members = shares.map(({ at, weight }) => ({ candidate: candidates[at]!, weight }));
  const forecasts = members.map(({ candidate: { pattern, model }, weight }) => ({
    weight,
    forecast: forecastPrepared(prepare(values, pattern), model, { horizon, care }),
  }));
  const bands = forecasts.map(({ forecast, weight }) => ({ band: bandOf(forecast, deviations), weight }));
  return {
    band: widenBand(mixBands(bands), factor),
    response: mixResponses(forecasts),
    members,
    backtest: trials.length === 0 ? null : {
      ...judge(observed, tried, { factor, period: periods[0] ?? 1 }),
      origins: trials.length,
      horizon: origins.horizon,
    },
  };
}

type Weighted = { readonly forecast: CandidateForecast; readonly weight: number };

/** The weighted mean of what surprises leave behind; on a log scale that is a share of the expected value. */
export function mixResponses(forecasts: readonly Weighted[]): Float64Array {
  const mixed = new Float64Array(forecasts[0]!.forecast.mean.length);
  for (const { forecast, weight } of forecasts) {
    const unit = forecast.scale === "log" ? mean(bandOf(forecast, 0).mean)! : 1;
    for (let step = 0; step < mixed.length; step++) mixed[step]! += weight * unit * forecast.response[step]!;
  }
  return mixed;
}
