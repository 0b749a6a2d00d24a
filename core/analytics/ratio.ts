/**
 * Quotients of sums as cells: exact integers, each rounded once, half to even.
 */

import { divideHalfEven, type Usd, usdFromNanos } from "../money.ts";
import { totalTokens } from "./fold.ts";
import type { Measures } from "./measures.ts";

/** A part of a whole in millionths, for a cell of the type `ratio`; null where there is no whole. */
export function ratioOf(part: bigint | null, whole: bigint | null): bigint | null {
  return part === null || whole === null || whole === 0n ? null : divideHalfEven(part * 1_000_000n, whole);
}

/** A sum over a count in thousandths, for a cell of the type `thousandths`; null where there is nothing to count. */
export function averageOf(sum: bigint, count: bigint): bigint | null {
  return count === 0n ? null : divideHalfEven(sum * 1_000n, count);
}

/** An amount over a count, rounded to a nano-dollar; null where the amount is not known or there is nothing to count. */
export function averageUsd(amount: Usd | null, count: bigint): Usd | null {
  return amount === null || count === 0n ? null : usdFromNanos(divideHalfEven(amount, count));
}

/**
 * What a million tokens cost: the cost of what is priced over the tokens of the same records. Null when nothing is
 * priced, or what is priced used no tokens.
 */
export function costPerMillionTokens(measures: Measures): Usd | null {
  const tokens = totalTokens(measures) - measures.unpriced_tokens;
  return isPriced(measures) && tokens > 0n ? usdFromNanos(divideHalfEven(measures.cost * 1_000_000n, tokens)) : null;
}

/**
 * What a request cost: the cost of what is priced over its requests. Null when nothing is priced, and when some records
 * are unpriced where records stand for several requests: then nobody knows how many requests are priced.
 */
export function costPerRequest(measures: Measures): Usd | null {
  const { requests, records, unpriced_records } = measures;
  if (!isPriced(measures) || (unpriced_records > 0n && requests !== records)) return null;
  return averageUsd(measures.cost, requests - unpriced_records);
}

/** How much of the input came from a cache, in millionths: cache reads over all input, cache included. */
export function cacheHitRate(measures: Measures): bigint | null {
  const { input_tokens, cache_read_tokens, cache_write_tokens } = measures;
  return ratioOf(cache_read_tokens, input_tokens + cache_read_tokens + cache_write_tokens);
}

function isPriced({ records, unpriced_records }: Measures): boolean {
  return records > unpriced_records;
}
