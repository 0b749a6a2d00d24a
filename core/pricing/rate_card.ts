/**
 * Rates as decimal text and back: what a price key costs, exactly, in nano-dollars for its number of units.
 */

import { CostopsError } from "../error.ts";
import { formatUsd, NANOS_PER_USD, parseUsd, usdFromNanos } from "../money.ts";
import { findPriceKey, PRICE_KEY_NAMES } from "./price_keys.ts";
import type { Rate, RateCard, TieredRate } from "./price.ts";

/** A rate as written: dollars for the price key's number of units, or with long-context tiers. */
export type WrittenRate =
  | string
  | {
    readonly base: string;
    readonly tiers: readonly { readonly above_input_tokens: number; readonly price: string }[];
  };

/** Rates as written, by price key: `{"input_mtok": "2.5", "output_mtok": "10"}`. */
export type WrittenRates = { readonly [priceKey: string]: WrittenRate };

/** The largest price of one price key, a billion dollars; more is a slip of the keyboard. */
const MAX_RATE_NANOS = NANOS_PER_USD * 1_000_000_000n;

/**
 * Reads a decimal of dollars as the rate of a price key: `parseRate("input_mtok", "2.50")`.
 * Fails with `invalid` when the key is unknown, or the text is negative, no decimal or has more than nine decimals.
 */
export function parseRate(priceKey: string, text: string): Rate {
  const meaning = findPriceKey(priceKey);
  if (meaning === undefined) throw unknownPriceKey(priceKey);
  const nanos = parseUsd(text);
  if (nanos < 0n || nanos > MAX_RATE_NANOS) {
    throw new CostopsError("invalid", `Cannot take "${text}" as the price ${priceKey}: write 0 or more US dollars`);
  }
  return { nanos, per: meaning.per };
}

/** Writes a rate in dollars without needless zeros: `2.5`, `0.075`, `0`. */
export function formatRate(rate: Rate): string {
  return formatUsd(usdFromNanos(rate.nanos)).replace(/\.?0+$/, "");
}

/** Reads rates as written. Fails with `invalid`, as {@link parseRate} does, or when the tiers do not ascend. */
export function readRates(written: WrittenRates): RateCard {
  const card: Record<string, TieredRate> = {};
  for (const [priceKey, value] of Object.entries(written)) {
    if (typeof value === "string") {
      card[priceKey] = { base: parseRate(priceKey, value), tiers: [] };
      continue;
    }
    card[priceKey] = {
      base: parseRate(priceKey, value.base),
      tiers: value.tiers.map((tier) => ({
        above_input_tokens: tier.above_input_tokens,
        rate: parseRate(priceKey, tier.price),
      })),
    };
    checkTiersAscend(priceKey, card[priceKey]!);
  }
  return card;
}

/** Writes rates in the order of the table of price keys; {@link readRates} reads them back. */
export function writeRates(card: RateCard): WrittenRates {
  const written: Record<string, WrittenRate> = {};
  for (const priceKey of PRICE_KEY_NAMES) {
    const rate = Object.hasOwn(card, priceKey) ? card[priceKey] : undefined;
    if (rate === undefined) continue;
    written[priceKey] = rate.tiers.length === 0 ? formatRate(rate.base) : {
      base: formatRate(rate.base),
      tiers: rate.tiers.map((tier) => ({
        above_input_tokens: tier.above_input_tokens,
        price: formatRate(tier.rate),
      })),
    };
  }
  return written;
}

/** Fails with `invalid` unless thresholds are whole, not negative and ascend. */
export function checkTiersAscend(priceKey: string, rate: TieredRate): void {
  let previous = -1;
  for (const tier of rate.tiers) {
    if (!Number.isSafeInteger(tier.above_input_tokens) || tier.above_input_tokens <= previous) {
      throw new CostopsError(
        "invalid",
        `Cannot take the tiers of ${priceKey}: write whole thresholds in ascending order, not ${tier.above_input_tokens} after ${previous}`,
      );
    }
    previous = tier.above_input_tokens;
  }
}

function unknownPriceKey(priceKey: string): CostopsError {
  return new CostopsError(
    "invalid",
    `Cannot set a price for "${priceKey}": write one of ${PRICE_KEY_NAMES.slice(0, 6).join(", ")}, …`,
  );
}
