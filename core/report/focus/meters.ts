/**
 * Meters of FOCUS: what a component of a cost counted, in the words and units of the specification.
 */

import type { UnitRate } from "../../pricing/rate_plan.ts";
import { type UnitDimensions, type UnitName, UNITS } from "../../usage/units.ts";

/** How one meter is written. */
export interface Meter {
  /** `Input Tokens`. */
  readonly name: string;
  /** What is counted: `Tokens`. */
  readonly unit: string;
  /** Decimals of the stored count: seconds are stored in milliseconds. */
  readonly decimals: number;
}

/** The meter of a component by its unit: a unit's wire name, or `reasoning_tokens`. */
export function meterOf(unit: string): Meter {
  const { dimensions, decimals } = unit === "reasoning_tokens" ? UNITS.output_tokens : UNITS[unit as UnitName];
  return { name: unit.split("_").map(capitalize).join(" "), unit: UNIT_OF_FAMILY[dimensions.family], decimals };
}

/** What the units of a family count. */
const UNIT_OF_FAMILY: Readonly<Record<UnitDimensions["family"], string>> = {
  tokens: "Tokens",
  requests: "Requests",
  durations: "Seconds",
  document_pages: "Pages",
  characters: "Characters",
  messages: "Messages",
  pixels: "Pixels",
  images: "Images",
  tool_calls: "Requests",
  rerank: "Requests",
};

function capitalize(word: string): string {
  return /^\d/.test(word) ? word : `${word.slice(0, 1).toUpperCase()}${word.slice(1)}`;
}

/** What a price is for: so many of a unit. */
export interface PricingUnit {
  /** `1000000 Tokens`; `Seconds`. */
  readonly name: string;
  /** Stored units of one pricing unit, a power of ten, so that every quantity has an end. */
  readonly size: bigint;
}

/** The unit of a price. Prices for an hour are written for a second: milliseconds as hours would have no end. */
export function pricingUnitOf({ rate: { per } }: Pick<UnitRate, "rate">, { unit, decimals }: Meter): PricingUnit {
  const one = 10n ** BigInt(decimals);
  const isWritable = /^10*$/.test(per.toString()) && per > one;
  return isWritable ? { name: `${per / one} ${unit}`, size: per } : { name: unit, size: one };
}
