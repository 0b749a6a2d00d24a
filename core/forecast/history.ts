/**
 * The part of a series that a forecast rests on: from its first use to its last known value.
 */

/** A series without its empty ends. */
export interface History {
  /** From the first value above 0 to the last known one; null is missing. */
  readonly values: readonly (number | null)[];
  /** Missing values after the last known one: steps that are forecast too, and not shown. */
  readonly unknown_end: number;
}

/**
 * Leaves out what stands before the first use, which says nothing about what comes after it, and all but the latest
 * values, and tells missing values at the end apart. Of a series that is 0 all along, its known part stays.
 */
export function findHistory(values: readonly (number | null)[], most = Infinity): History {
  const end = values.findLastIndex((value) => value !== null) + 1;
  const isKnown = (value: number | null, at: number) => value !== null && at >= end - most;
  const firstUse = values.findIndex((value) => value !== null && value > 0);
  const start = Math.max(firstUse, values.findIndex(isKnown), 0);
  return { values: values.slice(start, end), unknown_end: values.length - end };
}

/**
 * Fills what is missing with the value one season before it (or after it, at the beginning), else from a straight line
 * between its neighbours. Both ends must be known.
 */
export function fillMissing(values: readonly (number | null)[], period: number | undefined): Float64Array {
  const filled = Float64Array.from(values, (value) => value ?? NaN);
  for (let at = 0; at < filled.length; at++) {
    if (!Number.isNaN(filled[at]!)) continue;
    const sameSeason = period === undefined ? undefined : filled[at - period] ?? findLater(values, { at, period });
    if (sameSeason === undefined || Number.isNaN(sameSeason)) {
      const next = values.findIndex((value, later) => later > at && value !== null);
      filled[at] = filled[at - 1]! + (values[next]! - filled[at - 1]!) / (next - at + 1);
    } else filled[at] = sameSeason;
  }
  return filled;
}

function findLater(
  values: readonly (number | null)[],
  { at, period }: { readonly at: number; readonly period: number },
): number | undefined {
  for (let later = at + period; later < values.length; later += period) {
    if (values[later] !== null) return values[later]!;
  }
  return undefined;
}
