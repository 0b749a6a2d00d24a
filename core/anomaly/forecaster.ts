/**
 * What the next point is expected to be, by several views of the past, each weighed by how well it did so far.
 */

import { Echo } from "./echo.ts";
import { LEVEL_WEIGHT, SeasonalLevel } from "./seasonal_level.ts";

/** What is known of a slot before its point is seen. */
export interface Outlook {
  /** From the level and its seasons alone. */
  readonly baseline: number;
  /** A standard deviation of points around the baseline. */
  readonly baseline_deviation: number;
  /** From the last points too. */
  readonly expected: number;
  readonly deviation: number;
}

/** What a later slot would be as far as was known at one slot, and a standard deviation of points around that. */
export type FrozenBaseline = (slot: number) => { readonly expected: number; readonly deviation: number };

/** A season in slots, and how many slots must be known before it is looked for. */
export interface Season {
  readonly length: number;
  readonly needs: number;
  /** Weight of a new residual in its pattern. */
  readonly weight: number;
}

interface View {
  readonly level: SeasonalLevel;
  readonly echo: Echo;
  /** Mean absolute errors of the baseline, and of the baseline with its echo. */
  baseline_error: number | undefined;
  error: number | undefined;
}

/** Weight of the newest error in a view's mean error. */
const ERROR_WEIGHT = 0.02;
/** A view half as wrong as another weighs 2^4 times as much. */
const SHARPNESS = 4;

/** The views of one series. */
export class Forecaster {
  readonly #seasons: readonly Season[];
  readonly #history: (number | undefined)[] = [];
  readonly #views: View[] = [];

  constructor(seasons: readonly Season[]) {
    this.#seasons = seasons;
  }

  /** What is known of a slot; undefined while the past is too short. */
  look(slot: number): Outlook | undefined {
    if (this.#views.length === 0) return undefined;
    const baselines = this.#views.map((view) => ({
      expected: view.level.expect(slot),
      deviation: view.level.deviation,
      error: view.baseline_error,
    }));
    const echoes = this.#views.filter(({ echo }) => echo.isReady).map((view) => ({
      expected: view.level.expect(slot) + view.echo.expect(),
      deviation: Math.max(view.echo.deviation(view.level.deviation), view.level.least / 2),
      error: view.error,
    }));
    const baseline = mix(baselines);
    const { expected, deviation } = mix([...baselines, ...echoes]);
    return { baseline: baseline.expected, baseline_deviation: baseline.deviation, expected, deviation };
  }

  /**
   * The baseline as of a slot; undefined while {@link look} is. Its deviation grows with the distance as that of a
   * forecast by exponential smoothing does: by the square of the level's weight a slot.
   */
  freeze(now: number): FrozenBaseline | undefined {
    if (this.#views.length === 0) return undefined;
    const views = this.#views.map(({ level, baseline_error }) => ({
      expect: level.freeze(),
      deviation: level.deviation,
      error: baseline_error,
    }));
    return (slot) => {
      const { expected, deviation } = mix(views.map(({ expect, ...view }) => ({ ...view, expected: expect(slot) })));
      return { expected, deviation: deviation * Math.sqrt(1 + LEVEL_WEIGHT ** 2 * (slot - now)) };
    };
  }

  /** Learns from a point; undefined is a missing one. */
  learn(slot: number, value: number | undefined): void {
    if (value !== undefined) { for (const view of this.#views) learnOne(view, slot, value); }
    this.#begin(slot, value);
  }

  /** Begins the views whose season has been seen long enough. */
  #begin(slot: number, value: number | undefined): void {
    const left = this.#seasons.slice(this.#views.length);
    if (left.length === 0) return;
    this.#history[slot] = value;
    const [{ length, needs, weight }] = left as [Season, ...Season[]];
    if (this.#history.length < needs) return;
    const history = Array.from(this.#history, (known) => known);
    if (history.filter((known) => known !== undefined).length * 2 < needs) return;
    this.#views.push({
      level: new SeasonalLevel(history, { season: length, weight }),
      echo: new Echo(),
      baseline_error: undefined,
      error: undefined,
    });
  }
}

function learnOne(view: View, slot: number, value: number): void {
  const { level, echo } = view;
  const residual = value - level.expect(slot);
  view.baseline_error = learnError(view.baseline_error, Math.abs(residual));
  if (echo.isReady) view.error = learnError(view.error, Math.abs(residual - echo.expect()));
  echo.learn(residual, level.deviation);
  level.learn(slot, value);
}

function learnError(mean: number | undefined, error: number): number {
  if (mean === undefined) return error;
  return mean + ERROR_WEIGHT * (error - mean);
}

interface Guess {
  readonly expected: number;
  readonly deviation: number;
  readonly error: number | undefined;
}

/** The mean of guesses by their weights; the first one alone while none has an error yet. */
function mix(guesses: readonly Guess[]): { readonly expected: number; readonly deviation: number } {
  const judged = guesses.filter(({ error }) => error !== undefined);
  const least = Math.min(...judged.map(({ error }) => error!));
  if (judged.length === 0) return guesses[0]!;
  if (least === 0) return judged.find(({ error }) => error === 0)!;
  let [expected, deviation, total] = [0, 0, 0];
  for (const guess of judged) {
    const weight = (least / guess.error!) ** SHARPNESS;
    expected += weight * guess.expected;
    deviation += weight * guess.deviation;
    total += weight;
  }
  return { expected: expected / total, deviation: deviation / total };
}
