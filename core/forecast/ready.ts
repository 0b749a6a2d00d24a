/**
 * Makes a series ready for models: without gaps, outliers and changes of level, each told where it matters.
 */

import { valuesNeeded } from "./backtest.ts";
import { cleanOutliers } from "./clean.ts";
import type { ReadySeries } from "./combined.ts";
import { fillMissing } from "./history.ts";
import { alignLevel, findLevelChange } from "./level_change.ts";

/** What is known besides the values. */
export interface ReadyOptions {
  /** Candidate periods, ascending. */
  readonly periods: readonly number[];
  /** Where warnings are put. */
  readonly warnings: string[];
}

/** Makes a series ready whose first and last values are known and that is not 0 throughout. */
export function readySeries(values: readonly (number | null)[], { periods, warnings }: ReadyOptions): ReadySeries {
  const usable = findUsable(periods, { count: values.length, warnings });
  warnOfMissing(values, warnings);
  const observed = Float64Array.from(values, (value) => value ?? NaN);
  const filled = fillMissing(values, usable[0]);
  if (isSparse(filled)) return { values: filled, observed, periods: usable };
  const { values: cleaned, outliers } = cleanOutliers(filled, usable);
  warnOfOutliers(outliers.length, warnings);
  const change = findLevelChange(cleaned, usable);
  if (change === undefined) return { values: cleaned, observed, periods: usable };
  warnings.push(
    `the level changed to ${change.factor.toPrecision(2)} times what it was, ${
      values.length - change.at
    } values before ` +
      "the end: what came before is brought to the new level",
  );
  return { values: alignLevel(cleaned, change), observed: alignLevel(observed, change), periods: usable };
}

/** The periods that so many values hold often enough. */
function findUsable(
  periods: readonly number[],
  { count, warnings }: { readonly count: number; readonly warnings: string[] },
): number[] {
  const usable = periods.filter((period) => count >= fewestFor(period));
  const [shortest] = periods;
  if (shortest !== undefined && usable.length === 0) {
    warnings.push(
      `${
        fewestFor(shortest)
      } values are needed for a pattern of ${shortest} steps, ${count} are there: a flat forecast ` +
        "with a wide interval",
    );
  }
  return usable;
}

/** Two more than a trial needs, for the trial to be about something. */
function fewestFor(period: number): number {
  return valuesNeeded(period) + 2;
}

/** More missing values than this share are worth a warning. */
const MANY_MISSING = 0.1;

function warnOfMissing(values: readonly (number | null)[], warnings: string[]): void {
  const missing = values.filter((value) => value === null).length;
  if (missing > MANY_MISSING * values.length) warnings.push(`${missing} of ${values.length} values are missing`);
}

/** What is usual in such a series is 0, and each use stands out. */
const SPARSE_SHARE = 0.4;

function isSparse(values: Float64Array): boolean {
  return values.filter((value) => value === 0).length > SPARSE_SHARE * values.length;
}

function warnOfOutliers(count: number, warnings: string[]): void {
  if (count === 1) warnings.push("1 value stands far out and is not followed");
  if (count > 1) warnings.push(`${count} values stand far out and are not followed`);
}
