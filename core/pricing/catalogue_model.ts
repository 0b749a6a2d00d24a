/**
 * One model of the catalogue: its prices by date and hour, turned exact from the catalogue's decimal numbers.
 */

import { CostopsError } from "../error.ts";
import { formatUsd, roundUsd } from "../money.ts";
import { type Hours, readHours } from "./hours.ts";
import { isFreeModel } from "./free_models.ts";
import { findPriceKey } from "./price_keys.ts";
import { checkTiersAscend } from "./rate_card.ts";
import type { Rate, RateCard, TieredRate } from "./price.ts";

/** The prices of one model from one instant on, until the next period's. */
export interface PricePeriod {
  /** Milliseconds since 1970 UTC; null is "since ever". */
  readonly from: number | null;
  /** The rates outside of the hours below. */
  readonly rates: RateCard;
  /** Rates for hours of the day; a later one wins over an earlier one. */
  readonly hourly: readonly { readonly hours: Hours; readonly rates: RateCard }[];
}

/** A catalogue price that had more than nine decimals. */
export interface RoundedPrice {
  readonly provider: string;
  readonly model: string;
  readonly price_key: string;
  /** The shortest decimal of the catalogue's number. */
  readonly text: string;
  /** What it was rounded to, half to even. */
  readonly rounded: string;
}

/** What was noticed while a model's prices were read. */
export interface ModelNotes {
  readonly rounded: RoundedPrice[];
  /** Price keys that costops does not know; their prices are kept out. */
  readonly unknown_price_keys: string[];
}

/** One model as the catalogue has it, its prices read when first asked for. */
export interface CatalogueModel {
  readonly id: string;
  /** The provider it is listed under, which may not be the one that was asked for (Azure sells OpenAI's models). */
  readonly provider: string;
  readonly name: string | null;
  /** Whether the catalogue says that it is no longer offered. */
  readonly is_deprecated: boolean;
  readonly context_window: number | null;
  /** Ascending by `from`; the first may begin at a date, before which there is no price. */
  readonly periods: () => readonly PricePeriod[];
}

/**
 * Reads the catalogue's prices of a model: one set of rates, or rows with a start date or hours of the day.
 *
 * Hours listed after a dated row belong to that row's period alone: before the date the earlier price holds. (The
 * catalogue's own engine applies such hours to every date, which its comment on deepseek-v4 calls a known fault.)
 * Fails with `invalid` when a price, date or tier is no such thing.
 */
export function readPeriods(
  prices: unknown,
  where: { provider: string; model: string },
  notes: ModelNotes,
): PricePeriod[] {
  if (!Array.isArray(prices)) return [{ from: null, rates: readRateCard(prices, where, notes), hourly: [] }];
  const periods: { from: number | null; rates: RateCard; hourly: { hours: Hours; rates: RateCard }[] }[] = [];
  for (const row of prices as readonly unknown[]) {
    if (!isObject(row)) throw wrongPrice(where, row);
    const rates = readRateCard(row.prices, where, notes);
    const constraint = row.constraint;
    if (constraint === undefined || constraint === null) {
      if (periods.length > 0) throw wrongPrice(where, "a second row without a date");
      periods.push({ from: null, rates, hourly: [] });
    } else if (isObject(constraint) && typeof constraint.start_date === "string") {
      const from = readDate(constraint.start_date, where);
      const previous = periods.at(-1);
      if (previous !== undefined && (previous.from ?? -Infinity) >= from) throw wrongPrice(where, constraint);
      periods.push({ from, rates, hourly: [] });
    } else {
      if (!isObject(constraint)) throw wrongPrice(where, constraint);
      const current = periods.at(-1);
      if (current === undefined) throw wrongPrice(where, "hours of the day before any price");
      current.hourly.push({ hours: readHours(String(constraint.start_time), String(constraint.end_time)), rates });
    }
  }
  return periods;
}

function readRateCard(prices: unknown, where: { provider: string; model: string }, notes: ModelNotes): RateCard {
  if (!isObject(prices)) throw wrongPrice(where, prices);
  const card: Record<string, TieredRate> = {};
  for (const [priceKey, value] of Object.entries(prices)) {
    if (value === undefined || value === null) continue;
    const meaning = findPriceKey(priceKey);
    if (meaning === undefined) {
      if (!notes.unknown_price_keys.includes(priceKey)) notes.unknown_price_keys.push(priceKey);
      continue;
    }
    const read = (price: unknown): Rate => {
      if (typeof price !== "number" || !Number.isFinite(price) || price < 0) {
        throw wrongPrice(where, { [priceKey]: price });
      }
      return { nanos: readNanos(price, { ...where, price_key: priceKey }, notes), per: meaning.per };
    };
    card[priceKey] = isObject(value)
      ? readTiers(value, { ...where, priceKey, read })
      : { base: read(value), tiers: [] };
  }
  if (Object.keys(prices).length === 0 && isFreeModel(where.provider, where.model)) return FREE_TOKENS;
  return card;
}

const FREE: TieredRate = { base: { nanos: 0n, per: 1_000_000n }, tiers: [] };
const FREE_TOKENS: RateCard = { input_mtok: FREE, output_mtok: FREE };

function readTiers(
  value: Readonly<Record<string, unknown>>,
  { priceKey, read, ...where }: { priceKey: string; read: (price: unknown) => Rate; provider: string; model: string },
): TieredRate {
  if (!Array.isArray(value.tiers)) throw wrongPrice(where, value);
  const tiers = (value.tiers as readonly unknown[]).map((tier) => {
    if (!isObject(tier) || typeof tier.start !== "number") throw wrongPrice(where, tier);
    return { above_input_tokens: tier.start, rate: read(tier.price) };
  });
  const rate = { base: read(value.base), tiers };
  checkTiersAscend(priceKey, rate);
  return rate;
}

/** The shortest decimal that is the same double is what the price's author wrote. */
function readNanos(price: number, where: Omit<RoundedPrice, "text" | "rounded">, notes: ModelNotes): bigint {
  const text = String(price);
  const nanos = roundUsd(text);
  const rounded = formatUsd(nanos);
  if (Number(rounded) !== price) notes.rounded.push({ ...where, text, rounded });
  return nanos;
}

function readDate(text: string, where: { provider: string; model: string }): number {
  const instant = Date.parse(`${text}T00:00:00Z`);
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text) || Number.isNaN(instant)) throw wrongPrice(where, text);
  return instant;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function wrongPrice(where: { provider: string; model: string }, value: unknown): CostopsError {
  const text = JSON.stringify(value)?.slice(0, 120) ?? String(value);
  return new CostopsError(
    "invalid",
    `Cannot read ${text} as a price of ${where.provider} ${where.model} in the catalogue: non-negative numbers, ascending tiers and ascending dates are wanted`,
  );
}
