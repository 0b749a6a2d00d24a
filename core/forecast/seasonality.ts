/**
 * Whether a pattern repeats in a series.
 */

// @ts-types="@types/d3-array"
import { mean } from "d3-array";

/** The 95% quantile of the standard normal distribution: one chance in ten of finding what is not there. */
const CRITICAL = 1.645;

/**
 * Whether a period shows in the autocorrelation of a series, by the test of the M4 competition: the autocorrelation at
 * that lag is beyond what those at shorter lags explain. A series shorter than three periods shows none.
 */
export function isSeasonal(values: Float64Array, period: number): boolean {
  const count = values.length;
  if (period < 2 || count < 3 * period) return false;
  const center = mean(values)!;
  const covariance = (lag: number) => {
    let sum = 0;
    for (let at = lag; at < count; at++) sum += (values[at]! - center) * (values[at - lag]! - center);
    return sum;
  };
  const variance = covariance(0);
  if (!(variance > 0)) return false;
  let explained = 1;
  for (let lag = 1; lag < period; lag++) explained += 2 * (covariance(lag) / variance) ** 2;
  return Math.abs(covariance(period) / variance) > CRITICAL * Math.sqrt(explained / count);
}
