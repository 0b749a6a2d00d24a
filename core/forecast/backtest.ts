/**
 * How the candidates would have forecast the latest stretches of the series, had they not seen them (rolling origin).
 */

// @ts-types="@types/d3-array"
import { mean } from "d3-array";
import { type Band, bandOf } from "./band.ts";
import { type Candidate, type Care, forecastPrepared, prepare, type Prepared } from "./candidates.ts";

/** From where to where forecasts are tried. */
export interface Origins {
  /** How many values each forecast sees, the latest first; none when the series is too short. */
  readonly starts: readonly number[];
  readonly horizon: number;
}

/** One origin's forecasts, in the order of the candidates. */
export interface Trial {
  readonly start: number;
  readonly bands: readonly Band[];
}

const FEWEST_VALUES = 8;

/** Values that must be there for a pattern of this period: two whole ones, and two more to see where it goes. */
export function valuesNeeded(period: number): number {
  return 2 * period + 2;
}

/**
 * Up to so many origins, half a horizon apart. A forecast is tried over at most a quarter of the series, and sees two whole
 * periods of the shortest pattern.
 */
export function chooseOrigins(
  count: number,
  { horizon, periods, most }: {
    readonly horizon: number;
    readonly periods: readonly number[];
    readonly most: number;
  },
): Origins {
  const fewest = Math.max(FEWEST_VALUES, periods.length === 0 ? 0 : valuesNeeded(periods[0]!));
  const tested = Math.min(horizon, Math.floor(count / 4), count - fewest);
  if (tested < 1) return { starts: [], horizon: 0 };
  const apart = Math.max(1, Math.round(tested / 2));
  const starts = Array.from({ length: most }, (_, back) => count - tested - back * apart);
  return { starts: starts.filter((start) => start >= fewest), horizon: tested };
}

/** Forecasts from each origin with each candidate. */
export function runTrials(
  values: Float64Array,
  candidates: readonly Candidate[],
  { starts, horizon, deviations, care }: Origins & { readonly deviations: number; readonly care: Care },
): Trial[] {
  return starts.map((start) => {
    const seen = values.slice(0, start);
    let prepared: Prepared | undefined;
    const bands = candidates.map(({ pattern, model }) => {
      // Candidates of one pattern stand side by side and share what is dear.
      if (prepared?.pattern !== pattern) prepared = prepare(seen, pattern);
      return bandOf(forecastPrepared(prepared, model, { horizon, care }), deviations);
    });
    return { start, bands };
  });
}

/** The mean size of the changes from value to value: what errors are measured in. */
export function meanChange(values: Float64Array): number {
  let sum = 0;
  for (let at = 1; at < values.length; at++) sum += Math.abs(values[at]! - values[at - 1]!);
  return sum / (values.length - 1) || 1;
}

/**
 * The loss of each candidate over some trials: absolute errors against the mean change, and against the values' size.
 * Outliers do not count, as nobody could have forecast them, and neither does what is not known.
 */
export function lossesOf(
  { values, observed }: { readonly values: Float64Array; readonly observed: Float64Array },
  trials: readonly Trial[],
): number[] {
  const change = meanChange(values);
  return trials[0]!.bands.map((_, candidate) =>
    mean(trials, ({ start, bands }) => {
      const expected = bands[candidate]!.mean;
      let loss = 0;
      for (let step = 0; step < expected.length; step++) {
        if (Number.isNaN(observed[start + step]!)) continue;
        const actual = values[start + step]!;
        const error = Math.abs(actual - expected[step]!);
        if (error > 0) loss += error / change + 2 * error / (Math.abs(actual) + Math.abs(expected[step]!));
      }
      return Number.isFinite(loss) ? loss : Number.MAX_VALUE;
    })!
  );
}
