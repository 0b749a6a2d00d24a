/**
 * Autoregression: each value as a weighted sum of those before it, the weights from the autocovariances (Yule & Walker)
 * by the recursion of Levinson & Durbin, the order by the corrected Akaike criterion. Such a model is always stationary.
 */

// @ts-types="@types/d3-array"
import { mean } from "d3-array";
import type { Continuation } from "./continuation.ts";

/** Weights of the values 1, 2, … steps back, and the variance that they leave unexplained. */
export interface Autoregression {
  readonly weights: readonly number[];
  readonly variance: number;
}

/** Autocovariances at the lags 0 to `most`, of values about zero. */
export function autocovariances(values: Float64Array, most: number): Float64Array {
  return Float64Array.from({ length: most + 1 }, (_, lag) => {
    let sum = 0;
    for (let at = lag; at < values.length; at++) sum += values[at]! * values[at - lag]!;
    return sum / values.length;
  });
}

/** Solves for the weights of each order in turn, up to as many as there are lags. */
export function levinsonDurbin(covariances: ArrayLike<number>): Autoregression[] {
  let weights: number[] = [];
  let variance = covariances[0]!;
  const orders: Autoregression[] = [{ weights, variance }];
  for (let order = 1; order < covariances.length && variance > 0; order++) {
    let sum = covariances[order]!;
    for (let lag = 1; lag < order; lag++) sum -= weights[lag - 1]! * covariances[order - lag]!;
    const reflection = sum / variance;
    const before = weights;
    weights = [...before.map((weight, at) => weight - reflection * before[order - 2 - at]!), reflection];
    variance *= 1 - reflection * reflection;
    if (variance > 0) orders.push({ weights, variance });
  }
  return orders;
}

/** The order with the lowest criterion, of a series of so many values. */
export function chooseOrder(orders: readonly Autoregression[], count: number): Autoregression {
  const criterion = ({ weights, variance }: Autoregression) => {
    const estimated = weights.length + 1;
    return count * Math.log(variance) + 2 * estimated + 2 * estimated * (estimated + 1) / (count - estimated - 1);
  };
  return orders.reduce((best, order) => (criterion(order) < criterion(best) ? order : best));
}

/** More lags say nothing more, and cost time. */
const MOST_LAGS = 30;

/** Fits the values about their mean, to which the forecast returns, and goes on from the last one. */
export function forecastAutoregression(values: Float64Array, horizon: number): Continuation {
  const center = mean(values)!;
  const { next, response } = continueDeviations(values.map((value) => value - center), horizon);
  return { mean: next.map((value) => value + center), response };
}

/** Fits the differences between values, so that the forecast stays near the last one. */
export function forecastDifferences(values: Float64Array, horizon: number): Continuation {
  const { next, response } = continueDeviations(values.slice(1).map((value, at) => value - values[at]!), horizon);
  return { mean: runningSum(next, values.at(-1)!), response: runningSum(response, 0) };
}

function continueDeviations(deviations: Float64Array, horizon: number) {
  const count = deviations.length;
  const most = Math.min(Math.floor(10 * Math.log10(count)), Math.floor(count / 4), MOST_LAGS);
  const { weights, variance } = chooseOrder(levinsonDurbin(autocovariances(deviations, most)), count);
  const lags = weights.length;
  const known = Float64Array.from([...deviations.subarray(count - lags), ...new Float64Array(horizon)]);
  const response = new Float64Array(horizon);
  for (let step = 0; step < horizon; step++) {
    let value = 0;
    let weight = step === 0 ? 1 : 0;
    for (let lag = 1; lag <= lags; lag++) {
      value += weights[lag - 1]! * known[lags + step - lag]!;
      if (lag <= step) weight += weights[lag - 1]! * response[step - lag]!;
    }
    known[lags + step] = value;
    response[step] = weight;
  }
  const deviation = Math.sqrt(variance);
  return { next: known.subarray(lags), response: response.map((weight) => weight * deviation) };
}

function runningSum(values: Float64Array, start: number): Float64Array {
  let sum = start;
  return values.map((value) => sum += value);
}
