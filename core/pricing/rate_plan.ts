/**
 * A price made ready for the hot path: for each unit the rate that prices it, multiplied out with its modifiers.
 */

import { OTHER_UNITS, TEXT_UNIT_NAMES, TEXT_UNITS, type UnitDimensions } from "../usage/units.ts";
import { greatestCommonDivisor } from "./factor.ts";
import { choosePriceKey } from "./price_keys.ts";
import type { AppliedPrice, Modifier, Rate, RateCard } from "./price.ts";

/** How one unit is priced: `quantity x factor / divisor` nano-dollars. */
export interface UnitRate {
  readonly unit: string;
  readonly price_key: string;
  readonly rate: Rate;
  readonly modifiers: readonly Modifier[];
  readonly factor: bigint;
  readonly divisor: bigint;
}

/** One frozen price and how it prices every unit it covers. */
export interface RateStep {
  readonly price: AppliedPrice;
  /** By position in `TEXT_UNIT_NAMES`. */
  readonly text: readonly (UnitRate | undefined)[];
  readonly other: ReadonlyMap<string, UnitRate>;
  /** Present when reasoning has a price apart from other output. */
  readonly reasoning: UnitRate | undefined;
  /** Present when every request has a price. */
  readonly request: UnitRate | undefined;
  /** Price keys of the price that nobody knows under its modifiers. */
  readonly unknown: readonly string[];
}

/** The steps of one price: the first for short requests, then one for each long-context threshold, ascending. */
export interface RatePlan {
  readonly steps: readonly [RateStep, ...RateStep[]];
}

/** What a plan is made of: a price before the long-context tier is chosen. */
export interface PlannedPrice extends Omit<AppliedPrice, "rates" | "above_input_tokens"> {
  readonly card: RateCard;
  /** Price keys whose rate under the modifiers is not known: what they price is unpriced. */
  readonly unknown?: readonly string[];
  /** Whether no rate is known under the modifiers for requests above a long-context threshold. */
  readonly excludes_long_context?: boolean;
}

const REASONING: UnitDimensions = { family: "tokens", direction: "output", token_type: "reasoning" };
const REASONING_PRICE_KEY = "output_reasoning_mtok";
const REQUEST_PRICE_KEY = "requests_kcount";

/** Makes the steps of a price, one for every threshold at which any of its rates changes. */
export function compileRatePlan(
  { card, unknown = [], excludes_long_context = false, ...price }: PlannedPrice,
): RatePlan {
  const thresholds = new Set<number>();
  for (const rate of Object.values(card)) for (const tier of rate.tiers) thresholds.add(tier.above_input_tokens);
  const step = (above_input_tokens: number | null): RateStep =>
    compileRateStep(excludes_long_context && above_input_tokens !== null ? Object.keys(card) : unknown, {
      source: price.source,
      reference: price.reference,
      provider: price.provider,
      model: price.model,
      effective_from: price.effective_from,
      hours: price.hours,
      rates: ratesAbove(card, above_input_tokens),
      above_input_tokens,
      modifiers: price.modifiers,
      minimum_audio_ms: price.minimum_audio_ms,
    });
  const ascending = [...thresholds].sort((one, other) => one - other);
  return { steps: [step(null), ...ascending.map(step)] };
}

/** The step for a request with so much input, cache included: the tier begins strictly above its threshold. */
export function chooseStep(plan: RatePlan, input_tokens: number): RateStep {
  let chosen = plan.steps[0];
  for (let index = 1; index < plan.steps.length; index++) {
    const step = plan.steps[index]!;
    if (input_tokens <= step.price.above_input_tokens!) break;
    chosen = step;
  }
  return chosen;
}

/** A frozen price made ready to price counts with again. */
export function thawPrice(price: AppliedPrice): RateStep {
  return compileRateStep([], price);
}

/** Finds for every unit the rate that prices it; a rate among `unknown` prices nothing. */
function compileRateStep(unknown: readonly string[], price: AppliedPrice): RateStep {
  const keys = Object.keys(price.rates);
  const other = new Map<string, UnitRate>();
  const find = (unit: string, dimensions: UnitDimensions) => {
    const rate = findUnitRate(unit, { dimensions, keys, price });
    return rate === undefined || unknown.includes(rate.price_key) ? undefined : rate;
  };
  for (const [unit, { dimensions }] of Object.entries(OTHER_UNITS)) {
    const rate = find(unit, dimensions);
    if (rate !== undefined) other.set(unit, rate);
  }
  return {
    price,
    unknown,
    text: TEXT_UNIT_NAMES.map((unit) => find(unit, TEXT_UNITS[unit].dimensions)),
    other,
    reasoning: keys.includes(REASONING_PRICE_KEY) ? find("reasoning_tokens", REASONING) : undefined,
    request: keys.includes(REQUEST_PRICE_KEY) ? toUnitRate("requests", REQUEST_PRICE_KEY, price) : undefined,
  };
}

function findUnitRate(
  unit: string,
  { dimensions, keys, price }: { dimensions: UnitDimensions; keys: readonly string[]; price: AppliedPrice },
): UnitRate | undefined {
  const key = choosePriceKey(dimensions, keys);
  return key === undefined || key === "ambiguous" ? undefined : toUnitRate(unit, key, price);
}

function toUnitRate(unit: string, price_key: string, price: AppliedPrice): UnitRate {
  const rate = price.rates[price_key]!;
  const modifiers = price.modifiers.filter((modifier) => modifier.price_keys.includes(price_key));
  let factor = rate.nanos;
  let divisor = rate.per;
  for (const modifier of modifiers) {
    factor *= modifier.numerator;
    divisor *= modifier.denominator;
  }
  const common = greatestCommonDivisor(factor, divisor);
  return { unit, price_key, rate, modifiers, factor: factor / common, divisor: divisor / common };
}

function ratesAbove(card: RateCard, above_input_tokens: number | null): Record<string, Rate> {
  const rates: Record<string, Rate> = {};
  for (const [priceKey, tiered] of Object.entries(card)) {
    let rate = tiered.base;
    for (const tier of tiered.tiers) {
      if (above_input_tokens !== null && tier.above_input_tokens <= above_input_tokens) rate = tier.rate;
    }
    rates[priceKey] = rate;
  }
  return rates;
}
