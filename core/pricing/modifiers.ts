/**
 * The table of published factors on catalogue prices for how or where a call was served, each with its source.
 *
 * What is not in this table is not known: a service tier without a row leaves the record unpriced.
 */

import type { ServiceTier } from "../usage/record.ts";
import type { Modifier, RateCard } from "./price.ts";
import { findPriceKey } from "./price_keys.ts";

/** One published factor. */
export interface ModifierRow {
  readonly name: string;
  /** The catalogue's id of the provider that served the call. */
  readonly provider: string;
  /** The catalogue's model ids it is for; absent is all of the provider's. */
  readonly models?: readonly string[];
  /** The service tier it is for, or the region it is for whatever the tier. */
  readonly when: { readonly service_tier: ServiceTier } | { readonly region: string };
  readonly numerator: bigint;
  readonly denominator: bigint;
  /** Price keys that it leaves as they are though they are prices of tokens. */
  readonly except?: readonly string[];
  /** The page, and the day it was read. */
  readonly source: string;
}

/** Every published factor that costops knows. */
export const MODIFIER_ROWS: readonly ModifierRow[] = [];

/** What a call says that factors depend on; `model` is the catalogue's id. */
export interface ServedCall {
  readonly provider: string;
  readonly model: string;
  readonly service_tier: ServiceTier;
  readonly region: string | null;
}

/** The published factors for a call to a catalogue model; undefined when its service tier has none. */
export function findModifierRows(call: ServedCall): readonly ModifierRow[] | undefined {
  const rows = MODIFIER_ROWS.filter((row) => appliesTo(row, call));
  const hasTier = call.service_tier === "standard" || rows.some((row) => "service_tier" in row.when);
  return hasTier ? rows : undefined;
}

function appliesTo(row: ModifierRow, call: ServedCall): boolean {
  if (row.provider !== call.provider) return false;
  if (row.models !== undefined && !row.models.includes(call.model)) return false;
  return "service_tier" in row.when
    ? row.when.service_tier === call.service_tier
    : row.when.region === call.region?.toLowerCase();
}

/** A published factor as it applies to the rates of a card. */
export function toModifier(row: ModifierRow, card: RateCard): Modifier {
  return {
    name: row.name,
    numerator: row.numerator,
    denominator: row.denominator,
    source: row.source,
    price_keys: tokenPriceKeys(card).filter((key) => !(row.except ?? []).includes(key)),
  };
}

/** The price keys of a card that are prices of tokens: factors leave tool calls and requests alone. */
export function tokenPriceKeys(card: RateCard): string[] {
  return Object.keys(card).filter((key) => findPriceKey(key)?.dimensions.family === "tokens");
}
