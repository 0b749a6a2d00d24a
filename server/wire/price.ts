/**
 * Prices on the wire: rates as decimal strings.
 */

import type { AppliedPrice, Modifier } from "../../core/pricing/price.ts";
import type { PriceEntry } from "../../core/pricing/price_book.ts";
import { formatRate, writeRates } from "../../core/pricing/rate_card.ts";

/** Applied prices never change, and many records share one. */
const written = new WeakMap<AppliedPrice, ReturnType<typeof writePrice>>();

/** The price that was applied to a record. */
export function toWirePrice(price: AppliedPrice): ReturnType<typeof writePrice> {
  let wire = written.get(price);
  if (wire === undefined) written.set(price, wire = writePrice(price));
  return wire;
}

function writePrice({ rates, modifiers, ...price }: AppliedPrice) {
  return {
    ...price,
    rates: Object.fromEntries(Object.entries(rates).map(([key, rate]) => [key, formatRate(rate)])),
    modifiers: modifiers.map(toWireModifier),
  };
}

/** A price of the price book. */
export function toWirePriceEntry<Entry extends PriceEntry>({ rates, ...entry }: Entry) {
  return { ...entry, currency: "USD", rates: writeRates(rates) };
}

function toWireModifier({ numerator, denominator, ...modifier }: Modifier) {
  return { ...modifier, numerator: String(numerator), denominator: String(denominator) };
}
