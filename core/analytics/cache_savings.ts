/**
 * What caching saved: what cached tokens would have cost as plain input, less what they cost as cache reads and writes.
 */

import { divideHalfEven, type Usd, usdFromNanos } from "../money.ts";
import type { AppliedPrice } from "../pricing/price.ts";
import { type RateStep, thawPrice, type UnitRate } from "../pricing/rate_plan.ts";
import { type OtherUnitName, TEXT_UNIT_NAMES, type TextUnitName, type UnitName } from "../usage/units.ts";

/** Each unit of cached input and the unit it would have been without a cache. */
export const UNCACHED_UNITS = {
  cache_read_tokens: "input_tokens",
  cache_write_5m_tokens: "input_tokens",
  cache_write_1h_tokens: "input_tokens",
  cache_audio_read_tokens: "audio_input_tokens",
  cache_image_read_tokens: "image_input_tokens",
  cache_video_read_tokens: "video_input_tokens",
  cache_audio_write_tokens: "audio_input_tokens",
  cache_image_write_tokens: "image_input_tokens",
  cache_video_write_tokens: "video_input_tokens",
} as const satisfies { readonly [Name in UnitName]?: UnitName };

/** A unit of cached input. */
export type CachedUnit = keyof typeof UNCACHED_UNITS;

/** Every unit of cached input. */
export const CACHED_UNITS = Object.keys(UNCACHED_UNITS) as readonly CachedUnit[];

/** Cached tokens of one provider and model that were priced with one applied price, added up. */
export interface CachedTokens {
  readonly provider: string;
  readonly model: string;
  readonly price: AppliedPrice;
  readonly tokens: { readonly [Name in CachedUnit]?: bigint };
}

/**
 * What caching saved on tokens of one price: the sum over the cached units of `tokens x (uncached rate - cached rate)`,
 * modifiers included, exactly, and that sum rounded once, half to even. Negative when writing to the cache cost more than
 * reading from it saved. Null when the price does not say what a unit costs uncached.
 *
 * The price is the one that was applied, so its long-context tier and its service tier are those of the calls.
 */
export function savedByCaching({ price, tokens }: Pick<CachedTokens, "price" | "tokens">): Usd | null {
  const step = thawPrice(price);
  let dividend = 0n;
  let divisor = 1n;
  for (const unit of CACHED_UNITS) {
    const count = tokens[unit] ?? 0n;
    if (count === 0n) continue;
    const cached = findRate(step, unit);
    const uncached = findRate(step, UNCACHED_UNITS[unit]);
    if (cached === undefined || uncached === undefined) return null;
    const difference = uncached.factor * cached.divisor - cached.factor * uncached.divisor;
    const common = uncached.divisor * cached.divisor;
    dividend = dividend * common + count * difference * divisor;
    divisor *= common;
  }
  return usdFromNanos(divideHalfEven(dividend, divisor));
}

function findRate(step: RateStep, unit: UnitName): UnitRate | undefined {
  const at = TEXT_UNIT_NAMES.indexOf(unit as TextUnitName);
  return at === -1 ? step.other.get(unit as OtherUnitName) : step.text[at];
}
