/**
 * Which published factors apply to a call, and to which of a price's rates.
 */

import type { ServiceTier } from "../usage/record.ts";
import { matchesPattern } from "./model_pattern.ts";
import { MODIFIER_ROWS, type ModifierRow } from "./modifier_rows.ts";
import type { Modifier, RateCard } from "./price.ts";
import { findPriceKey } from "./price_keys.ts";

/** What a call says that factors depend on; provider and model are the catalogue's ids. */
export interface ServedCall {
  readonly provider: string;
  readonly model: string;
  readonly service_tier: ServiceTier;
  readonly region: string | null;
}

/** The published factors for a call to a catalogue model; undefined when its service tier has none. */
export function findModifierRows(call: ServedCall): readonly ModifierRow[] | undefined {
  const rows = MODIFIER_ROWS.filter((row) => appliesTo(row, call));
  const hasTier = call.service_tier === "standard" || rows.some((row) => "service_tiers" in row.when);
  return hasTier ? rows : undefined;
}

/** A published factor as it applies to the rates of a card. */
export function toModifier(row: ModifierRow, card: RateCard): Modifier {
  const untouched = [...row.except ?? [], ...row.unknown ?? []];
  return {
    name: row.name,
    numerator: row.numerator,
    denominator: row.denominator,
    source: row.source,
    price_keys: tokenPriceKeys(card).filter((key) => !untouched.includes(key)),
  };
}

/** The price keys of a card that an own price's factors apply to, in order: all but tool calls and requests. */
export function usagePriceKeys(card: RateCard): string[] {
  return Object.keys(card).filter((key) => {
    const family = findPriceKey(key)?.dimensions.family;
    return family !== "tool_calls" && family !== "requests";
  }).sort();
}

/** The price keys of a card that are prices of tokens, in order: published factors are on tokens alone. */
function tokenPriceKeys(card: RateCard): string[] {
  return Object.keys(card).filter((key) => findPriceKey(key)?.dimensions.family === "tokens").sort();
}

function appliesTo(row: ModifierRow, call: ServedCall): boolean {
  if (row.provider !== call.provider) return false;
  const isMeant = "service_tiers" in row.when
    ? row.when.service_tiers.includes(call.service_tier)
    : row.when.region === call.region?.toLowerCase();
  return isMeant && row.models.some((pattern) => matchesPattern(pattern, call.model.toLowerCase()));
}
