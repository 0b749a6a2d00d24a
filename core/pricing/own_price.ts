/**
 * Own prices: what an organization, or the installation for all of them, has agreed to pay instead of the catalogue's
 * price.
 *
 * An own price is complete: a unit it has no rate for, and a service tier it has no factor for, are unpriced under it.
 */

import { z } from "zod";
import { CostopsError } from "../error.ts";
import { LIMITS } from "../limits.ts";
import { SERVICE_TIERS, type ServiceTier } from "../usage/record.ts";
import { type Factor, formatFactor, parseFactor } from "./factor.ts";
import { hoursOverlap, parseHours } from "./hours.ts";
import { readRates, writeRates, type WrittenRates } from "./rate_card.ts";
import type { RateCard } from "./price.ts";

export { parseRate } from "./rate_card.ts";

/** Factors by service tier on all rates but those of tool calls and requests. `standard` is always 1 and has none. */
export type TierFactors = { readonly [Tier in ServiceTier]?: Factor };

/** A price of one's own, in force from `effective_from` until just before `effective_to`. */
export interface OwnPrice {
  readonly id: string;
  /** null is the whole installation's. */
  readonly organization_id: string | null;
  /** Any name of the provider: it is resolved as a record's is; one that no catalogue knows stands for itself. */
  readonly provider: string;
  /** A model's name, or a pattern with `*`. */
  readonly model: string;
  /** Milliseconds since 1970 UTC. */
  readonly effective_from: number;
  /** null is "until further notice". */
  readonly effective_to: number | null;
  readonly rates: RateCard;
  /** `01:00:00Z-04:00:00Z` when it holds only then; outside of them the next price in order holds. */
  readonly hours: string | null;
  readonly modifiers: TierFactors;
  readonly source: string | null;
  readonly note: string | null;
}

const Decimal = z.string().max(64).describe("US dollars as a decimal with at most 9 decimals");
const Instant = z.union([z.iso.datetime({ offset: true }), z.iso.date()]);
const Name = z.string().trim().min(1).max(LIMITS.text_characters);
const DISCOUNTED_TIERS = SERVICE_TIERS.filter((tier) => tier !== "standard");

/** Rates by price key, as written in requests, files and the database. */
export const WrittenRatesSchema = z.record(
  z.string(),
  z.union([
    Decimal,
    z.strictObject({
      base: Decimal,
      tiers: z.array(z.strictObject({ above_input_tokens: z.int().min(0), price: Decimal })).max(8),
    }),
  ]),
);

/** An own price as people and programs write it. */
export const OwnPriceInput = z.strictObject({
  provider: Name,
  model: Name,
  effective_from: Instant.optional(),
  effective_to: Instant.nullable().optional(),
  rates: WrittenRatesSchema,
  hours: z.string().max(64).nullable().optional(),
  modifiers: z.partialRecord(z.enum(DISCOUNTED_TIERS), z.string().max(32)).optional(),
  source: z.string().max(LIMITS.text_characters).nullable().optional(),
  note: z.string().max(LIMITS.text_characters).nullable().optional(),
});
export type OwnPriceInput = z.infer<typeof OwnPriceInput>;

/** An own price as it goes out: decimals as text, times as RFC 3339. */
export interface WrittenOwnPrice {
  readonly id: string;
  readonly organization_id: string | null;
  readonly provider: string;
  readonly model: string;
  readonly effective_from: string;
  readonly effective_to: string | null;
  readonly rates: WrittenRates;
  readonly hours: string | null;
  readonly modifiers: Readonly<Record<string, string>>;
  readonly source: string | null;
  readonly note: string | null;
}

/**
 * Makes an own price of what was written; `effective_from` is `from` when it was not written.
 * Fails with `invalid` on an unknown price key, too many decimals, tiers that do not ascend, no rate, or no time in it.
 */
export function readOwnPrice(
  input: OwnPriceInput,
  given: { readonly id: string; readonly organization_id: string | null; readonly from: number },
): OwnPrice {
  const effective_from = input.effective_from === undefined ? given.from : Date.parse(input.effective_from);
  const effective_to = input.effective_to == null ? null : Date.parse(input.effective_to);
  if (effective_to !== null && effective_to <= effective_from) {
    throw new CostopsError(
      "invalid",
      `Cannot end the price of ${input.model} at ${input.effective_to}: write a time after effective_from`,
    );
  }
  const rates = readRates(input.rates);
  if (Object.keys(rates).length === 0) {
    throw new CostopsError(
      "invalid",
      `Cannot set a price of ${input.model} without rates: write at least one, as input_mtok`,
    );
  }
  return {
    id: given.id,
    organization_id: given.organization_id,
    provider: input.provider,
    model: input.model,
    effective_from,
    effective_to,
    rates,
    hours: input.hours == null ? null : parseHours(input.hours).text,
    modifiers: readTierFactors(input.modifiers ?? {}),
    source: input.source ?? null,
    note: input.note ?? null,
  };
}

/** Writes an own price for the wire. */
export function writeOwnPrice(price: OwnPrice): WrittenOwnPrice {
  return {
    id: price.id,
    organization_id: price.organization_id,
    provider: price.provider,
    model: price.model,
    effective_from: new Date(price.effective_from).toISOString(),
    effective_to: price.effective_to === null ? null : new Date(price.effective_to).toISOString(),
    rates: writeRates(price.rates),
    hours: price.hours,
    modifiers: writeTierFactors(price.modifiers),
    source: price.source,
    note: price.note,
  };
}

/** Reads factors by service tier as written: `{"batch": "0.5"}`. Fails with `invalid`. */
export function readTierFactors(written: Readonly<Record<string, string | undefined>>): TierFactors {
  const factors: { [Tier in ServiceTier]?: Factor } = {};
  for (const tier of DISCOUNTED_TIERS) {
    const text = written[tier];
    if (text !== undefined) factors[tier] = parseFactor(text);
  }
  return factors;
}

/** Writes factors by service tier; {@link readTierFactors} reads them back. */
export function writeTierFactors(factors: TierFactors): Readonly<Record<string, string>> {
  const written: Record<string, string> = {};
  for (const tier of DISCOUNTED_TIERS) {
    const factor = factors[tier];
    if (factor !== undefined) written[tier] = formatFactor(factor);
  }
  return written;
}

/**
 * The first price that holds for the same organization, provider, pattern and hours at an instant at which the
 * candidate holds too; undefined when there is none. A price does not overlap itself.
 */
export function findOverlap(prices: readonly OwnPrice[], candidate: OwnPrice): OwnPrice | undefined {
  return prices.find((price) =>
    price.id !== candidate.id &&
    price.organization_id === candidate.organization_id &&
    isSameName(price.provider, candidate.provider) &&
    isSameName(price.model, candidate.model) &&
    price.effective_from < (candidate.effective_to ?? Infinity) &&
    candidate.effective_from < (price.effective_to ?? Infinity) &&
    sharesHours(price.hours, candidate.hours)
  );
}

function isSameName(one: string, other: string): boolean {
  return one.trim().toLowerCase() === other.trim().toLowerCase();
}

/** A price for hours of the day stands beside the one for the whole day and wins over it then. */
function sharesHours(one: string | null, other: string | null): boolean {
  if (one === null || other === null) return one === other;
  return hoursOverlap(parseHours(one), parseHours(other));
}
