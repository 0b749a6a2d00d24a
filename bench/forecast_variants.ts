/**
 * What spend looks like and public series do not: one enormous value near the end, and a few weeks of history.
 */

import type { JudgedSeries } from "./forecast_score.ts";

const SPIKE = 6;
const LATE = 10;

/** One of the last ten values, another one in each series, is six times as large. */
export function spikeLate(series: JudgedSeries, place: number): JudgedSeries {
  const at = series.values.length - 1 - (7 * place) % LATE;
  return { ...series, values: series.values.with(at, series.values[at]! * SPIKE), scaled_by: series.values };
}

const SHORT_DAYS = 28;
const SHORT_HORIZON = 14;

/** Four weeks of history and two to forecast. */
export function cutShort(series: JudgedSeries): JudgedSeries {
  return {
    ...series,
    horizon: SHORT_HORIZON,
    values: series.values.slice(-SHORT_DAYS),
    actual: series.actual.slice(0, SHORT_HORIZON),
    naive2: series.naive2.slice(0, SHORT_HORIZON),
  };
}
