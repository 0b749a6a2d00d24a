/**
 * An amount split by weights into whole nano-dollars that add up to it exactly.
 */

import { type Usd, usdFromNanos } from "../money.ts";

/**
 * Splits an amount in proportion to weights by largest remainder: each part is its share rounded towards minus infinity,
 * and the nano-dollars that are left go one each to the largest remainders, the first of equals. Weights are finite, of
 * any sign; where they add up to 0 the parts are alike. Fails with a RangeError without weights.
 */
export function splitUsd(amount: Usd, weights: readonly number[]): Usd[] {
  if (weights.length === 0) throw new RangeError("an amount cannot be split into no parts");
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return total === 0 ? apportion(amount, weights.map(() => 1 / weights.length)) : apportion(
    amount,
    weights.map((weight) => weight / total),
  );
}

/**
 * Rounds estimates in nano-dollars to whole ones that add up to an amount exactly, by largest remainder; what the
 * estimates miss of the amount as a whole goes to the largest of them, whose share it changes least.
 */
export function settleUsd(amount: Usd, estimates_nanos: readonly number[]): Usd[] {
  if (estimates_nanos.length === 0) throw new RangeError("an amount cannot be split into no parts");
  const whole = estimates_nanos.map((nanos) => BigInt(Math.floor(nanos)));
  const left = amount - whole.reduce((sum, nanos) => sum + nanos, 0n);
  return handOut(whole, { left, order: byRemainder(estimates_nanos), largest: largestOf(estimates_nanos) });
}

function apportion(amount: Usd, shares: readonly number[]): Usd[] {
  const nanos = Number(amount);
  return settleUsd(amount, shares.map((share) => share * nanos));
}

function handOut(
  whole: readonly bigint[],
  { left, order, largest }: { readonly left: bigint; readonly order: readonly number[]; readonly largest: number },
): Usd[] {
  const parts = [...whole];
  const count = BigInt(order.length);
  if (left >= 0n && left <= count) {
    for (const at of order.slice(0, Number(left))) parts[at] = parts[at]! + 1n;
  } else {
    parts[largest] = parts[largest]! + left;
  }
  return parts.map(usdFromNanos);
}

function byRemainder(estimates: readonly number[]): number[] {
  const remainder = (at: number) => estimates[at]! - Math.floor(estimates[at]!);
  return [...estimates.keys()].sort((a, b) => remainder(b) - remainder(a) || a - b);
}

function largestOf(estimates: readonly number[]): number {
  return estimates.reduce((most, value, at) => Math.abs(value) > Math.abs(estimates[most]!) ? at : most, 0);
}
