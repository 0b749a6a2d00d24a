/**
 * The cost of one record: units times rates, each component rounded once, the total their exact sum.
 *
 * This is the hot path of ingest: everything that does not depend on the counts was worked out when the price was
 * looked up first (core/pricing/rate_plan.ts).
 */

import { divideHalfEven, type Usd, usdFromNanos } from "../money.ts";
import type { UsageCounts } from "../usage/record.ts";
import { OTHER_UNITS, type OtherUnitName, TEXT_UNIT_NAMES, type Unit, type UnitName, UNITS } from "../usage/units.ts";
import { choosePriceKey } from "./price_keys.ts";
import { chooseStep, type RateStep, thawPrice, type UnitRate } from "./rate_plan.ts";
import type { AppliedPrice, Cost, CostComponent, PriceQuestion } from "./price.ts";
import type { PriceBook } from "./price_book.ts";

/**
 * Prices one record with the price in force at its own instant. Null, with the reason, when the model is unknown or
 * any unit it used has no price; a unit it did not use needs none. A record that stands for several requests says
 * nothing about the length of each, so it never reaches a long-context tier.
 */
export function priceUsage(usage: PriceQuestion & UsageCounts, book: PriceBook): Cost {
  const found = book.findPrice(usage);
  if (found.plan === null) return found.unpriced;
  const { steps } = found.plan;
  const isOneRequest = countRequests(usage) <= 1;
  const step = steps.length > 1 && isOneRequest ? chooseStep(found.plan, countInputTokens(usage)) : steps[0];
  return priceCounts(usage, step);
}

/** The same arithmetic from a frozen price: what the stored cost of a record was made of. */
export function explainCost(counts: UsageCounts, price: AppliedPrice): Cost {
  return explainThawed(counts, thawPrice(price));
}

/** {@link explainCost} of many records at one price, which is thawed once. */
export function explainThawed(counts: UsageCounts, step: RateStep): Cost {
  return priceCounts(counts, step);
}

/** All input of a request, cache and modalities included: what long-context tiers go by. */
export function countInputTokens(counts: UsageCounts): number {
  let total = counts.input_tokens + counts.cache_read_tokens + counts.cache_write_5m_tokens +
    counts.cache_write_1h_tokens;
  if (counts.units === null) return total;
  for (const name in counts.units) {
    const unit: Unit = OTHER_UNITS[name as OtherUnitName];
    const { family, direction } = unit.dimensions;
    if (family === "tokens" && direction === "input") total += counts.units[name as OtherUnitName] ?? 0;
  }
  return total;
}

/** How many requests a record stands for: one, unless it says. */
function countRequests({ units }: UsageCounts): number {
  return units?.requests ?? 1;
}

/** Units of audio, whose sum a price's minimum is about. */
const AUDIO_UNITS = ["seconds", "audio_input_seconds"] as const satisfies readonly OtherUnitName[];

function priceCounts(counts: UsageCounts, step: RateStep): Cost {
  const components: CostComponent[] = [];
  for (let index = 0; index < TEXT_UNIT_NAMES.length; index++) {
    const name = TEXT_UNIT_NAMES[index]!;
    let quantity = counts[name];
    if (quantity <= 0) continue;
    let reasoning = 0;
    if (name === "output_tokens" && step.reasoning !== undefined) {
      reasoning = Math.min(counts.reasoning_tokens, quantity);
      quantity -= reasoning;
    }
    const rate = step.text[index];
    if (rate === undefined) return unpricedUnit(name, step);
    if (quantity > 0) components.push(toComponent(rate, quantity));
    if (reasoning > 0) components.push(toComponent(step.reasoning!, reasoning));
  }
  if (counts.units !== null) {
    const missing = priceOtherUnits(counts, { step, components });
    if (missing !== undefined) return unpricedUnit(missing, step);
  }
  if (step.request !== undefined) components.push(toComponent(step.request, countRequests(counts)));
  let total = 0n;
  for (const component of components) total += component.amount;
  return { amount: usdFromNanos(total), price: step.price, components };
}

/** Adds the components of the rarer units; returns the first that was used and has no rate. */
function priceOtherUnits(
  { units }: UsageCounts,
  { step, components }: { step: RateStep; components: CostComponent[] },
): OtherUnitName | undefined {
  let shortfall = audioShortfall(units ?? {}, step.price.minimum_audio_ms);
  for (const key in units) {
    const name = key as OtherUnitName;
    let quantity = units[name] ?? 0;
    if (quantity <= 0 || name === "requests") continue;
    const rate = step.other.get(name);
    if (rate === undefined) return name;
    if (shortfall > 0 && (AUDIO_UNITS as readonly string[]).includes(name)) {
      quantity += shortfall;
      shortfall = 0;
    }
    components.push(toComponent(rate, quantity));
  }
  return undefined;
}

/** The milliseconds by which a request with audio stays below the least that is billed; 0 without audio or minimum. */
function audioShortfall(units: NonNullable<UsageCounts["units"]>, minimum_ms: number | null): number {
  if (minimum_ms === null) return 0;
  let used = 0;
  for (const name of AUDIO_UNITS) used += units[name] ?? 0;
  return used > 0 ? Math.max(0, minimum_ms - used) : 0;
}

function toComponent(rate: UnitRate, quantity: number): CostComponent {
  return {
    unit: rate.unit,
    quantity,
    price_key: rate.price_key,
    rate: rate.rate,
    modifiers: rate.modifiers,
    amount: multiply(rate, quantity),
  };
}

function multiply({ factor, divisor }: UnitRate, quantity: number): Usd {
  return usdFromNanos(divideHalfEven(BigInt(quantity) * factor, divisor));
}

function unpricedUnit(name: UnitName, { price, unknown }: RateStep): Cost {
  const key = choosePriceKey(UNITS[name].dimensions, Object.keys(price.rates));
  const model = `${price.provider} ${price.model}`;
  if (key === "ambiguous") {
    const detail = `two prices of ${model} cover ${name}, neither more special than the other`;
    return { amount: null, reason: "no_price_for_unit", detail };
  }
  if (key !== undefined && unknown.includes(key)) {
    const tier = price.modifiers.map((modifier) => modifier.name).join(" and ");
    const detail = `it is not published what ${name} of ${model} cost at ${tier}`;
    return { amount: null, reason: "no_price_for_service_tier", detail };
  }
  return { amount: null, reason: "no_price_for_unit", detail: `the price of ${model} has no rate for ${name}` };
}
