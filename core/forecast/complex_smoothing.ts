/**
 * Complex exponential smoothing: a level and a hidden companion that together follow trends without naming one
 * (Svetunkov, Kourentzes & Ord 2022).
 */

// @ts-types="@types/d3-array"
import { mean } from "d3-array";
import type { Continuation } from "./continuation.ts";
import { minimize } from "./nelder_mead.ts";

/** Level and companion. */
export type ComplexState = readonly [level: number, companion: number];

/** The two smoothing parameters. */
export interface ComplexParameters {
  readonly a0: number;
  readonly a1: number;
}

/** Runs through a series from a state; gives the state at the end and the squared one-step errors. */
export function runComplex(
  values: Float64Array,
  { a0, a1 }: ComplexParameters,
  [firstLevel, firstCompanion]: ComplexState,
): { readonly end: ComplexState; readonly squared_error: number } {
  let level = firstLevel;
  let companion = firstCompanion;
  let squared_error = 0;
  for (let at = 0; at < values.length; at++) {
    const error = values[at]! - level;
    squared_error += error * error;
    const nextLevel = level - (1 - a1) * companion + (a0 - a1) * error;
    companion = level + (1 - a0) * companion + (a0 + a1) * error;
    level = nextLevel;
  }
  return { end: [level, companion], squared_error };
}

/** Whether surprises die out under these parameters. */
export function isStable({ a0, a1 }: ComplexParameters): boolean {
  return (a0 - 2.5) ** 2 + a1 ** 2 > 1.25 &&
    (a0 - 0.5) ** 2 + (a1 - 1) ** 2 > 0.25 &&
    (a0 - 1.5) ** 2 + (a1 - 0.5) ** 2 < 1.5;
}

const FIRST_VALUES = 10;
const COMPANION_SHARE = 1 / 1.1;

/** Fits the model and goes on from the last value. */
export function forecastComplex(values: Float64Array, horizon: number): Continuation {
  const run = createBackcast(values);
  const { point } = minimize(([a0, a1]) => {
    const parameters = { a0: a0!, a1: a1! };
    return isStable(parameters) ? run(parameters).squared_error : Infinity;
  }, { start: [1.3, 1], lower: [0.01, 0.01], upper: [1.8, 1.9], step: 0.1, iterations: 250, tolerance: 1e-8 });
  const parameters = { a0: point[0]!, a1: point[1]! };
  const { end, squared_error } = run(parameters);
  const forecast = new Float64Array(horizon);
  let [level, companion] = end;
  for (let step = 0; step < horizon; step++) {
    forecast[step] = level;
    [level, companion] = [level - (1 - parameters.a1) * companion, level + (1 - parameters.a0) * companion];
  }
  const deviation = Math.sqrt(squared_error / values.length);
  const response = new Float64Array(horizon).fill(deviation * Math.min(1, Math.abs(parameters.a0 - parameters.a1)));
  response[0] = deviation;
  return { mean: forecast, response };
}

/** The first state is found by running back and forth through the series. */
function createBackcast(values: Float64Array) {
  const reversed = values.toReversed();
  const companion = mean(values.subarray(0, FIRST_VALUES))! * COMPANION_SHARE;
  return (parameters: ComplexParameters) => {
    let forth = runComplex(values, parameters, runComplex(reversed, parameters, [values.at(-1)!, companion]).end);
    if (Number.isFinite(forth.squared_error)) {
      forth = runComplex(values, parameters, runComplex(reversed, parameters, forth.end).end);
    }
    return Number.isFinite(forth.squared_error) ? forth : { end: forth.end, squared_error: Infinity };
  };
}
