/**
 * What is summed: the measures of any group of records, and how much of them is priced.
 */

import type { Usd } from "../money.ts";
import type { OtherUnitName } from "../usage/units.ts";

/**
 * Sums over a group of records. Tokens of audio, images and video count in input, cache and output; `cost` is the sum
 * of what is priced, and `unpriced_*` says what is not in it.
 */
export interface Measures {
  /** Calls; a record stands for one, unless it says for how many. */
  readonly requests: bigint;
  readonly records: bigint;
  readonly input_tokens: bigint;
  readonly cache_read_tokens: bigint;
  readonly cache_write_tokens: bigint;
  readonly output_tokens: bigint;
  readonly cost: Usd;
  readonly unpriced_records: bigint;
  readonly unpriced_tokens: bigint;
}

/** The measures of one group in one time bucket. */
export interface CostRow {
  /** Index into the query's time buckets; 0 when it has no interval. */
  readonly bucket: number;
  /** Values of the query's `group_by`, in its order; null where the record has none. */
  readonly dimensions: readonly (string | null)[];
  readonly measures: Measures;
  /** Sums of the counted units the query asked for, in stored units. */
  readonly units: { readonly [Name in OtherUnitName]?: bigint };
}
