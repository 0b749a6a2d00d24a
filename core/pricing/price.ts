/**
 * What a price is: the rates in force for one model at one instant, and the exact arithmetic's terms.
 */

import type { Usd } from "../money.ts";
import type { UnitDimensions } from "../usage/units.ts";
import type { ServiceTier } from "../usage/record.ts";

/** A price of one thing: `nanos` nano-dollars for `per` stored units (one million tokens, one thousand searches, one hour). */
export interface Rate {
  readonly nanos: bigint;
  readonly per: bigint;
}

/** What a price key (`input_mtok`, `web_searches_kcount`, …) is the price of; one row each in core/pricing/price_keys.ts. */
export interface PriceKeyMeaning {
  readonly dimensions: UnitDimensions;
  /** How many stored units the price is for; seconds are stored in milliseconds. */
  readonly per: bigint;
  /** For people: `1M tokens`, `1k searches`, `hour`. */
  readonly label: string;
}

/** A rate that changes for the whole request once its input, cache included, is larger than a threshold. */
export interface TieredRate {
  readonly base: Rate;
  /** Ascending by `above_input_tokens`. */
  readonly tiers: readonly { readonly above_input_tokens: number; readonly rate: Rate }[];
}

/** The rates of one model, by price key. */
export type RateCard = { readonly [priceKey: string]: TieredRate };

/** A factor on rates for how or where the call was served, with where it is written. */
export interface Modifier {
  /** `batch`, `flex`, `priority`, `fast`, `inference_geo_us`, …. */
  readonly name: string;
  readonly numerator: bigint;
  readonly denominator: bigint;
  readonly source: string;
  /** The price keys among the applied rates that the factor applies to. */
  readonly price_keys: readonly string[];
}

/** Where a price comes from, in order of precedence. */
export type PriceSource = "organization" | "installation" | "catalogue";

/**
 * The price that was applied to a record, frozen as it was: stored once for all records that share it, so that
 * `explain` shows the arithmetic of the stored cost even after the price book has changed.
 */
export interface AppliedPrice {
  readonly source: PriceSource;
  /** Catalogue version (`genai-prices 0.1.8`) or the id of the own price. */
  readonly reference: string;
  /** The catalogue's ids, or the own price's provider and pattern. */
  readonly provider: string;
  readonly model: string;
  /** RFC 3339; null is "since ever". */
  readonly effective_from: string | null;
  /** `01:00:00Z-04:00:00Z` when the price is for hours of the day. */
  readonly hours: string | null;
  /** The rates in force after the long-context tier was chosen and before modifiers, by price key. */
  readonly rates: { readonly [priceKey: string]: Rate };
  /** The largest threshold that the request's input exceeded, null when none. */
  readonly above_input_tokens: number | null;
  readonly modifiers: readonly Modifier[];
  /** The least audio that one request is billed for, in milliseconds; null when all that counts is what was used. */
  readonly minimum_audio_ms: number | null;
}

/** Why a record has no cost. */
export const UNPRICED_REASONS = [
  "unknown_provider",
  "unknown_model",
  "no_price_at_that_time",
  "no_price_for_unit",
  "no_price_for_service_tier",
] as const;
export type UnpricedReason = (typeof UNPRICED_REASONS)[number];

/** One line of the arithmetic: `units x rate x modifiers`, rounded once, half to even. */
export interface CostComponent {
  /** A unit's wire name, or `reasoning_tokens`, or `requests` for a price per request. */
  readonly unit: string;
  /** Stored units (seconds in milliseconds). */
  readonly quantity: number;
  readonly price_key: string;
  readonly rate: Rate;
  readonly modifiers: readonly Modifier[];
  readonly amount: Usd;
}

/** The cost of one record: exact, or null with the reason. The total is the sum of the rounded components. */
export type Cost =
  | { readonly amount: Usd; readonly price: AppliedPrice; readonly components: readonly CostComponent[] }
  | { readonly amount: null; readonly reason: UnpricedReason; readonly detail: string };

/** What is kept of a cost: its components are told again from the price and the counts. */
export type KeptCost = Omit<Extract<Cost, { readonly price: unknown }>, "components"> | Extract<Cost, { amount: null }>;

/** What a lookup in the price book needs to know of a call. */
export interface PriceQuestion {
  readonly organization_id: string;
  readonly provider: string;
  readonly model: string;
  /** Milliseconds since 1970 UTC. */
  readonly timestamp: number;
  readonly service_tier: ServiceTier;
  readonly region: string | null;
}
