/**
 * Factors on rates as exact ratios: a batch at half price is 1/2.
 */

import { CostopsError } from "../error.ts";
import { formatUsd, NANOS_PER_USD, parseUsd, usdFromNanos } from "../money.ts";

/** An exact, non-negative ratio in lowest terms. */
export interface Factor {
  readonly numerator: bigint;
  readonly denominator: bigint;
}

/** More than a thousandfold is a slip of the keyboard. */
const MAX_FACTOR = 1000n;

/** Reads a decimal (`0.5`, `1.1`) as an exact ratio. Fails with `invalid` when it is none, negative or above 1000. */
export function parseFactor(text: string): Factor {
  const numerator: bigint = parseUsd(text);
  if (numerator < 0n || numerator > MAX_FACTOR * NANOS_PER_USD) {
    throw new CostopsError("invalid", `Cannot take "${text}" as a factor on a price: write a decimal from 0 to 1000`);
  }
  const divisor = greatestCommonDivisor(numerator, NANOS_PER_USD);
  return { numerator: numerator / divisor, denominator: NANOS_PER_USD / divisor };
}

/** Writes a factor that {@link parseFactor} read: `0.5`. */
export function formatFactor(factor: Factor): string {
  return formatUsd(usdFromNanos(factor.numerator * NANOS_PER_USD / factor.denominator)).replace(/\.?0+$/, "");
}

/** The greatest common divisor of two non-negative integers, at least 1. */
export function greatestCommonDivisor(one: bigint, other: bigint): bigint {
  while (other !== 0n) [one, other] = [other, one % other];
  return one === 0n ? 1n : one;
}
