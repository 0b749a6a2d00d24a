/**
 * Counts on the wire: each unit by its name, in the wire's own measure.
 */

import type { CostComponent } from "../../core/pricing/price.ts";
import { findPriceKey } from "../../core/pricing/price_keys.ts";
import { formatRate } from "../../core/pricing/rate_card.ts";
import { formatUsd } from "../../core/money.ts";
import type { UsageCounts } from "../../core/usage/record.ts";
import { OTHER_UNITS, type OtherUnitName, TEXT_UNIT_NAMES, type UnitName, UNITS } from "../../core/usage/units.ts";

const TEXT_COUNTS = [...TEXT_UNIT_NAMES, "reasoning_tokens"] as const;

/** The counts of a call by name: the text buckets always, the rarer units where they are not zero. */
export function toWireCounts(counts: UsageCounts): Record<string, number> {
  const text = TEXT_COUNTS.map((name) => [name, counts[name]]);
  const others = Object.entries(counts.units ?? {}).map((
    [name, stored],
  ) => [name, Number(formatQuantity(name, stored))]);
  return Object.fromEntries([...text, ...others]);
}

/** Counts as the wire names them, into what is stored; what is not given is 0. */
export function fromWireCounts(given: Readonly<Record<string, unknown>>): UsageCounts {
  const text = Object.fromEntries(TEXT_COUNTS.map((name) => [name, given[name] ?? 0]));
  const others = Object.entries(OTHER_UNITS).flatMap(([name, { decimals }]) => {
    const count = given[name];
    return typeof count !== "number" || count === 0 ? [] : [[name, Math.round(count * 10 ** decimals)]];
  });
  const units = others.length === 0 ? null : Object.fromEntries(others) as Partial<Record<OtherUnitName, number>>;
  return { ...text, units } as UsageCounts;
}

/** A stored quantity in the wire's unit: seconds are stored in milliseconds. */
export function formatQuantity(unit: string, quantity: number): string {
  const isInThousandths = isUnit(unit) && UNITS[unit].decimals === 3;
  if (!isInThousandths) return String(quantity);
  return `${Math.floor(quantity / 1000)}.${String(quantity % 1000).padStart(3, "0")}`.replace(/\.?0+$/, "");
}

/** One line of a cost's arithmetic. */
export function toWireComponent({ unit, quantity, price_key, rate, modifiers, amount }: CostComponent) {
  return {
    unit,
    quantity: Number(formatQuantity(unit, quantity)),
    price_key,
    rate_usd: formatRate(rate),
    per: findPriceKey(price_key)?.label ?? price_key,
    modifiers: modifiers.map(({ name }) => name),
    amount_usd: formatUsd(amount),
  };
}

function isUnit(name: string): name is UnitName {
  return Object.hasOwn(UNITS, name);
}
