/**
 * Decimals of FOCUS: plain digits, no exponent, as many as the value has.
 */

import { divideHalfEven } from "../../money.ts";

/** Digits after the point of a quotient that has no end: a thousandth of a nano-dollar for one unit. */
const MOST_DECIMALS = 12;

/** Writes `numerator / denominator` exactly when it ends within twelve decimals, else rounded half to even to them. */
export function writeQuotient(numerator: bigint, denominator: bigint): string {
  const scaled = divideHalfEven(numerator * 10n ** BigInt(MOST_DECIMALS), denominator);
  const digits = (scaled < 0n ? -scaled : scaled).toString().padStart(MOST_DECIMALS + 1, "0");
  const fraction = digits.slice(-MOST_DECIMALS).replace(/0+$/, "");
  return `${scaled < 0n ? "-" : ""}${digits.slice(0, -MOST_DECIMALS)}${fraction === "" ? "" : `.${fraction}`}`;
}
