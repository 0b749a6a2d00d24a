/**
 * Own prices made ready for lookup: for a call, those that match it, in order of precedence.
 */

import type { Catalogue } from "./catalogue.ts";
import { type Candidate, type FoundPrice, noPrice } from "./found_price.ts";
import { parseHours } from "./hours.ts";
import type { ModelMatch } from "./model_match.ts";
import { matchesPattern, patternSpecificity } from "./model_pattern.ts";
import { usagePriceKeys } from "./modifiers.ts";
import type { OwnPrice } from "./own_price.ts";
import type { Modifier, PriceQuestion } from "./price.ts";
import { findProviderByName, foldName } from "./provider_name.ts";
import { compileRatePlan } from "./rate_plan.ts";
import type { ServiceTier } from "../usage/record.ts";

/** The own prices' part of a price book. */
export interface OwnPrices {
  /** Organizations with prices of their own; all others share every lookup. */
  readonly organizations: ReadonlySet<string>;
  /** The prices that match the call, the first that holds at its instant being the one in force. */
  find(call: PriceQuestion, match: ModelMatch): readonly Candidate[];
}

/** Prepares own prices for lookup. */
export function compileOwnPrices(catalogue: Catalogue, prices: readonly OwnPrice[]): OwnPrices {
  const byProvider = new Map<string, OwnPrice[]>();
  const organizations = new Set<string>();
  for (const price of prices) {
    const provider = providerKey(catalogue, price.provider);
    byProvider.set(provider, [...(byProvider.get(provider) ?? []), price]);
    if (price.organization_id !== null) organizations.add(price.organization_id);
  }
  const kept = new Map<OwnPrice, Map<ServiceTier, FoundPrice>>();
  return {
    organizations,
    find(call, match) {
      const provider = match.catalogue_provider?.id ?? foldName(match.provider ?? "");
      const visible = (byProvider.get(provider) ?? []).filter((price) => isSeenBy(price, call.organization_id));
      return rankOwnPrices(visible, { reported: call.model, catalogued: match.model }).map((price) => {
        const byTier = kept.get(price) ?? new Map<ServiceTier, FoundPrice>();
        const found = byTier.get(call.service_tier) ?? toFound(price, call.service_tier);
        kept.set(price, byTier.set(call.service_tier, found));
        return {
          from: price.effective_from,
          to: price.effective_to ?? Infinity,
          hours: price.hours === null ? null : parseHours(price.hours),
          found,
        };
      });
    },
  };
}

/** Whether a price is the organization's or the installation's. */
export function isSeenBy(price: OwnPrice, organization_id: string | undefined): boolean {
  return price.organization_id === null || price.organization_id === organization_id;
}

/** The key under which a provider's name of an own price is looked up. */
export function providerKey(catalogue: Catalogue, name: string): string {
  return findProviderByName(catalogue, name)?.id ?? foldName(name);
}

/**
 * The prices whose pattern names the model, in order of precedence: the organization's before the installation's, then
 * the reported name, the catalogue's id, and patterns by how much they fix; hours of the day before the whole day.
 */
export function rankOwnPrices(
  prices: readonly OwnPrice[],
  model: { readonly reported: string; readonly catalogued: string | null },
): readonly OwnPrice[] {
  const reported = model.reported.trim().toLowerCase();
  const catalogued = model.catalogued?.toLowerCase() ?? null;
  const ranked: { price: OwnPrice; rank: readonly number[] }[] = [];
  for (const price of prices) {
    const names_reported = matchesPattern(price.model, reported);
    if (!names_reported && (catalogued === null || !matchesPattern(price.model, catalogued))) continue;
    ranked.push({
      price,
      rank: [
        price.organization_id === null ? 0 : 1,
        patternSpecificity(price.model),
        names_reported ? 1 : 0,
        price.hours === null ? 0 : 1,
        price.effective_from,
      ],
    });
  }
  ranked.sort((one, other) => compareRanks(other.rank, one.rank) || (one.price.id < other.price.id ? -1 : 1));
  return ranked.map(({ price }) => price);
}

function compareRanks(one: readonly number[], other: readonly number[]): number {
  for (let index = 0; index < one.length; index++) {
    const difference = one[index]! - other[index]!;
    if (difference !== 0) return difference;
  }
  return 0;
}

function toFound(price: OwnPrice, tier: ServiceTier): FoundPrice {
  const modifiers = toModifiers(price, tier);
  if (modifiers === undefined) {
    const detail =
      `the price ${price.id} of ${price.provider} ${price.model} has no factor for the service tier ${tier}`;
    return noPrice("no_price_for_service_tier", detail);
  }
  return {
    plan: compileRatePlan({
      source: price.organization_id === null ? "installation" : "organization",
      reference: price.id,
      provider: price.provider,
      model: price.model,
      effective_from: new Date(price.effective_from).toISOString(),
      hours: price.hours,
      card: price.rates,
      modifiers,
      minimum_audio_ms: null,
    }),
  };
}

function toModifiers(price: OwnPrice, tier: ServiceTier): readonly Modifier[] | undefined {
  if (tier === "standard") return [];
  const factor = price.modifiers[tier];
  if (factor === undefined) return undefined;
  const source = price.source ?? `own price ${price.id}`;
  return [{ name: tier, ...factor, source, price_keys: usagePriceKeys(price.rates) }];
}
