/**
 * Money as an integer count of nano-dollars (1e-9 USD), exact everywhere: no float ever touches an amount.
 */

import { CostopsError } from "./error.ts";

declare const usdBrand: unique symbol;

/** An amount of US dollars as a whole number of nano-dollars (1e-9 USD); may be negative. */
export type Usd = bigint & { readonly [usdBrand]: true };

/** Nano-dollars in one dollar. */
export const NANOS_PER_USD = 1_000_000_000n;

/** Zero dollars. */
export const ZERO_USD = 0n as Usd;

const DECIMAL = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,3}))?$/;
const FRACTION_DIGITS = 9;

/** Brands a count of nano-dollars as an amount. */
export function usdFromNanos(nanos: bigint): Usd {
  return nanos as Usd;
}

/**
 * Reads a decimal (`"12.5"`, `"-0.000000001"`, `"1e-3"`) as an exact amount.
 * Fails with `invalid` when the text is no decimal or has more than nine decimals after trailing zeros.
 */
export function parseUsd(text: string): Usd {
  const { nanos, isExact } = readDecimal(text);
  if (!isExact) throw new CostopsError("invalid", `Cannot read "${text}" as US dollars: write at most 9 decimals`);
  return nanos;
}

/** Reads a decimal as an amount, rounded half to even to whole nano-dollars. Fails as {@link parseUsd} does on no decimal. */
export function roundUsd(text: string): Usd {
  return readDecimal(text).nanos;
}

/** Writes an amount as a decimal with exactly nine decimals: `0.075000000`, `-1.500000000`. */
export function formatUsd(amount: Usd): string {
  const digits = (amount < 0n ? -amount : amount).toString().padStart(FRACTION_DIGITS + 1, "0");
  const split = digits.length - FRACTION_DIGITS;
  return `${amount < 0n ? "-" : ""}${digits.slice(0, split)}.${digits.slice(split)}`;
}

/** Divides two integers, rounded half to even. Fails with a RangeError when the divisor is zero. */
export function divideHalfEven(dividend: bigint, divisor: bigint): bigint {
  if (divisor < 0n) {
    dividend = -dividend;
    divisor = -divisor;
  }
  const isNegative = dividend < 0n;
  const magnitude = isNegative ? -dividend : dividend;
  let quotient = magnitude / divisor;
  const twiceRemainder = (magnitude % divisor) * 2n;
  if (twiceRemainder > divisor || (twiceRemainder === divisor && (quotient & 1n) === 1n)) quotient += 1n;
  return isNegative ? -quotient : quotient;
}

/** For statistics and charts only: the nearest double in dollars. What it returns never goes back into an amount. */
export function toApproximateDollars(amount: Usd): number {
  return Number(amount) / 1e9;
}

function readDecimal(text: string): { nanos: Usd; isExact: boolean } {
  const match = DECIMAL.exec(text.trim());
  const whole = match?.[2] ?? "";
  const fraction = match?.[3] ?? "";
  if (match === null || whole.length + fraction.length === 0 || text.length > 128) {
    throw new CostopsError(
      "invalid",
      `Cannot read "${text.slice(0, 128)}" as US dollars: write a decimal such as 12.50`,
    );
  }
  const shift = Number(match[4] ?? "0") - fraction.length + FRACTION_DIGITS;
  const digits = BigInt(whole + fraction) * (match[1] === "-" ? -1n : 1n);
  if (shift >= 0) return { nanos: (digits * 10n ** BigInt(shift)) as Usd, isExact: true };
  const divisor = 10n ** BigInt(-shift);
  return { nanos: divideHalfEven(digits, divisor) as Usd, isExact: digits % divisor === 0n };
}
