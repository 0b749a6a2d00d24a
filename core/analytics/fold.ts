/**
 * Groups of measures: added up, put in order, and told what they cost.
 */

import { type Usd, usdFromNanos, ZERO_USD } from "../money.ts";
import type { OtherUnitName } from "../usage/units.ts";
import { compareText } from "./compare_text.ts";
import type { CostRow, Measures } from "./measures.ts";

/** The measures of no records. */
export const NO_MEASURES: Measures = {
  requests: 0n,
  records: 0n,
  input_tokens: 0n,
  cache_read_tokens: 0n,
  cache_write_tokens: 0n,
  output_tokens: 0n,
  cost: ZERO_USD,
  unpriced_records: 0n,
  unpriced_tokens: 0n,
};

/** Adds two groups' measures. */
export function addMeasures(a: Measures, b: Measures): Measures {
  return {
    requests: a.requests + b.requests,
    records: a.records + b.records,
    input_tokens: a.input_tokens + b.input_tokens,
    cache_read_tokens: a.cache_read_tokens + b.cache_read_tokens,
    cache_write_tokens: a.cache_write_tokens + b.cache_write_tokens,
    output_tokens: a.output_tokens + b.output_tokens,
    cost: usdFromNanos(a.cost + b.cost),
    unpriced_records: a.unpriced_records + b.unpriced_records,
    unpriced_tokens: a.unpriced_tokens + b.unpriced_tokens,
  };
}

/** Adds up rows of the same bucket and dimensions: a store may answer a group in parts, whole days and edges. */
export function mergeRows(rows: Iterable<CostRow>): CostRow[] {
  const merged = new Map<string, CostRow>();
  for (const row of rows) {
    const key = JSON.stringify([row.bucket, row.dimensions]);
    const before = merged.get(key);
    merged.set(
      key,
      before === undefined
        ? row
        : { ...row, measures: addMeasures(before.measures, row.measures), units: addUnits(before.units, row.units) },
    );
  }
  return [...merged.values()];
}

/** Adds all rows up to one, for totals. */
export function sumRows(rows: Iterable<CostRow>): CostRow {
  let sum: CostRow = { bucket: 0, dimensions: [], measures: NO_MEASURES, units: {} };
  for (const { measures, units } of rows) {
    sum = { ...sum, measures: addMeasures(sum.measures, measures), units: addUnits(sum.units, units) };
  }
  return sum;
}

/**
 * What is left of rows by bucket when parts of them are taken away; a bucket without a record left is absent. Parts must be
 * of the same moment as the whole, so that nothing is below zero.
 */
export function subtractRows(
  whole: ReadonlyMap<number, CostRow>,
  parts: readonly ReadonlyMap<number, CostRow>[],
): Map<number, CostRow> {
  const rest = new Map<number, CostRow>();
  for (const [bucket, row] of whole) {
    const measures = parts.reduce<Measures>((left, part) => {
      const own = part.get(bucket);
      return own === undefined ? left : addMeasures(left, negate(own.measures));
    }, row.measures);
    if (measures.records > 0n) rest.set(bucket, { ...row, measures });
  }
  return rest;
}

function negate(measures: Measures): Measures {
  return {
    requests: -measures.requests,
    records: -measures.records,
    input_tokens: -measures.input_tokens,
    cache_read_tokens: -measures.cache_read_tokens,
    cache_write_tokens: -measures.cache_write_tokens,
    output_tokens: -measures.output_tokens,
    cost: usdFromNanos(-measures.cost),
    unpriced_records: -measures.unpriced_records,
    unpriced_tokens: -measures.unpriced_tokens,
  };
}

/** All tokens of a group; reasoning is inside output and is not added again. */
export function totalTokens(measures: Measures): bigint {
  return measures.input_tokens + measures.cache_read_tokens + measures.cache_write_tokens + measures.output_tokens;
}

/** The cost of what is priced in a group, null when nothing in it is. */
export function knownCost(measures: Measures): Usd | null {
  return measures.records > measures.unpriced_records ? measures.cost : null;
}

/** The order of a cost answer: by time, then by cost descending with unknown costs last, then by dimensions. */
export function compareByCost(a: CostRow, b: CostRow): number {
  return a.bucket - b.bucket || compareDescending(knownCost(a.measures), knownCost(b.measures)) ||
    compareDimensions(a, b);
}

/** The order of a usage answer: by time, then by tokens descending, then by dimensions. */
export function compareByTokens(a: CostRow, b: CostRow): number {
  return a.bucket - b.bucket || compareDescending(totalTokens(a.measures), totalTokens(b.measures)) ||
    compareDimensions(a, b);
}

/** Compares the larger number first and null last. */
export function compareDescending(a: bigint | null, b: bigint | null): number {
  if (a === b) return 0;
  if (a === null) return 1;
  if (b === null) return -1;
  return a > b ? -1 : 1;
}

/** Compares dimension by dimension, bytewise, null last. */
export function compareDimensions(a: CostRow, b: CostRow): number {
  for (let index = 0; index < a.dimensions.length; index++) {
    const order = compareText(a.dimensions[index] ?? null, b.dimensions[index] ?? null);
    if (order !== 0) return order;
  }
  return 0;
}

function addUnits(a: CostRow["units"], b: CostRow["units"]): CostRow["units"] {
  const sum: { [Name in OtherUnitName]?: bigint } = { ...a };
  for (const [name, count] of Object.entries(b) as [OtherUnitName, bigint][]) sum[name] = (sum[name] ?? 0n) + count;
  return sum;
}
