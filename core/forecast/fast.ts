/**
 * The quick forecast, for many series at once: one decomposition, three models, no trials on earlier stretches.
 */

import { bandOf, mixBands, widenBand } from "./band.ts";
import { smallSampleFactor } from "./calibrate.ts";
import { forecastPrepared, MODELS, type Pattern, prepare } from "./candidates.ts";
import { type Asked, mixResponses, type ModelForecast, type ReadySeries } from "./combined.ts";
import { normalQuantile } from "./normal.ts";
import { isSeasonal } from "./seasonality.ts";

/** Forecasts with the mean of all models, after taking off the seasons that the autocorrelation shows. */
export function forecastFast({ values, periods }: ReadySeries, { horizon, level }: Asked): ModelForecast {
  const found = periods.filter((period) => isSeasonal(values, period));
  const pattern: Pattern = { scale: "linear", periods: found, span: "periodic" };
  const prepared = prepare(values, pattern);
  const weight = 1 / MODELS.length;
  const forecasts = MODELS.map((model) => ({
    weight,
    forecast: forecastPrepared(prepared, model, { horizon, is_backtest: true }),
  }));
  const deviations = normalQuantile((1 + level) / 2);
  const bands = forecasts.map(({ forecast }) => ({ band: bandOf(forecast, deviations), weight }));
  return {
    band: widenBand(mixBands(bands), smallSampleFactor({ count: values.length, periods: found, level })),
    response: mixResponses(forecasts),
    members: MODELS.map((model) => ({ candidate: { pattern, model }, weight })),
    backtest: null,
  };
}
