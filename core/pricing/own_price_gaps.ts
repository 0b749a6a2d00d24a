/**
 * What an own price leaves out that the catalogue has for the same model: it replaces the catalogue's price whole.
 */

import { SERVICE_TIERS, type ServiceTier } from "../usage/record.ts";
import { UNITS } from "../usage/units.ts";
import type { Catalogue } from "./catalogue.ts";
import type { CatalogueModel } from "./catalogue_model.ts";
import { matchModel } from "./model_match.ts";
import { matchesPattern } from "./model_pattern.ts";
import { findModifierRows } from "./modifiers.ts";
import type { OwnPrice } from "./own_price.ts";
import type { RateCard } from "./price.ts";
import { choosePriceKey, findPriceKey } from "./price_keys.ts";
import { findProviderByName } from "./provider_name.ts";

/** A rate that the catalogue has and the own price has not. */
export interface RateGap {
  readonly price_key: string;
  /** The rate of the own price that is taken instead; null when there is none. */
  readonly instead: string | null;
}

/** What an own price leaves out. */
export interface PriceGaps {
  readonly rates: readonly RateGap[];
  /** Service tiers whose factor the catalogue's prices have: records of them are unpriced. */
  readonly service_tiers: readonly ServiceTier[];
}

/** Compares an own price with the catalogue's at an instant; nothing is missing unless it names exactly one model. */
export function findGaps(price: OwnPrice, { catalogue, at }: { catalogue: Catalogue; at: number }): PriceGaps {
  const named = findNamedModel(price, catalogue);
  if (named === undefined) return { rates: [], service_tiers: [] };
  const { provider, model } = named;
  const card = model.periods().findLast(({ from }) => (from ?? -Infinity) <= at)?.rates ?? {};
  return {
    rates: findRateGaps(card, price.rates),
    service_tiers: SERVICE_TIERS.filter((service_tier) => {
      if (service_tier === "standard" || price.modifiers[service_tier] !== undefined) return false;
      return findModifierRows({ provider, model: model.id, service_tier, region: null }) !== undefined;
    }),
  };
}

function findNamedModel(
  price: OwnPrice,
  catalogue: Catalogue,
): { readonly provider: string; readonly model: CatalogueModel } | undefined {
  const seller = findProviderByName(catalogue, price.provider);
  if (seller === undefined) return undefined;
  const models = price.model.includes("*")
    ? seller.models.filter(({ id }) => matchesPattern(price.model, id.toLowerCase()))
    : [matchModel(catalogue, price).catalogue_model];
  const [model] = models;
  return model === undefined || models.length > 1 ? undefined : { provider: seller.id, model };
}

function findRateGaps(card: RateCard, own: RateCard): RateGap[] {
  const [keys, ownKeys] = [Object.keys(card), Object.keys(own)];
  return keys.filter((key) => !Object.hasOwn(own, key)).map((price_key) => {
    // Something that the catalogue's rate is the price of; reasoning is no unit of its own.
    const unit = Object.values(UNITS).find(({ dimensions }) => choosePriceKey(dimensions, keys) === price_key);
    const dimensions = unit?.dimensions ?? findPriceKey(price_key)!.dimensions;
    const instead = choosePriceKey(dimensions, ownKeys);
    return { price_key, instead: instead === undefined || instead === "ambiguous" ? null : instead };
  });
}
